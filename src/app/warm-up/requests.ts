import { sign, type KeyObject } from 'node:crypto';

export const issuer = 'https://warm-up.invalid/';
export const audience = 'warm-up';

/** In the list of the bot that the requests are about, and in none. */
export const [listed, stranger] = ['198.51.100.7', '203.0.113.9'];

/** A request as it goes over the wire, and the status that it is answered with. */
export interface MadeRequest {
  readonly text: string;
  readonly status: number;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A member's token (RFC 7519), signed with ES256 (RFC 7518, section 3.4). */
function tokenBy(privateKey: KeyObject, subject: string): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: issuer,
    aud: audience,
    sub: subject,
    bots: ['a', 'b'],
    iat: nowSeconds,
    exp: nowSeconds + 600,
  };
  const text = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const browser = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Accept-Language: en-GB,en;q=0.5',
  'Accept-Encoding: gzip, deflate, br',
  'Connection: keep-alive',
];
const page = [
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  ...browser,
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Site: same-origin',
];
const script = ['Accept: application/json', ...browser, 'Sec-Fetch-Dest: empty', 'Sec-Fetch-Mode: cors'];

/** What differs from one request to the next. */
interface Turn {
  readonly made: number;
  /** A member's, known or not. */
  token(): string;
  newToken(): string;
}

const get = (target: string, headers: readonly string[], from: string, status = 200): MadeRequest =>
  request('GET', target, headers, from, status);
const transcript = ({ made }: Turn): string => `/transcripts/a/${String(made)}`;
const bearer = (token: string): string => `Authorization: Bearer ${token}`;

/** Each path through a gateway; those most that most requests go. */
const turns: readonly ((turn: Turn) => MadeRequest)[] = [
  (turn) => get(transcript(turn), [...page, `Cookie: theme=dark; session=${turn.token()}`], stranger),
  () => get('/', [...page, 'Cookie: theme=dark'], stranger),
  (turn) => get(transcript(turn), page, listed),
  (turn) => get(transcript(turn), ['Accept: */*', bearer(turn.token())], stranger),
  () => get('/api/messages', [...script, 'Cookie: theme=dark'], stranger),
  (turn) => get(transcript(turn), page, listed),
  (turn) => get(`/api/bots/a/${String(turn.made)}`, [...script, bearer(turn.token())], stranger),
  (turn) => get(transcript(turn), page, stranger, 302),
  () => get('/assets/chat.js', [...script, 'If-None-Match: "1"'], stranger, 304),
  (turn) => get(transcript(turn), ['Accept: */*', bearer(turn.newToken())], stranger),
  (turn) => get(transcript(turn), script, stranger, 401),
  () => get('/feed', page, stranger),
  (turn) => get(`/transcripts/c/${String(turn.made)}`, [...script, bearer(turn.token())], stranger, 403),
  () =>
    request(
      'POST',
      '/api/messages',
      [...script, 'Content-Type: application/json'],
      stranger,
      200,
      '{"text":"hello"}',
    ),
  () => get('/files/report', page, listed),
  (turn) => get(transcript(turn), ['Accept: */*', bearer(`a.b.${String(turn.made)}`)], stranger, 401),
];

/** Makes one request after another, of each path in turn. */
export function createRequests(privateKey: KeyObject): () => MadeRequest {
  const known = Array.from({ length: 32 }, (_, n) => tokenBy(privateKey, `member-${String(n)}`));
  let made = 0;
  return () => {
    made += 1;
    const make = turns[made % turns.length] ?? (() => get('/', page, stranger));
    return make({
      made,
      token: () => known[made % known.length] ?? '',
      newToken: () => tokenBy(privateKey, `new-${String(made)}`),
    });
  };
}

function request(
  method: string,
  target: string,
  headers: readonly string[],
  from: string,
  status: number,
  body = '',
): MadeRequest {
  const length = body === '' ? [] : [`Content-Length: ${String(body.length)}`];
  const lines = ['Host: chat.invalid', ...headers, ...length, `X-Forwarded-For: ${from}`];
  return { text: `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`, status };
}

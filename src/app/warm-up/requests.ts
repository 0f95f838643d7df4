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

/** Makes one request after another, of each path through a gateway in turn; what differs by visitor differs. */
export function createRequests(privateKey: KeyObject): () => MadeRequest {
  const known = Array.from({ length: 32 }, (_, n) => tokenBy(privateKey, `member-${String(n)}`));
  let made = 0;
  const token = (): string => known[made % known.length] ?? '';
  const at = (): string => `/transcripts/a/${String(made)}`;
  const get = (target: string, headers: readonly string[], from: string, status = 200): MadeRequest =>
    request('GET', target, headers, from, status);
  const turns: readonly (() => MadeRequest)[] = [
    () => get(at(), [...page, `Cookie: theme=dark; session=${token()}`], stranger),
    () => get('/', [...page, 'Cookie: theme=dark'], stranger),
    () => get(at(), page, listed),
    () => get(at(), ['Accept: */*', `Authorization: Bearer ${token()}`], stranger),
    () => get('/api/messages', [...script, 'Cookie: theme=dark'], stranger),
    () => get(at(), page, listed),
    () => get(`/api/bots/a/${String(made)}`, [...script, `Authorization: Bearer ${token()}`], stranger),
    () => get(at(), page, stranger, 302),
    () => get('/assets/chat.js', [...script, 'If-None-Match: "1"'], stranger, 304),
    () =>
      get(
        at(),
        ['Accept: */*', `Authorization: Bearer ${tokenBy(privateKey, `new-${String(made)}`)}`],
        stranger,
      ),
    () => get(at(), script, stranger, 401),
    () => get('/feed', page, stranger),
    () =>
      get(`/transcripts/c/${String(made)}`, [...script, `Authorization: Bearer ${token()}`], stranger, 403),
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
    () =>
      get(
        at(),
        ['Accept: */*', `Authorization: Bearer a.b.${String(made)}`],
        `192.0.2.${String(made % 250)}`,
        401,
      ),
  ];
  return () => {
    made += 1;
    return (turns[made % turns.length] ?? (() => get('/', page, stranger)))();
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

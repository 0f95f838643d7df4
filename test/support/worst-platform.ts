import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';

/**
 * A platform with the worst manners of those that there are packs for: a front controller anywhere, languages, matrix
 * parameters, ids in JSON, forms and GraphQL, a page behind `#` whose words come by a call, files and a socket elsewhere.
 */
export interface WorstPlatform {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Conversation → the department and the contact that its own API tells. */
const chats: Readonly<Record<string, { dep: string; user: string }>> = {
  '17': { dep: 'support', user: 'c-17' },
  '18': { dep: 'sales', user: 'c-18' },
};
/** Session → the departments of its person. */
const sessions: Readonly<Record<string, readonly string[]>> = { ann: ['support'], sam: ['sales'] };
export const lookupKey = 'X-Key: of-the-service';

export const wordsOf = (id: string): string => `WORDS-OF-${id}-ARE-MINE`;

/** The segments that it takes a target for. */
function segmentsOf(target: string): readonly string[] {
  const program = /index\.php/i.exec(target);
  const text =
    program === null ? (target.split('?')[0] ?? '') : target.slice(program.index + 9).replace(/^\?/, '');
  const decoded = decode(decode(text.split('?')[0] ?? '')).replaceAll('\\', '/');
  const made: string[] = [];
  for (const raw of decoded.split('/')) {
    const segment = raw.replace(/[;&].*$/, '').replace(/[^A-Za-z0-9_.-]/g, '');
    if (segment === '..') made.pop();
    else if (segment !== '' && segment !== '.') made.push(segment.replace(/\.(?:html|json|txt)$/, ''));
  }
  const bare = made.map((segment) => segment.replaceAll('.', ''));
  return /^[a-z]{2,3}$/i.test(bare[0] ?? '') && !/^api$/i.test(bare[0] ?? '') ? bare.slice(1) : bare;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a request says its parameters are: the query, over it a form, over it JSON, as Rails and Laravel have it. */
function parametersOf(target: string, body: string): Readonly<Record<string, unknown>> {
  const query = Object.fromEntries(new URLSearchParams(target.split('?').slice(1).join('?')));
  try {
    const json: unknown = JSON.parse(body);
    return { ...query, ...(Array.isArray(json) ? (json[0] as object) : (json as object)) };
  } catch {
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  }
}

const ownOf = (id: string) => (Object.hasOwn(chats, id) ? chats[id] : undefined);

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

function variable(parameters: Readonly<Record<string, unknown>>): string {
  const { variables } = parameters;
  const read =
    typeof variables === 'string' ? (JSON.parse(variables) as object) : (variables as object | undefined);
  return textOf((read as { chatId?: unknown } | undefined)?.chatId);
}

/** The conversation whose words an answer has; undefined where it has none. */
function shown(target: string, body: string): string | undefined {
  const [first = '', second = '', third = ''] = segmentsOf(target).map((segment) => segment.toLowerCase());
  if (first === 'chat' && second === 'print') return third;
  if (first === 'storage') return second.replace(/^f/, '');
  if (first === 'graphql') return variable(parametersOf(target, body));
  if (first === 'api' && second === 'messages') return textOf(parametersOf(target, body)['chat_id']);
  return first === 'api' && second === 'tickets' ? third : undefined;
}

function answer(request: IncomingMessage, body: string): { status: number; text: string } {
  const target = request.url ?? '';
  const person = /sid=(\w+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
  const departments = Object.hasOwn(sessions, person) ? sessions[person] : undefined;
  if (target === '/own/me')
    return departments === undefined
      ? { status: 401, text: '{}' }
      : { status: 200, text: JSON.stringify({ id: person, departments }) };
  const asked = /^\/own\/chats\/([^/]+)$/.exec(target)?.[1];
  if (asked !== undefined) {
    const chat = request.headers['x-key'] === 'of-the-service' ? ownOf(asked) : undefined;
    return chat === undefined ? { status: 404, text: '{}' } : { status: 200, text: JSON.stringify(chat) };
  }
  const id = shown(target, body);
  if (id !== undefined)
    return Object.hasOwn(chats, id) ? { status: 200, text: wordsOf(id) } : { status: 404, text: '' };
  return { status: 200, text: 'a program without a word of a conversation' };
}

export async function startWorstPlatform(): Promise<WorstPlatform> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { status, text } = answer(request, body);
      response.writeHead(status, { 'Content-Type': 'text/html' }).end(text);
    });
  });
  const tunnels = new Set<Duplex>();
  server.on('upgrade', (_request, socket) => {
    tunnels.add(socket);
    socket.on('error', () => undefined);
    const words = wordsOf('17');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n' +
        `\x81${String.fromCharCode(words.length)}${words}`,
      'latin1',
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    async stop() {
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

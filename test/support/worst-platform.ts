import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { asked, type Speech } from './worst-frames.ts';

/**
 * A platform with the worst manners of those that there are packs for: a front controller anywhere, languages, matrix
 * parameters, ids in JSON, forms and GraphQL, a page behind `#` whose words come by a call, files elsewhere, a socket
 * that shows a conversation at once, and others that show it to whoever subscribes, in ActionCable and DDP.
 */
export interface WorstPlatform {
  readonly url: string;
  readonly port: number;
  /** Another department takes a conversation over. */
  move(id: string, dep: string): void;
  stop(): Promise<void>;
}

/** Conversation → the department and the contact that its own API tells. */
const chats: Readonly<Record<string, { dep: string; user: string }>> = {
  '17': { dep: 'support', user: 'c-17' },
  '18': { dep: 'sales', user: 'c-18' },
  '19': { dep: 'support', user: 'c-19' },
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

/** What is spoken in which socket; in all others a conversation is shown at once. */
const speeches: Readonly<Record<string, Speech | undefined>> = {
  cable: 'actioncable',
  websocket: 'ddp',
  sockjs: 'ddp',
};

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
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  server.on('upgrade', (request, socket, head) => {
    const speech = speeches[segmentsOf(request.url ?? '')[0]?.toLowerCase() ?? ''];
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => undefined);
      if (speech === undefined) return ws.send(wordsOf('17'));
      ws.on('message', (data: Buffer) => {
        for (const id of asked(speech, data.toString())) if (Object.hasOwn(chats, id)) ws.send(wordsOf(id));
      });
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    port,
    move(id, dep) {
      const chat = chats[id];
      if (chat !== undefined) chat.dep = dep;
    },
    async stop() {
      server.closeAllConnections();
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

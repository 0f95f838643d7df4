import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What the suite needs behind the gateway: a page with conditions, an echo, cookies, a WebSocket of version 13. */
export interface Origin {
  readonly url: string;
  /** How many requests have come. */
  count(): number;
  stop(): Promise<void>;
}

const etag = '"page-1"';
const lastModified = 'Thu, 01 Jan 2026 00:00:00 GMT';
const methods = 'GET, HEAD, POST, OPTIONS';

export async function startOrigin(): Promise<Origin> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('upgrade', ({ headers, method }: IncomingMessage, socket: Socket) => {
    socket.on('error', () => undefined);
    const isWebSocket = method === 'GET' && headers['sec-websocket-version'] === '13';
    const status = isWebSocket ? '101 Switching Protocols' : '426 Upgrade Required';
    const lines = [
      `HTTP/1.1 ${status}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
    ];
    socket.write(`${[...lines, ...(isWebSocket ? [] : ['Content-Length: 0'])].join('\r\n')}\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: () => count,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const { method = '', url, headers, rawHeaders } = request;
  if (method === 'OPTIONS') return void response.writeHead(204, { allow: methods }).end();
  if (!methods.split(', ').includes(method)) return void response.writeHead(405, { allow: methods }).end();
  response.setHeader('Content-Type', 'text/plain');
  if (url === '/echo') return void response.end(fieldsOf(rawHeaders), 'latin1');
  if (url === '/cookie') return void response.end((headers.cookie ?? '').split('; ').join('\n'));
  if (method === 'POST') return void response.end(body);
  response.setHeader('ETag', etag).setHeader('Last-Modified', lastModified);
  response.writeHead(isUnchanged(request) ? 304 : 200).end('OK');
}

function fieldsOf(raw: readonly string[]): string {
  return raw.map((part, i) => (i % 2 === 0 ? `${part}: ` : `${part}\n`)).join('');
}

/** RFC 9110 section 13.1: a tag is compared weakly and comes before a date; a date that cannot be counts as none. */
function isUnchanged({ headers }: IncomingMessage): boolean {
  const tag = headers['if-none-match'];
  if (tag !== undefined) return tag === '*' || tag.replace(/^W\//, '') === etag;
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return since >= Date.parse(lastModified) && since <= Date.now();
}

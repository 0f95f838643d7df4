import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** What reached the platform: one entry for each request that it would have answered. */
export interface Reached {
  /** The `X-Row` header: which row of a table sent it; undefined where nobody did. */
  readonly row: string | undefined;
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** By lower-case name, several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly upgrade: boolean;
}

/** A platform that shows a transcript to everybody who asks, and writes down who did. */
export interface RecordingUpstream {
  readonly url: string;
  readonly reached: readonly Reached[];
  /** Bytes that were no request: what is left over when two readers of HTTP disagree. */
  readonly broken: readonly string[];
  of(row: string): readonly Reached[];
  stop(): Promise<void>;
}

/** Found in an answer of the platform's, and nowhere else. */
export const SECRET = 'TRANSCRIPT-OF-THE-PLATFORM';

function entryOf(request: IncomingMessage, body: string, upgrade: boolean): Reached {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const { method = '', url = '', rawHeaders } = request;
  return { row: headers['x-row'], method, target: url, rawHeaders, headers, body, upgrade };
}

/** Starts the platform on a free port; it is more patient with headers than any gateway. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const reached: Reached[] = [];
  const broken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer(
    { maxHeaderSize: 256 * 1024, keepAliveTimeout: 60_000 },
    (request, response) => {
      let body = '';
      request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
      request.on('error', () => undefined);
      request.on('close', () => {
        if (!request.complete) reached.push(entryOf(request, body, false));
      });
      request.on('end', () => {
        reached.push(entryOf(request, body, false));
        response.end(SECRET);
      });
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    reached.push(entryOf(request, '', true));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => broken.push(`in a tunnel: ${chunk.toString('latin1')}`));
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  });
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket: Socket) => {
    if (error.rawPacket !== undefined) broken.push(error.rawPacket.toString('latin1'));
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    reached,
    broken,
    of: (row) => reached.filter((one) => one.row === row),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A request as the upstream received it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly aborted: boolean;
}

export interface TestUpstream {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** What it received since the last call. */
  take(): Seen[];
  stop(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A platform that writes down what it receives and answers as it is told. */
export async function startUpstream(
  handler: Handler = (_request, response) => void response.end('upstream'),
): Promise<TestUpstream> {
  let seen: Seen[] = [];
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    let body = '';
    const note = (aborted: boolean): void => {
      const { method = '', url = '', rawHeaders } = request;
      seen.push({ method, target: url, rawHeaders, body, aborted });
    };
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('error', () => undefined);
    request.on('close', () => {
      if (!request.complete) note(true);
    });
    request.on('end', () => {
      note(false);
      handler(request, response, body);
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An upstream of bare sockets: what it writes is what the gateway reads. */
export async function startRawUpstream(
  onRequest: (socket: Socket, text: string, connection: number) => void,
) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\r\n\r\n')) return;
      const whole = text;
      text = '';
      onRequest(socket, whole, connection);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    open: () => sockets.size,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A key server on a real socket whose answer can be changed while it runs. */
export interface JwksServer {
  readonly url: string;
  /** Requests so far. */
  hits(): number;
  /** Answers with these JWKs from now on. */
  serve(keys: readonly object[]): void;
  /** Answers this way from now on. */
  answer(handler: Handler): void;
  /** Closes the port; `up` opens the same one again. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export async function startJwks(keys: readonly object[]): Promise<JwksServer> {
  let hits = 0;
  let handler: Handler;
  const server = createServer((request, response) => {
    hits++;
    handler(request, response);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const serve = (jwks: readonly object[]): void => {
    handler = (_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: jwks }));
    };
  };
  serve(keys);
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}/jwks.json`,
    hits: () => hits,
    serve,
    answer: (next) => {
      handler = next;
    },
    down: stop,
    up: () => listen(port),
    close: stop,
  };
}

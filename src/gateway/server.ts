import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProblemCode } from '../errors.ts';
import type { Connections } from './connections.ts';
import { errorText, type Failures } from './failures.ts';
import { plainly } from './own-answers.ts';
import type { LimitOptions } from './options.ts';
import { sendOnSocket, sendRefusal } from './refusal.ts';

export interface ServerParts {
  readonly limits: LimitOptions;
  readonly connections: Connections;
  readonly failures: Failures;
  /** `readAgain` reads the connection as plain HTTP, from here on. */
  upgrade(
    readAgain: (socket: Duplex) => void,
  ): (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** How often Node looks for connections that are too slow; a limit is kept to within this. */
const checkMs = 1_000;

/** An answer to a visitor who sends no more may stand still for so long. */
const lastWordsMs = 1_000;

/** The public HTTP server: strict parsing, every limit set, every protocol error answered. */
export function createPublicServer(
  listener: RequestListener,
  { limits, connections, failures, upgrade }: ServerParts,
): Server {
  const server = createServer(
    {
      insecureHTTPParser: false,
      maxHeaderSize: limits.headerBytes + limits.targetBytes,
      headersTimeout: limits.headersTimeoutMs,
      // Bodies have no limit in all, only one for standing still.
      requestTimeout: 0,
      keepAliveTimeout: limits.idleTimeoutMs,
      connectionsCheckingInterval: Math.min(checkMs, limits.headersTimeoutMs),
      noDelay: true,
    },
    listener,
  );
  // One more than is allowed: Node drops those beyond without a word, and the guard must see that there were more.
  server.maxHeadersCount = limits.headerCount + 1;
  // Node would answer nobody who says early that there is no more to come.
  Object.assign(server, { httpAllowHalfOpen: true });
  const admit = takeConnections(server, connections);
  server.on('upgrade', upgrade(admit));
  server.on('connect', (_request: IncomingMessage, socket: Duplex) =>
    answer(failures, socket, 'method-not-allowed', 'CONNECT'),
  );
  // The decision comes first: the body is asked for when it is going to be forwarded.
  server.on('checkContinue', listener);
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.shouldKeepAlive = false;
    sendRefusal(response, plainly(failures, 'expectation-failed', 'an expectation other than 100-continue'));
  });
  return server;
}

/** Node's own listener sees the connections that are let in; it is what is given back. */
function takeConnections(server: Server, connections: Connections): (socket: Duplex) => void {
  const [listener] = server.listeners('connection');
  const admit = (socket: Duplex): void => void listener?.call(server, socket);
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    connections.open(socket, (admitted) => {
      admit(admitted);
      admitted.once('end', () => endSoon(admitted));
    });
  });
  return admit;
}

/**
 * A visitor that has half-closed its connection, and one that is gone, look the same. What is asked for is still answered, as
 * long as some of the answer goes out every now and then; else it is given up, and so is the upstream.
 */
function endSoon(socket: Socket): void {
  if (messageOn(socket) === undefined) return;
  let written = socket.bytesWritten;
  const timer = setInterval(() => {
    if (socket.bytesWritten === written) socket.destroy();
    written = socket.bytesWritten;
  }, lastWordsMs).unref();
  socket.once('close', () => clearInterval(timer));
}

function answer(failures: Failures, socket: Duplex, code: ProblemCode, cause: string): void {
  socket.on('error', () => undefined);
  sendOnSocket(socket, plainly(failures, code, cause));
}

/** What Node's parser refuses gets a short answer where one is due, and the connection is closed. */
export function answerClientError(failures: Failures, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || !isNext(socket)) socket.destroy();
  else answer(failures, socket, codeOf(error), errorText(error));
}

/**
 * True where what is written now is the answer to the broken bytes. While a whole request before them waits for
 * its answer, or one is being written, a visitor would take it for that.
 */
function isNext(socket: Duplex): boolean {
  const current = messageOn(socket);
  return current === undefined || (!current.headersSent && !current.req.complete);
}

/** The response that Node has on this connection now; an earlier request still waits for it. */
export function messageOn(
  socket: Duplex & { _httpMessage?: ServerResponse | null },
): ServerResponse | undefined {
  return socket._httpMessage ?? undefined;
}

function codeOf({ code }: NodeJS.ErrnoException): ProblemCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers-too-large';
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request-timeout';
  return 'bad-request';
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';

/** Bodies up to this are read whole before a connection to the upstream is taken: a slow client holds none. */
const wholeBytes = 64 * 1024;

/**
 * Takes the body of a request that is going to be forwarded: a small one whole, any other as a stream with
 * back-pressure; `stalled` where it stands still for `stallMs` (0 = never).
 */
export function takeBody(
  request: IncomingMessage,
  response: ServerResponse,
  stallMs: number,
  ready: (body: Buffer | PassThrough) => void,
  stalled: () => void,
): void {
  if (expectsContinue(request)) response.writeContinue();
  watchStall(request, stallMs, stalled);
  if (Number(request.headers['content-length']) <= wholeBytes) collect(request, ready);
  else ready(stream(request));
}

/**
 * Takes a body before it is decided whether the request is forwarded; nothing where it is longer than `maxBytes`,
 * and `stalled` where it stands still.
 */
export function readWhole(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  stallMs: number,
  ready: (body: Buffer | undefined) => void,
  stalled: () => void,
): void {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return ready(undefined);
  if (expectsContinue(request)) response.writeContinue();
  watchStall(request, stallMs, stalled);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) end(undefined);
  };
  const whole = (): void => end(Buffer.concat(chunks));
  const end = (body: Buffer | undefined): void => {
    request.off('data', take);
    request.off('end', whole);
    ready(body);
  };
  request.on('data', take);
  request.once('end', whole);
}

function expectsContinue({ headers, httpVersionMinor }: IncomingMessage): boolean {
  return httpVersionMinor > 0 && headers.expect?.toLowerCase() === '100-continue';
}

function collect(request: IncomingMessage, ready: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.once('end', () => ready(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
}

/**
 * A stream of its own between the two connections: where the upstream breaks off, the visitor's connection is
 * not torn down with it and still takes the answer; where the visitor breaks off, the upstream sees an abort.
 */
function stream(request: IncomingMessage): PassThrough {
  const body = new PassThrough();
  request.pipe(body);
  request.once('close', () => {
    if (!request.complete) body.destroy(new Error('the client broke off'));
  });
  body.once('close', () => {
    request.unpipe(body);
    request.resume();
  });
  // The upstream's side sees the error too, and passes it to the exchange.
  body.on('error', () => undefined);
  return body;
}

/** Bytes of the socket, not of the body: a chunk that is only begun is progress too. */
function watchStall(request: IncomingMessage, stallMs: number, stalled: () => void): void {
  if (stallMs === 0) return;
  const { socket } = request;
  let seen = socket.bytesRead;
  let held = false;
  const tick = setInterval(() => {
    // Held by back-pressure: then it is the upstream that stands still.
    const holds = request.isPaused();
    if (socket.bytesRead === seen && !held && !holds) stalled();
    held = holds;
    seen = socket.bytesRead;
  }, stallMs).unref();
  const done = (): void => clearInterval(tick);
  request.once('end', done);
  request.once('close', done);
}

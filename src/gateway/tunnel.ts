import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { LongAnswer } from './long-answers.ts';
import type { UpstreamOptions } from './options.ts';
import { responseHeaders, type ResponseTreatment } from './response-headers.ts';
import { failureOf } from './upstream-answer.ts';

/** What the upstream made of an upgrade. */
export type UpgradeAnswer =
  | {
      readonly kind: 'tunnel';
      readonly socket: Duplex;
      readonly head: Buffer;
      readonly answer: IncomingMessage;
    }
  | { readonly kind: 'response'; readonly answer: IncomingMessage }
  | { readonly kind: 'failed'; readonly code: ProblemCode };

/** Asks the upstream for the upgrade, on a connection of its own; `headers` are the whole of what it is sent. */
export function askUpgrade(
  options: UpstreamOptions,
  path: string,
  headers: readonly string[],
  answered: (answer: UpgradeAnswer) => void,
): ClientRequest {
  const outgoing = connect(options, path, [...headers, 'Upgrade', 'websocket', 'Connection', 'Upgrade']);
  const timer = setTimeout(() => {
    outgoing.destroy();
    answered({ kind: 'failed', code: 'upstream-timeout' });
  }, options.timeoutMs).unref();
  const arrived = (answer: UpgradeAnswer): void => {
    clearTimeout(timer);
    answered(answer);
  };
  outgoing.once('upgrade', (answer, socket, head) => {
    // What was not asked for is not passed on.
    if (answer.headers.upgrade?.toLowerCase() === 'websocket') {
      arrived({ kind: 'tunnel', socket, head, answer });
      return;
    }
    socket.destroy();
    arrived({ kind: 'failed', code: 'upstream-invalid' });
  });
  outgoing.once('response', (answer) => arrived({ kind: 'response', answer }));
  outgoing.on('error', (error) => arrived({ kind: 'failed', code: failureOf(error) }));
  outgoing.once('close', () => clearTimeout(timer));
  outgoing.end();
  return outgoing;
}

function connect({ url, ca }: UpstreamOptions, path: string, headers: readonly string[]): ClientRequest {
  const { protocol, hostname, port } = new URL(url);
  const isHttps = protocol === 'https:';
  const isAddress = /^\[|^[\d.]+$/.test(hostname);
  return (isHttps ? httpsRequest : httpRequest)({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isHttps ? 443 : 80) : Number(port),
    method: 'GET',
    path,
    headers,
    agent: false,
    insecureHTTPParser: false,
    rejectUnauthorized: true,
    servername: isAddress ? '' : hostname,
    ...(ca !== undefined && { ca }),
  });
}

/** The bytes that tell the visitor that the tunnel stands. */
export function switchingHead(answer: IncomingMessage, treatment: ResponseTreatment): string {
  const headers = responseHeaders(answer.rawHeaders, treatment);
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** After one end has said its last, the other gets so long for its own. */
const lastWordsMs = 10_000;

/** Two sockets joined: bytes as they come, with back-pressure, until both ends are closed. */
export function createTunnel(
  question: Question,
  client: Duplex,
  upstream: Duplex,
  idleMs: number,
  onClosed: (tunnel: LongAnswer) => void,
): LongAnswer {
  let idle: NodeJS.Timeout | undefined;
  const end = (): void => {
    client.destroy();
    upstream.destroy();
  };
  const tunnel: LongAnswer = { question, sinceMs: performance.now(), end };
  const touch = (): void => void idle?.refresh();
  if (idleMs > 0) idle = setTimeout(end, idleMs).unref();
  client.on('data', touch).pipe(upstream);
  upstream.on('data', touch).pipe(client);
  const lastWords = (): void => void setTimeout(end, lastWordsMs).unref();
  client.once('end', lastWords);
  upstream.once('end', lastWords);
  let open = true;
  const closed = (): void => {
    if (!open) return;
    open = false;
    clearTimeout(idle);
    // What was written before the end still goes out.
    client.end();
    upstream.end();
    setTimeout(end, 1_000).unref();
    onClosed(tunnel);
  };
  client.once('close', closed);
  upstream.once('close', closed);
  client.on('error', closed);
  upstream.on('error', closed);
  return tunnel;
}

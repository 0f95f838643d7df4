import type { ServerResponse } from 'node:http';
import type { Answer } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import { showsUnread } from './frame-guard.ts';
import { firstOf, isNamed } from '../reading/raw-headers.ts';
import { responseHopByHop } from './header-names.ts';
import { headTexts } from './response-headers.ts';

const timeouts = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_SOCKET',
]);
/** What a kept connection says that its other end has just closed. */
const closed = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** What a failure of the upstream's is to the visitor: never its address, its software or its words. */
export function upstreamFailure(error: Error): ProblemCode {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (timeouts.has(code)) return 'upstream-timeout';
  if (unreachable.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT'))
    return 'upstream-unreachable';
  return 'upstream-invalid';
}

/** True where the other end closed the connection. */
export function isClosedByUpstream(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && closed.has(error.code);
}

/** True for a transfer coding that the visitor would not learn (RFC 9112 section 6.1). */
function hasOtherCoding(head: readonly string[]): boolean {
  let codings = 0;
  for (let i = 0; i + 1 < head.length; i += 2) {
    if (!isNamed(head[i], 'transfer-encoding')) continue;
    codings += 1;
    if (head[i + 1]?.toLowerCase() !== 'chunked') return true;
  }
  return codings > 1;
}

/** Why an answer cannot be passed on; undefined where it can. */
export function unfitness(status: number, head: readonly string[], answer: Answer): string | undefined {
  if (hasOtherCoding(head)) return 'the answer has a transfer coding other than chunked';
  return showsUnread(answer, status)
    ? 'an answer without a WebSocket, where its messages are to be judged'
    : undefined;
}

/** True where the other end takes the upgrade that was asked for, and no other. */
export function isWebSocketAnswer(head: readonly string[]): boolean {
  return firstOf(head, 'upgrade')?.toLowerCase() === 'websocket';
}

/** A reason phrase that can be written again as it came; empty where it cannot. */
export function reasonPhrase(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : '';
}

/** True where the head is the whole answer, whatever its Content-Length says (RFC 9112 section 6.3). */
export function isBodiless(status: number, method: string | undefined): boolean {
  return status === 304 || status === 204 || method === 'HEAD';
}

/** What an interim answer must not have, or has no use for. */
const neverInterim = new Set(['content-length', 'set-cookie']);

/**
 * Passes an interim answer on, as a proxy must (RFC 9110 section 15.2): that the work goes on, and early hints with
 * their headers (RFC 8297). Those that Node will not write are left out.
 */
export function sendInterim(response: ServerResponse, status: number, headers: readonly string[]): void {
  if (response.headersSent) return;
  if (status === 102) response.writeProcessing();
  if (status !== 103) return;
  const link: string[] = [];
  const others = new Map<string, string>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    const before = others.get(name);
    if (name.toLowerCase() === 'link') link.push(value);
    else if (!neverInterim.has(name.toLowerCase()))
      others.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  try {
    response.writeEarlyHints({ link, ...Object.fromEntries(others) });
  } catch {
    // A hint in a form that Node does not know.
  }
}

/** Names that a trailer must not have (RFC 9110 section 6.5.1): framing, routing, what was decided by the head. */
const neverTrailers =
  /^(?:content-.*|transfer-encoding|host|cache-control|set-cookie|location|authorization|trailer)$/;

/** Passes the trailers on where the answer goes out in chunks. */
export function addTrailers(response: ServerResponse, raw: readonly (Buffer | string)[]): void {
  const pairs: [string, string][] = [];
  const trailers = headTexts(raw);
  for (let i = 0; i + 1 < trailers.length; i += 2) {
    const [name = '', value = ''] = trailers.slice(i, i + 2);
    const lower = name.toLowerCase();
    if (!responseHopByHop.has(lower) && !neverTrailers.test(lower)) pairs.push([name, value]);
  }
  try {
    response.addTrailers(pairs);
  } catch {
    // A trailer that must not be passed on is left out: the answer itself is whole.
  }
}

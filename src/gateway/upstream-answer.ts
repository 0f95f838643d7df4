import type { ServerResponse } from 'node:http';
import type { ProblemCode } from '../errors.ts';
import { isResponseHopByHop } from './header-names.ts';
import { latin1 } from './response-headers.ts';

const timeouts = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);
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
  'UND_ERR_SOCKET',
]);

/** What a failure of the upstream's is to the visitor: never its address, its software or its words. */
export function failureOf(error: Error): ProblemCode {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (timeouts.has(code)) return 'upstream-timeout';
  if (unreachable.has(code) || code.startsWith('ERR_TLS') || code.includes('CERT'))
    return 'upstream-unreachable';
  return 'upstream-invalid';
}

/** A reason phrase that can be written again as it came; empty where it cannot. */
export function reasonPhrase(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : '';
}

/** True where the head is the whole answer, whatever its Content-Length says (RFC 9112 section 6.3). */
export function isBodiless(status: number, method: string | undefined): boolean {
  return status === 304 || status === 204 || method === 'HEAD';
}

/** Passes early hints on (RFC 8297); those that Node will not write are left out, as they may be. */
export function sendEarlyHints(response: ServerResponse, raw: readonly Buffer[]): void {
  const link: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2)
    if (latin1(raw[i]).toLowerCase() === 'link') link.push(latin1(raw[i + 1]));
  if (link.length === 0 || response.headersSent) return;
  try {
    response.writeEarlyHints({ link });
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
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i]);
    const lower = name.toLowerCase();
    if (!isResponseHopByHop(lower) && !neverTrailers.test(lower)) pairs.push([name, latin1(raw[i + 1])]);
  }
  try {
    response.addTrailers(pairs);
  } catch {
    // A trailer that must not be passed on is left out: the answer itself is whole.
  }
}

/** Why no answer of the upstream's can be passed on. */
export class UpstreamFailure extends Error {
  readonly code: ProblemCode;
  constructor(code: ProblemCode) {
    super(code);
    this.code = code;
  }
}

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProblemKind, ProblemCode } from '../errors.ts';
import { problems } from '../errors.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { Asker } from './navigation.ts';
import type { GatewaySettings } from './options.ts';
import type { Pages, SignIn } from './pages/page.ts';

/** An answer of the gateway's own, before it is written to a response or a bare socket. */
export interface Refusal {
  readonly status: number;
  /** Name, value, name, value. */
  readonly headers: string[];
  readonly body: string;
}

/** What an answer of the gateway's own depends on. */
export interface RefusalParts {
  readonly code: ProblemCode;
  readonly requestId: string;
  readonly asker: Asker;
  /** Undefined where the visitor's address is of no matter. */
  readonly client?: ClientIp | undefined;
  /** Methods that the target is served by; undefined: all that are served at all. */
  readonly methods?: readonly string[] | undefined;
  /** What a page needs; without it people are answered as programs are. */
  readonly page?: PageContext | undefined;
}

/** What a page for people depends on beside. */
export interface PageContext {
  readonly pages: Pages;
  readonly acceptLanguage: string | undefined;
  /** Who is signed in. */
  readonly subject?: string | undefined;
  readonly signIn?: SignIn | undefined;
  /** The page asks again by itself. */
  readonly retries?: boolean | undefined;
}

/** After so long a page asks again. */
const retrySeconds = 5;

/** Everything but TRACE and CONNECT is passed on; these are the ones worth naming. */
export const allowedMethods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';

/** Reasons that an address in a list would have changed. */
const addressMatters = new Set<ProblemCode>([
  'no-access',
  'no-credential',
  'session-expired',
  'session-revoked',
  'session-ended',
  'session-invalid',
  'login-loop',
  'cookie-no-token',
]);

/** A problem (RFC 9457) for programs, a page for people. */
export function refusal(parts: RefusalParts): Refusal {
  const { code, requestId, asker } = parts;
  const problem: ProblemKind = problems[code];
  const client = addressMatters.has(code) ? parts.client : undefined;
  const headers = ['X-Gateway-Reason', code, 'X-Request-Id', requestId, 'Cache-Control', 'no-store'];
  if (problem.status === 401) headers.push('WWW-Authenticate', challenge(code));
  if (problem.status === 503 || problem.status === 429) headers.push('Retry-After', String(retrySeconds));
  if (problem.status === 405) headers.push('Allow', parts.methods?.join(', ') ?? allowedMethods);
  if (problem.status === 426) headers.push('Upgrade', 'websocket', 'Connection', 'Upgrade');
  if (asker !== 'program' && parts.page !== undefined) {
    const { pages, signIn, ...rest } = parts.page;
    const way = signIn && { ...signIn, inFrame: asker === 'frame' };
    const page = pages({ code, requestId, client, signIn: way, ...rest });
    headers.push(...page.headers);
    // As a header, which no assistive technology trips over and which works without a script.
    if (rest.retries === true) headers.push('Refresh', String(retrySeconds));
    return { status: problem.status, headers, body: page.body };
  }
  const address = addressSentence(client);
  headers.push('Content-Type', 'application/problem+json', 'X-Content-Type-Options', 'nosniff');
  return { status: problem.status, headers, body: problemBody(code, problem, address, requestId) };
}

/** A redirect to the login page. */
export function loginRedirect(code: ProblemCode, requestId: string, location: string): Refusal {
  const headers = ['X-Gateway-Reason', code, 'X-Request-Id', requestId, 'Cache-Control', 'no-store'];
  headers.push('Location', location, 'Referrer-Policy', 'no-referrer');
  return { status: 302, headers, body: '' };
}

function problemBody(
  code: ProblemCode,
  problem: ProblemKind,
  address: string | undefined,
  requestId: string,
): string {
  return JSON.stringify({
    type: `urn:transcript-gateway:problem:${code}`,
    title: problem.title,
    status: problem.status,
    detail: address === undefined ? problem.detail : `${problem.detail} ${address}`,
    reason: code,
    requestId,
  });
}

function addressSentence(client: ClientIp | undefined): string | undefined {
  if (client?.status === 'ipv6')
    return 'You came over IPv6. Lists of addresses hold IPv4 addresses only, so yours cannot be in one.';
  if (client?.status === 'unknown')
    return 'Your address could not be determined, so it cannot be looked for in a list of addresses.';
  return undefined;
}

function challenge(code: ProblemCode): string {
  return code.startsWith('token-') ? 'Bearer error="invalid_token"' : 'Bearer';
}

/** Lets scripts of the configured origins read our own answers (Fetch, CORS protocol). */
export function allowOrigin(
  refused: Refusal,
  headers: IncomingHttpHeaders,
  { corsOrigins }: GatewaySettings,
): void {
  if (corsOrigins.length === 0 || ![401, 403, 503].includes(refused.status)) return;
  refused.headers.push('Vary', 'Origin');
  const { origin } = headers;
  if (origin === undefined || !corsOrigins.includes(origin)) return;
  refused.headers.push('Access-Control-Allow-Origin', origin, 'Access-Control-Allow-Credentials', 'true');
  const exposed = 'X-Gateway-Reason, X-Request-Id, WWW-Authenticate, Retry-After';
  refused.headers.push('Access-Control-Expose-Headers', exposed);
}

/** Writes it as the response; a HEAD request gets the same head without the body. */
export function sendRefusal(response: ServerResponse, { status, headers, body }: Refusal): void {
  if (response.headersSent || response.destroyed) return;
  const { req: request } = response;
  if (status === 408) response.shouldKeepAlive = false;
  else if (!request.complete) response.once('finish', () => linger(request));
  response.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(body))]);
  response.end(body);
}

/** A body that is not wanted is read for a while, so that the visitor gets to read the answer, and no longer. */
function linger(request: IncomingMessage): void {
  const timer = setTimeout(() => request.destroy(), lingerMs).unref();
  request.once('close', () => clearTimeout(timer));
}

const lingerMs = 5_000;

/** Writes it on a socket that no response belongs to, and ends the connection. */
export function sendOnSocket(socket: Duplex, { status, headers, body }: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  lines.push(`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', '', body);
  socket.once('finish', () => socket.destroy());
  socket.end(lines.join('\r\n'));
}

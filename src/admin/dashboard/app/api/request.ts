import { upload } from './upload.ts';
import type { Problem } from './types.ts';

/** An answer that is not a success; `status` 0 where none came at all. */
export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiError';
    this.problem = problem;
  }
  get status(): number {
    return this.problem.status;
  }
}

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** The revision that the change was made for. */
  readonly ifMatch?: number;
  /** A change on trial: it lapses unless it is confirmed within that time. */
  readonly confirmWithin?: TrialTime | undefined;
  /** Of a read: gives up after so long. A write is waited for, as nobody could say whether it was done. */
  readonly timeoutMs?: number;
  /** Of a call that is answered by server-sent events: ends it. */
  readonly stream?: AbortSignal | undefined;
  /** Told the share of a long body that is on its way, up to 1. */
  readonly onSent?: ((share: number) => void) | undefined;
}

type SignedOutListener = (problem: Problem) => void;
let onSignedOut: SignedOutListener = () => undefined;

/** Tells of every 401, so that one place can say that the session is over, and where to log in. */
export function listenSignedOut(listener: SignedOutListener): void {
  onSignedOut = listener;
}

/** How long a change may be on trial here. */
export type TrialTime = '5m';

/** What is meant, of a change that shuts out who makes it; undefined where it is not. */
export type Meant = { readonly confirmWithin: TrialTime | undefined } | undefined;

type LockoutListener = (problem: Problem, asked: Sent) => Promise<Meant>;
let askMeant: LockoutListener = async () => undefined;

/** Asks, in one place, whether a change is meant that shuts out who makes it. */
export function listenLockout(listener: LockoutListener): void {
  askMeant = listener;
}

/** One call of the admin API. Throws `ApiError`. */
export async function request<T>(path: string, sent: Sent = {}): Promise<T> {
  const query = { ...sent.query, confirmWithin: sent.confirmWithin };
  const response = await reach(address(path, query), sent);
  const body = await readJson(response);
  if (response.ok) return body as T;
  const problem = asProblem(response.status, body);
  const isLockout = problem.reason === 'locks-you-out' && sent.query?.['force'] === undefined;
  const meant = isLockout ? await askMeant(problem, sent) : undefined;
  if (meant !== undefined)
    return request(path, { ...sent, ...meant, query: { ...sent.query, force: 'true' } });
  throw failureOf(problem);
}

function failureOf(problem: Problem): ApiError {
  if (problem.status === 401) onSignedOut(problem);
  return new ApiError(problem);
}

/** An answer that is read as it comes. Throws `ApiError`. */
export async function requestStream(path: string, sent: Sent): Promise<ReadableStream<Uint8Array>> {
  const response = await reach(address(path, sent.query), sent);
  if (!response.ok) throw failureOf(asProblem(response.status, await readJson(response)));
  return response.body ?? new ReadableStream();
}

/** Where a call is, for what `fetch` is not used for. */
export function address(path: string, query: Sent['query']): string {
  const url = new URL(`api/v1${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url.href;
}

function headersOf(method: string, sent: Sent): Record<string, string> {
  const headers: Record<string, string> = {
    accept: sent.stream === undefined ? 'application/json' : 'text/event-stream',
  };
  if (sent.body !== undefined) headers['content-type'] = 'application/json';
  if (sent.ifMatch !== undefined) headers['if-match'] = `"${sent.ifMatch}"`;
  // Safe to repeat: a lost answer is not a second change.
  if (method !== 'GET') headers['idempotency-key'] = crypto.randomUUID?.() ?? randomKey();
  return headers;
}

function send(url: string, sent: Sent): Promise<Response> {
  const method = sent.method ?? 'GET';
  const headers = headersOf(method, sent);
  const body = sent.body === undefined ? undefined : JSON.stringify(sent.body);
  if (sent.onSent !== undefined && body !== undefined) {
    return upload(url, { method, headers, body }, sent.onSent);
  }
  return fetch(url, {
    method,
    headers,
    credentials: 'same-origin',
    cache: 'no-store',
    ...(sent.stream && { signal: sent.stream }),
    ...(method === 'GET' ? { signal: AbortSignal.timeout(sent.timeoutMs ?? 20_000) } : {}),
    ...(body === undefined ? {} : { body }),
  });
}

/** `randomUUID` exists in secure contexts only, and a private door may be plain HTTP. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function reach(url: string, sent: Sent): Promise<Response> {
  try {
    return await send(url, sent);
  } catch {
    throw new ApiError({
      status: 0,
      title: 'The gateway cannot be reached',
      detail: 'The gateway did not answer. Nothing you typed is lost: try again.',
    });
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function asProblem(status: number, body: unknown): Problem {
  const read = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return { ...read, status, title: read.title ?? `The gateway answered ${status}` };
}

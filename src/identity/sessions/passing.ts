import { recallSession, digestOf, type SessionSource } from './asking.ts';
import type { Presenter, PresentedSession } from './presented.ts';
import type { EndOptions } from './options.ts';

/** A request that went to the platform, and the head of its answer. */
export interface Passed {
  readonly method: string;
  /** Path and query, as they went. */
  readonly target: string;
  readonly status: number;
  /** Name, value, name, value. */
  readonly rawHeaders: readonly string[];
}

/** What an answer in passing means for the session that the request carried. */
export type Meaning =
  /** It was ended: by a call that ends it, or because the platform takes its cookie back. */
  | 'ended'
  /** It may be another person's now: its cookie changed, or somebody signed in. */
  | 'changed'
  /** Whoever was nobody may be somebody now. */
  | 'stirred'
  | 'nothing';

/** Reads what passed for one credential. */
export function sessionEffect(
  passed: Passed,
  presented: PresentedSession,
  ends: readonly EndOptions[],
  loginPath: string | null,
): Meaning {
  const { method, target, status, rawHeaders } = passed;
  const worked = status >= 200 && status < 400;
  const path = pathOf(target);
  if (worked && ends.some((end) => (end.method ?? method) === method && standsBelow(path, pathOf(end.path))))
    return 'ended';
  const cookies = setCookies(rawHeaders);
  const own =
    cookies.length > 0 && presented.ambient ? cookieMeaning(cookies, cookiesOf(presented)) : 'nothing';
  if (own !== 'nothing') return own;
  const redirects = status >= 300 && status < 400;
  const acts = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';
  // A sign-in under an id that stays the same: nearly all are answered by a redirect.
  if (acts && worked && (redirects || path === (loginPath === null ? undefined : pathOf(loginPath))))
    return 'changed';
  return acts || redirects || cookies.length > 0 ? 'stirred' : 'nothing';
}

/** Takes note of it; true where other gateways have to know. */
export function applyMeaning(
  asking: SessionSource,
  presented: PresentedSession,
  by: Presenter,
  meaning: Meaning,
): boolean {
  const { memory, counts } = asking;
  if (meaning === 'nothing') return false;
  if (meaning === 'stirred') {
    const verdict = recallSession(asking, presented, by);
    if (verdict?.kind !== 'known') memory.forget(digestOf(asking, presented), false);
    return false;
  }
  memory.forget(digestOf(asking, presented), meaning === 'ended');
  if (meaning === 'ended') counts.ends += 1;
  return true;
}

function cookieMeaning(set: readonly SetCookie[], sent: ReadonlyMap<string, string>): Meaning {
  let meaning: Meaning = 'nothing';
  for (const { name, value, gone } of set) {
    const before = sent.get(name);
    if (before === undefined) continue;
    if (gone) return 'ended';
    if (value !== before) meaning = 'changed';
  }
  return meaning;
}

/** The path alone, as platforms compare it; one slash at its end does not matter. */
function pathOf(target: string): string {
  const path = target.split(/[?#]/, 1)[0] ?? '';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Platforms put what proves that the visitor meant it behind the path: `/user/logout/(csfr)/…`. */
function standsBelow(path: string, end: string): boolean {
  return path === end || path.startsWith(`${end}/`);
}

function cookiesOf({ headers }: PresentedSession): ReadonlyMap<string, string> {
  const line = headers[headers.indexOf('cookie') + 1] ?? '';
  return new Map(
    line.split('; ').map((piece) => {
      const equals = piece.indexOf('=');
      return [piece.slice(0, equals).trim(), unquoted(piece.slice(equals + 1).trim())] as const;
    }),
  );
}

interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** True where it takes the cookie back. */
  readonly gone: boolean;
}

function setCookies(rawHeaders: readonly string[]): SetCookie[] {
  const found: SetCookie[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.length !== 10 || rawHeaders[i]?.toLowerCase() !== 'set-cookie') continue;
    const cookie = readSetCookie(rawHeaders[i + 1] ?? '');
    if (cookie !== undefined) found.push(cookie);
  }
  return found;
}

/** RFC 6265 section 5.2, as far as it says whether the cookie goes. */
function readSetCookie(text: string): SetCookie | undefined {
  const [pair = '', ...attributes] = text.split(';');
  const equals = pair.indexOf('=');
  if (equals < 1) return undefined;
  const value = unquoted(pair.slice(equals + 1).trim());
  let maxAge: number | undefined;
  let expires: number | undefined;
  for (const attribute of attributes) {
    const [name = '', ...rest] = attribute.split('=');
    const value = rest.join('=').trim();
    if (/^\s*max-age\s*$/i.test(name) && /^-?\d+$/.test(value)) maxAge = Number(value);
    if (/^\s*expires\s*$/i.test(name)) expires = Date.parse(value.replace(/-/g, ' '));
  }
  const over = maxAge === undefined ? expires !== undefined && expires <= Date.now() : maxAge <= 0;
  return { name: pair.slice(0, equals).trim(), value, gone: over || value === '' };
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

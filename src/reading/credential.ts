import { isNamed } from './raw-headers.ts';

/** What a request presents as proof of who asks; nothing of it is verified. */
export interface RequestCredentials {
  /** The JWT text of an `Authorization: Bearer` that is ours: three or five dot-separated parts. */
  readonly bearer?: string | undefined;
  /** Cookies of our names, as they stood: in order, without quotes, the empty ones left out. */
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  /** How many Authorization headers there are; more than one is a bad request. */
  readonly authorizations: number;
}

/** More cookies of our names than this are not read. Far more than are verified, so that one too many is noticed there. */
export const MAX_TOKEN_COOKIES = 64;

/** Reads the credentials of a request; `rawHeaders` are name, value, name, value, never joined. */
export function readCredential(
  cookieNames: ReadonlySet<string>,
  rawHeaders: readonly string[],
): RequestCredentials {
  let bearer: string | undefined;
  let authorizations = 0;
  const cookies: { name: string; value: string }[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const value = rawHeaders[i + 1] ?? '';
    if (isNamed(rawHeaders[i], 'authorization')) {
      authorizations++;
      bearer ??= ourBearer(value);
    } else if (cookieNames.size > 0 && isNamed(rawHeaders[i], 'cookie')) {
      readCookies(cookieNames, value, cookies);
    }
  }
  return bearer === undefined ? { cookies, authorizations } : { cookies, authorizations, bearer };
}

/** The headers without our cookies and our bearer; every other one stays as it was, in order. */
export function stripCredentials(
  cookieNames: ReadonlySet<string>,
  rawHeaders: readonly string[],
): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (isNamed(name, 'authorization') && ourBearer(value) !== undefined) continue;
    const rest = isNamed(name, 'cookie') ? withoutCookies(cookieNames, value) : value;
    if (rest !== undefined) kept.push(name, rest);
  }
  return kept;
}

/**
 * The cookies of the admin API's own doors, over TLS and over plain HTTP. They open no transcript, and what is
 * proxied does not carry them: a super admin's token is no business of the platform's.
 */
export const ADMIN_COOKIES = { secure: '__Host-gateway-admin', plain: 'gateway-admin' } as const;
const adminCookieNames: ReadonlySet<string> = new Set(Object.values(ADMIN_COOKIES));

/** The headers without the admin API's cookies; the same array where there are none. */
export function stripAdminCookies(rawHeaders: readonly string[]): readonly string[] {
  const isTheirs = (name: string | undefined, value: string | undefined): boolean =>
    isNamed(name, 'cookie') && value?.includes(ADMIN_COOKIES.plain) === true;
  if (!rawHeaders.some((name, i) => i % 2 === 0 && isTheirs(name, rawHeaders[i + 1]))) return rawHeaders;
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const rest = isTheirs(name, value) ? withoutCookies(adminCookieNames, value) : value;
    if (rest !== undefined) kept.push(name, rest);
  }
  return kept;
}

/** Sticky: where it ends is where the token begins. */
const BEARER = /[ \t]*bearer(?=[ \t])/iy;

/** Every other Authorization is the upstream's own. */
function ourBearer(value: string): string | undefined {
  // Without a pattern for the ends: one that looks for both costs the square of a run of spaces.
  BEARER.lastIndex = 0;
  if (!BEARER.test(value)) return undefined;
  const token = trim(value.slice(BEARER.lastIndex));
  return looksLikeToken(token) ? token : undefined;
}

/** Three or five dot-separated parts: what a JWT is, signed or encrypted. */
export function looksLikeToken(text: string): boolean {
  let parts = 1;
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) parts++;
  return parts === 3 || parts === 5;
}

function readCookies(
  cookieNames: ReadonlySet<string>,
  header: string,
  cookies: { name: string; value: string }[],
): void {
  for (const piece of header.split(';')) {
    const name = nameOf(piece);
    if (name === undefined || !cookieNames.has(name) || cookies.length >= MAX_TOKEN_COOKIES) continue;
    const value = unquoted(trim(piece.slice(piece.indexOf('=') + 1)));
    if (value !== '') cookies.push({ name, value });
  }
}

function nameOf(piece: string): string | undefined {
  const equals = piece.indexOf('=');
  return equals < 0 ? undefined : trim(piece.slice(0, equals));
}

/** Spaces and tabs only: every other character is a part of the name or the value. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}

/** A Cookie header without these; undefined where nothing is left of it. */
export function withoutCookies(names: ReadonlySet<string>, header: string): string | undefined {
  const pieces = header.split(';');
  const kept = pieces.filter((piece) => !names.has(nameOf(piece) ?? ''));
  if (kept.length === pieces.length) return header;
  const rest = trim(kept.join(';'));
  return rest === '' ? undefined : rest;
}

import { own, type JsonObject } from '../json.ts';

/** The registered claims, read: whose it is and when it holds, tolerance included. */
export interface Standing {
  readonly subject: string;
  /** Unix ms; not valid from then on. */
  readonly expiresAtMs: number;
  /** Unix ms; absent where it does not say when it was issued. */
  readonly issuedAtMs?: number;
  /** Unix ms; not valid before. `-Infinity` where it does not say. */
  readonly notBeforeMs: number;
}

// The end of the year 9999 (RFC 3339's last): a time past it is milliseconds by mistake, or for ever on purpose.
const LAST_SECOND = 253_402_300_799;
const MAX_SUBJECT_LENGTH = 1024;

// Keycloak says `typ: Bearer`, Cognito `token_use: access`; ID, refresh, offline and logout tokens open nothing.
const ACCESS_KINDS = new Set([
  'bearer',
  'jwt',
  'at+jwt',
  'application/jwt',
  'application/at+jwt',
  'access',
  'access_token',
  'access-token',
  'session',
]);

/** Reads the registered claims for one audience; a sentence where they cannot hold at any time. */
export function readStanding(
  claims: JsonObject,
  audiences: ReadonlySet<string> | null,
  toleranceMs: number,
): Standing | string {
  const subject = own(claims, 'sub');
  if (typeof subject !== 'string' || !isSubject(subject)) return 'its sub is not a plain non-empty string';
  const times = readTimes(claims);
  if (typeof times === 'string') return times;
  if (!forAudience(own(claims, 'aud'), audiences)) return 'it is not for this audience';
  if (!isAccess(own(claims, 'typ')) || !isAccess(own(claims, 'token_use')))
    return 'its claims name another kind of token';
  // A security event token (RFC 8417), such as a logout token, says what happened, not who may enter.
  if (Object.hasOwn(claims, 'events')) return 'it is an event, not an access token';
  return {
    subject,
    expiresAtMs: times.exp * 1000 + toleranceMs,
    ...(times.iat !== undefined && { issuedAtMs: times.iat * 1000 }),
    notBeforeMs: Math.max(times.nbf ?? -Infinity, times.iat ?? -Infinity) * 1000 - toleranceMs,
  };
}

interface Times {
  readonly exp: number;
  readonly nbf?: number;
  readonly iat?: number;
}

function readTimes(claims: JsonObject): Times | string {
  const [exp, nbf, iat] = [own(claims, 'exp'), own(claims, 'nbf'), own(claims, 'iat')];
  if (exp === undefined) return 'it has no exp';
  if (!isTime(exp)) return 'its exp is not a time';
  if (nbf !== undefined && !isTime(nbf)) return 'its nbf is not a time';
  if (iat !== undefined && !isTime(iat)) return 'its iat is not a time';
  return { exp, ...(nbf !== undefined && { nbf }), ...(iat !== undefined && { iat }) };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_SECOND;
}

/** A subject goes into logs and headers: half characters cannot be written there. */
function isSubject(text: string): boolean {
  return text !== '' && text.length <= MAX_SUBJECT_LENGTH && !/\p{Cs}/u.test(text);
}

function forAudience(value: unknown, audiences: ReadonlySet<string> | null): boolean {
  // RFC 7519 section 4.1.3: one that names an audience is refused by whoever is not it.
  const absent = value === undefined || value === null || value === '' || isEmptyList(value);
  if (audiences === null) return absent;
  if (typeof value === 'string') return audiences.has(value);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return false;
  return value.some((item) => audiences.has(item));
}

/** Some providers write what nobody asked for as an empty list, null or an empty text. */
function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isAccess(kind: unknown): boolean {
  return kind === undefined || (typeof kind === 'string' && ACCESS_KINDS.has(kind.toLowerCase()));
}

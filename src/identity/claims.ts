import type { TokenCause } from '../policy/cause.ts';
import { compileClaim, type ReadClaim } from './claim-path.ts';
import { defaultClaims, type IssuerOptions, type TokenUse } from './options.ts';
import { own, type JsonObject } from '../json.ts';

/** The registered claims, read: whose it is and when it holds, tolerance included. */
export interface TokenFacts {
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

// Keycloak says `typ: Bearer`, Cognito `token_use: access`; refresh, offline and logout tokens open nothing.
const EITHER = ['jwt', 'application/jwt'];
const KINDS: Readonly<Record<TokenUse, ReadonlySet<string>>> = {
  access: new Set([
    ...EITHER,
    ...['bearer', 'at+jwt', 'application/at+jwt', 'access', 'access_token', 'access-token', 'session'],
  ]),
  id: new Set([...EITHER, 'id', 'id_token', 'id-token']),
};
// `cid` and `appid` are what Okta and Entra's first version say for it.
const CLIENT_CLAIMS = ['azp', 'client_id', 'cid', 'appid'];

/** What an issuer asks of the registered claims. */
export interface StandingRules {
  readonly audiences: ReadonlySet<string> | null;
  readonly readSubject: ReadClaim;
  /** True: a subject may be a whole number. */
  readonly numericSubject: boolean;
  readonly clientIds: ReadonlySet<string> | null;
  readonly maxAgeSeconds: number | null;
  readonly tokenUse: TokenUse;
}

export function createStandingRules(options: IssuerOptions): StandingRules {
  const { audience, claims, clientIds = null, maxAgeSeconds = null, tokenUse = 'access' } = options;
  return {
    audiences: audience === null ? null : new Set(typeof audience === 'string' ? [audience] : audience),
    readSubject: compileClaim(claims.subject),
    numericSubject: claims.subject !== defaultClaims.subject,
    clientIds: clientIds === null ? null : new Set(clientIds),
    maxAgeSeconds,
    tokenUse,
  };
}

/** Reads the registered claims by an issuer's rules; a cause where they cannot hold at any time. */
export function readStanding(
  claims: JsonObject,
  rules: StandingRules,
  toleranceMs: number,
): TokenFacts | TokenCause {
  const subject = readSubject(rules.readSubject(claims), rules.numericSubject);
  if (subject === undefined) return 'no-subject';
  const times = readTimes(claims, rules.maxAgeSeconds);
  if (typeof times === 'string') return times;
  if (!forAudience(own(claims, 'aud'), rules.audiences)) return 'wrong-audience';
  if (!forClient(claims, rules.clientIds)) return 'wrong-client';
  const kinds = KINDS[rules.tokenUse];
  if (!isOfKind(own(claims, 'typ'), kinds) || !isOfKind(own(claims, 'token_use'), kinds)) return 'wrong-kind';
  // A security event token (RFC 8417), such as a logout token, says what happened, not who may enter.
  if (Object.hasOwn(claims, 'events')) return 'event';
  return {
    subject,
    expiresAtMs: times.exp * 1000 + toleranceMs,
    ...(times.iat !== undefined && { issuedAtMs: times.iat * 1000 }),
    notBeforeMs: Math.max(times.nbf ?? -Infinity, times.iat ?? -Infinity) * 1000 - toleranceMs,
  };
}

/** Every claim that names the client must name one of ours, and one must be there. */
function forClient(claims: JsonObject, clientIds: ReadonlySet<string> | null): boolean {
  if (clientIds === null) return true;
  const named = CLIENT_CLAIMS.map((name) => own(claims, name)).filter((value) => value !== undefined);
  return named.length > 0 && named.every((value) => typeof value === 'string' && clientIds.has(value));
}

interface Times {
  readonly exp: number;
  readonly nbf?: number;
  readonly iat?: number;
}

function readTimes(claims: JsonObject, maxAgeSeconds: number | null): Times | TokenCause {
  const [exp, nbf, iat] = [own(claims, 'exp'), own(claims, 'nbf'), own(claims, 'iat')];
  if (exp !== undefined && !isTime(exp)) return 'bad-time';
  if (nbf !== undefined && !isTime(nbf)) return 'bad-time';
  if (iat !== undefined && !isTime(iat)) return 'bad-time';
  const latest = isTime(iat) && maxAgeSeconds !== null ? iat + maxAgeSeconds : Infinity;
  const end = Math.min(exp ?? Infinity, latest);
  if (end === Infinity) return 'no-exp';
  return { exp: end, ...(nbf !== undefined && { nbf }), ...(iat !== undefined && { iat }) };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LAST_SECOND;
}

/** A subject goes into logs and headers: half characters cannot be written there. */
function readSubject(value: unknown, numeric: boolean): string | undefined {
  const text = numeric && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text.length > MAX_SUBJECT_LENGTH) return undefined;
  return /\p{Cs}/u.test(text) ? undefined : text;
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

function isOfKind(kind: unknown, kinds: ReadonlySet<string>): boolean {
  return kind === undefined || (typeof kind === 'string' && kinds.has(kind.toLowerCase()));
}

import type { TokenCause } from '../policy/cause.ts';
import { isObject, own, type JsonObject } from '../json.ts';
import { createBudget } from './budget.ts';
import { findVerifying } from './examine.ts';
import type { Examiner } from './examiner.ts';
import type { Issuer } from './issuer.ts';
import { readAlgorithm } from './key.ts';
import { readJoseHeader, readToken, type Token } from './token.ts';

/** Who is signed out, as a verified logout token says. */
export interface Logout {
  /** The issuer's configured name. */
  readonly issuer: string;
  /** The person, as their tokens name them; with `sid`, whose session it is. */
  readonly subject?: string;
  readonly sid?: string;
  /** The token's own id: the same one twice is one logout. */
  readonly jti: string;
  /** Unix ms, of a whole second. */
  readonly issuedAtMs: number;
}

export type LogoutReading =
  | { readonly ok: true; readonly logouts: readonly Logout[] }
  | { readonly ok: false; readonly cause: TokenCause; readonly costly: boolean };

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const TYPES = new Set(['jwt', 'application/jwt', 'logout+jwt', 'application/logout+jwt']);
/** One that does not say until when it holds, does not for longer; its sender tries again for a while. */
const FRESH_MS = 600_000;
const MAX_ID_LENGTH = 1024;
const MAX_CHECKS = 8;

/** Validates a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.6): of several issuers that it fits, each. */
export async function readLogout(examiner: Examiner, text: string, nowMs: number): Promise<LogoutReading> {
  const plan = prepare(examiner, text, nowMs);
  if (typeof plan === 'string') return { ok: false, cause: plan, costly: false };
  const budget = createBudget(MAX_CHECKS);
  const take = (): boolean => budget.left-- > 0 && ++examiner.counts.verifications > 0;
  const logouts: Logout[] = [];
  let cause: TokenCause = 'bad-signature';
  for (const { issuer, claims } of plan.candidates) {
    const key = await findVerifying(plan, issuer, take);
    if (key === 'unknown') cause = 'keys-unavailable';
    if (key === undefined || typeof key === 'string') continue;
    const logout = whose(issuer, claims, plan.facts);
    if (logout === undefined) cause = 'no-subject';
    else logouts.push(logout);
  }
  return logouts.length > 0 ? { ok: true, logouts } : { ok: false, cause, costly: cause === 'bad-signature' };
}

/** Everything that can be said without a signature check. */
function prepare(examiner: Examiner, text: string, nowMs: number) {
  const token = readToken(text, examiner.maxTokenBytes);
  if (typeof token === 'string') return token;
  const header = readJoseHeader(token.header, TYPES);
  if (typeof header === 'string') return header;
  const algorithm = readAlgorithm(header.algorithm);
  if (algorithm === undefined) return 'wrong-algorithm';
  const facts = readFacts(token, nowMs, examiner.toleranceMs);
  if (typeof facts === 'string') return facts;
  const iss = own(token.claims, 'iss');
  if (typeof iss !== 'string') return 'no-issuer';
  const named = examiner.issuers.flatMap((issuer) => {
    const claims = issuer.iss?.match(iss, token.claims);
    return claims === undefined ? [] : [{ issuer, claims }];
  });
  if (named.length === 0) return 'unknown-issuer';
  const candidates = named.filter(({ issuer }) => isFor(own(token.claims, 'aud'), issuer.logoutAudiences));
  return candidates.length === 0
    ? 'wrong-audience'
    : { token, algorithm, kid: header.kid, facts, candidates };
}

type Facts = Pick<Logout, 'jti' | 'issuedAtMs'> & { readonly sid: string | undefined };

function readFacts({ claims }: Token, nowMs: number, toleranceMs: number): Facts | TokenCause {
  const events = own(claims, 'events');
  if (!isObject(events) || !isObject(own(events, EVENT))) return 'no-logout';
  // What has one could be an ID token (section 2.4).
  if (Object.hasOwn(claims, 'nonce')) return 'no-logout';
  const [jti, sid, iat, exp] = (['jti', 'sid', 'iat', 'exp'] as const).map((name) => own(claims, name));
  if (!isId(jti) || !(sid === undefined || isId(sid))) return 'no-logout';
  if (typeof iat !== 'number' || !(exp === undefined || typeof exp === 'number')) return 'bad-time';
  const endMs = exp === undefined ? iat * 1000 + FRESH_MS : exp * 1000;
  if (!Number.isSafeInteger(Math.floor(iat * 1000)) || iat * 1000 > nowMs + toleranceMs)
    return 'not-yet-valid';
  return nowMs >= endMs + toleranceMs ? 'expired' : { jti, sid, issuedAtMs: Math.floor(iat) * 1000 };
}

function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_ID_LENGTH &&
    !/[\p{Cc}\p{Cs}]/u.test(value)
  );
}

function isFor(aud: unknown, audiences: ReadonlySet<string>): boolean {
  const named = Array.isArray(aud) ? (aud as readonly unknown[]) : [aud];
  return named.some((one) => typeof one === 'string' && audiences.has(one));
}

/** By the expression that names the person in this issuer's tokens; undefined where it names neither person nor session. */
function whose(
  { name, standing, iss }: Issuer,
  claims: JsonObject,
  { sid, ...facts }: Facts,
): Logout | undefined {
  const found = standing.readSubject(claims);
  const text = standing.numericSubject && Number.isSafeInteger(found) ? String(found) : found;
  const subject = isId(text) ? (iss?.within(claims, text) ?? text) : undefined;
  if (subject === undefined && sid === undefined) return undefined;
  return {
    issuer: name,
    ...facts,
    ...(subject !== undefined && { subject }),
    ...(sid !== undefined && { sid }),
  };
}

import type { PolicyView } from './policy.ts';
import type { Anonymous, Known, Principal } from './principal.ts';

/** What is taken back: tokens or sessions of one issuer, by every member that is named. */
export interface Revocation {
  /** 16 hex digits. */
  readonly id: string;
  /** The configured name of the issuer, or of the kind of session. */
  readonly issuer: string;
  readonly subject?: string;
  /** The session at the issuer. */
  readonly sid?: string;
  /** One token. */
  readonly jti?: string;
  /** RFC 3339, UTC. What was issued from then on holds; what does not say when it was issued is taken back whole. */
  readonly issuedBefore?: string;
  /** RFC 3339, UTC: no longer counts from then on. */
  readonly expiresAt: string;
  readonly note?: string;
  readonly createdAt: string;
  readonly createdBy: string;
}

/** Revocations as decisions read them. Immutable. */
export interface Revocations {
  readonly all: ReadonlyMap<string, Revocation>;
  /** By issuer and what they name; see `keysOf`. */
  readonly index: ReadonlyMap<string, readonly Revocation[]>;
}

export const NO_REVOCATIONS: Revocations = { all: new Map(), index: new Map() };

const key = (issuer: string, kind: string, value: string): string => JSON.stringify([issuer, kind, value]);

/** Where a revocation is found: by the member that most narrows it down. */
function keyOf({ issuer, jti, sid, subject }: Revocation): string {
  if (jti !== undefined) return key(issuer, 'jti', jti);
  if (subject !== undefined) return key(issuer, 'sub', subject);
  return sid === undefined ? key(issuer, 'all', '') : key(issuer, 'sid', sid);
}

/** Where revocations of whoever is known can be. */
function keysOf({ issuer, subject, sid, jti }: Known): readonly string[] {
  return [
    key(issuer, 'sub', subject),
    key(issuer, 'all', ''),
    ...(sid === undefined ? [] : [key(issuer, 'sid', sid)]),
    ...(jti === undefined ? [] : [key(issuer, 'jti', jti)]),
  ];
}

/** The revocations after a change. */
export function changeRevocations(
  before: Revocations,
  removed: Iterable<Pick<Revocation, 'id'>>,
  added: Iterable<Revocation>,
): Revocations {
  const all = new Map(before.all);
  const index = new Map(before.index);
  for (const { id } of removed) {
    const gone = all.get(id);
    all.delete(id);
    if (gone === undefined) continue;
    const at = keyOf(gone);
    const left = (index.get(at) ?? []).filter((one) => one.id !== id);
    if (left.length > 0) index.set(at, left);
    else index.delete(at);
  }
  for (const one of added) {
    all.set(one.id, one);
    index.set(keyOf(one), [...(index.get(keyOf(one)) ?? []).filter(({ id }) => id !== one.id), one]);
  }
  return { all, index };
}

/** True where a revocation means this token or session. */
function means(revocation: Revocation, known: Known, nowMs: number): boolean {
  const { issuer, subject, sid, jti, issuedBefore, expiresAt } = revocation;
  if (issuer !== known.issuer || !(nowMs < Date.parse(expiresAt))) return false;
  if (subject !== undefined && subject !== known.subject) return false;
  if (jti !== undefined && jti !== known.jti) return false;
  // Of a person's tokens those without a sid could be of any session: the one that ended, too.
  if (sid !== undefined && (subject === undefined || known.sid !== undefined)) return sid === known.sid;
  if (issuedBefore === undefined || known.issuedAtMs === undefined) return true;
  return !(known.issuedAtMs >= Date.parse(issuedBefore));
}

/** The revocation that takes this token or session back; `unknown` where revocations were never read. */
export function revocationOf(
  view: PolicyView,
  known: Known,
  nowMs: number,
): Revocation | 'unknown' | undefined {
  const { policy } = view;
  if (policy === undefined) return 'unknown';
  const { revocations } = policy;
  if (revocations === 'unknown') return 'unknown';
  if (revocations.all.size === 0) return undefined;
  for (const at of keysOf(known)) {
    const found = revocations.index.get(at)?.find((one) => means(one, known, nowMs));
    if (found !== undefined) return found;
  }
  return undefined;
}

type Trace = ((line: string) => void) | undefined;

/** Who asks, once what was taken back does not count. */
export function withoutRevoked(
  principal: Principal,
  view: PolicyView,
  nowMs: number,
  trace?: Trace,
): Principal {
  if (principal.kind === 'known') return standing(principal, view, nowMs, trace);
  if (principal.kind !== 'undetermined') return principal;
  const possible = principal.possible.flatMap((one) => {
    if (one.kind !== 'known') return [one];
    const now = standing(one, view, nowMs, trace);
    return now.kind === 'undetermined' ? now.possible : now.kind === 'refused' ? [] : [now];
  });
  return { ...principal, possible };
}

function standing(known: Known, view: PolicyView, nowMs: number, trace: Trace): Principal {
  const found = revocationOf(view, known, nowMs);
  if (found === undefined) return known;
  if (found === 'unknown') {
    trace?.('revocations were never read: it could be taken back');
    const possible = [known, revokedSession];
    return { kind: 'undetermined', via: known.via, reason: 'revocations-unavailable', possible };
  }
  trace?.(`revoked by ${found.id}, which ends ${found.expiresAt}`);
  return known.via === 'cookie' ? revokedSession : { kind: 'refused', reason: 'token-revoked' };
}

const revokedSession: Anonymous = { kind: 'anonymous', reason: 'session-revoked' };

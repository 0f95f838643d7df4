import { hash } from 'node:crypto';
import type { Known } from '../policy/principal.ts';
import type { Budget } from './budget.ts';
import { createCache, type Cache } from './cache.ts';
import { fail, recallFailed } from './failing.ts';
import { findCandidates, type Candidate, type Issuer } from './issuer.ts';
import { readAlgorithm, type VerifyKey } from './key.ts';
import { couldVerify, findKeys, seekKeys, trusts } from './keys.ts';
import { toKnown } from './known.ts';
import type { Algorithm, Place } from './options.ts';
import { judge, tooEarly, type Revoked, type Verified } from './validity.ts';
import type { KeyList } from './key-source.ts';
import { firstVerifying } from './signature.ts';
import { MAX_TOKEN_LENGTH, readHeader, readToken, type Token } from './token.ts';
import { bad, unchecked, type Bad, type Verdict } from './verdict.ts';

/** A token that no key verified: not tried again for a moment, unless the keys change. */
interface Failed {
  readonly verdict: Bad;
  readonly untilMs: number;
  /** When somebody's limit counted it. */
  readonly countedAtMs: number;
  readonly lists: readonly (KeyList | undefined)[];
}

export interface Examiner {
  readonly issuers: readonly Issuer[];
  readonly toleranceMs: number;
  /** Longer tokens are invalid. */
  readonly maxTokenBytes: number;
  readonly revoked: Revoked;
  readonly verified: Cache<Verified>;
  readonly failed: Cache<Failed>;
  readonly running: Map<string, Promise<Verdict>>;
  readonly counts: { hits: number; misses: number; verifications: number; failures: number };
}

const FAILED_ENTRIES = 1_000;
/** What a remembered token may weigh on average: its claims, read, take a small multiple of its text. */
const WEIGHT_PER_ENTRY = 2_048;

export function createExaminer(
  issuers: readonly Issuer[],
  toleranceMs: number,
  entries: number,
  maxTokenBytes = MAX_TOKEN_LENGTH,
  revoked: Revoked = () => false,
): Examiner {
  return {
    issuers,
    toleranceMs,
    revoked,
    maxTokenBytes: Math.min(maxTokenBytes, MAX_TOKEN_LENGTH),
    verified: createCache(entries, entries * WEIGHT_PER_ENTRY),
    failed: createCache(FAILED_ENTRIES, FAILED_ENTRIES),
    running: new Map(),
    counts: { hits: 0, misses: 0, verifications: 0, failures: 0 },
  };
}

/** What this token proves, found where it was. At once for one that was seen before and for most bad ones. */
export function examine(
  examiner: Examiner,
  text: string,
  place: Place,
  nowMs: number,
  budget: Budget,
): Verdict | Promise<Verdict> {
  const { counts, running } = examiner;
  if (text.length > examiner.maxTokenBytes)
    return bad('invalid', `it is longer than ${examiner.maxTokenBytes} bytes`);
  // By place too: an issuer's tokens count only where its configuration looks for them.
  const id = place + ' ' + hash('sha256', text, 'base64url');
  const remembered = recall(examiner, id, nowMs);
  if (remembered !== undefined) {
    counts.hits++;
    return remembered;
  }
  const same = running.get(id);
  // Another request's checks may have run out over it: that says nothing of this one.
  if (same !== undefined)
    return same.then((one) => (one === unchecked ? examine(examiner, text, place, nowMs, budget) : one));
  counts.misses++;
  const plan = prepare(examiner, text, place, nowMs);
  if ('kind' in plan) return plan;
  if (budget.left <= 0) return unchecked;
  const work = verify(examiner, plan, id, nowMs, budget).finally(() => running.delete(id));
  running.set(id, work);
  return work;
}

function recall(examiner: Examiner, id: string, nowMs: number): Verdict | undefined {
  const verified = examiner.verified.get(id);
  if (verified !== undefined) {
    if (trusts(verified.issuer.ring, verified.key)) return judge(examiner.revoked, verified, nowMs);
    examiner.verified.delete(id);
  }
  return recallFailed(examiner, id);
}

const keysAway = {
  kind: 'unknown',
  reason: 'keys-unavailable',
  otherwise: 'invalid',
  why: 'the keys of its issuer cannot be had now',
} as const;

interface Plan {
  readonly token: Token;
  readonly place: Place;
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
  readonly candidates: readonly Candidate[];
}

/** Everything that can be said without a signature check. */
function prepare(examiner: Examiner, text: string, place: Place, nowMs: number): Plan | Bad {
  const token = readToken(text);
  if (typeof token === 'string') return bad('invalid', token);
  const found = findCandidates(examiner.issuers, token.claims, place, examiner.toleranceMs);
  if ('reason' in found) return bad(found.reason, found.why);
  const header = readHeader(token.header);
  if (typeof header === 'string') return bad('invalid', header);
  const algorithm = readAlgorithm(header.algorithm);
  if (algorithm === undefined) return bad('invalid', 'its algorithm is not allowed');
  if (nowMs < found[0].standing.notBeforeMs) return tooEarly;
  const candidates = found.filter(({ issuer }) => couldVerify(issuer.ring, algorithm));
  if (candidates.length === 0) return bad('invalid', 'its issuer has no key for its algorithm');
  return { token, place, algorithm, kid: header.kid, candidates };
}

async function verify(
  examiner: Examiner,
  plan: Plan,
  id: string,
  nowMs: number,
  budget: Budget,
): Promise<Verdict> {
  const { token, place } = plan;
  const possible: Known[] = [];
  let checks = 0;
  const take = (): boolean => {
    if (budget.left <= 0) return false;
    budget.left--;
    examiner.counts.verifications++;
    return ++checks > 0;
  };
  for (const { issuer, standing } of plan.candidates) {
    const key = await findVerifying(plan, issuer, take);
    if (key === undefined) continue;
    if (key === 'spent') return fail(examiner, id, unchecked, checks, budget);
    const known = toKnown(issuer, standing, token.claims, place);
    if (key === 'unknown') possible.push(known);
    else {
      const verified = { known, notBeforeMs: standing.notBeforeMs, issuer, key };
      examiner.verified.set(id, verified, token.text.length);
      return judge(examiner.revoked, verified, nowMs);
    }
  }
  if (possible.length === 0)
    return fail(examiner, id, bad('invalid', 'no key of its issuer verifies it'), checks, budget);
  examiner.counts.failures++;
  // Whatever the keys are, it is nobody's any more.
  return possible.every(({ expiresAtMs }) => nowMs >= expiresAtMs)
    ? bad('expired', 'it has expired')
    : { ...keysAway, possible };
}

async function findVerifying(
  { token, algorithm, kid }: Plan,
  { ring }: Issuer,
  take: () => boolean,
): Promise<VerifyKey | 'unknown' | 'spent' | undefined> {
  const keys = findKeys(ring, algorithm, kid);
  const key = await firstVerifying(token.text, keys, take);
  if (key !== undefined) return key;
  const sought = await seekKeys(ring, algorithm, kid, keys);
  return (await firstVerifying(token.text, sought.keys, take)) ?? (sought.sure ? undefined : 'unknown');
}

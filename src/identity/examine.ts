import type { Known } from '../policy/principal.ts';
import type { Budget } from './budget.ts';
import type { Examiner } from './examiner.ts';
import { fail, recallFailed } from './failing.ts';
import { findCandidates, type Candidate, type Issuer } from './issuer.ts';
import { readAlgorithm, type VerifyKey } from './key.ts';
import { couldVerify, findKeys, seekKeys, trusts } from './keys.ts';
import { toKnown } from './known.ts';
import type { Algorithm } from './options.ts';
import type { TokenPlace } from './place.ts';
import { checkValidity } from './validity.ts';
import { firstVerifying } from './signature.ts';
import { readJoseHeader, readToken, type Token } from './token.ts';
import { bad, unchecked, type Bad, type Verdict } from './verdict.ts';

/** What this token proves, found where it was. At once for one that was seen before and for most bad ones. */
export function examine(
  examiner: Examiner,
  text: string,
  place: TokenPlace,
  nowMs: number,
  budget: Budget,
): Verdict | Promise<Verdict> {
  const { counts, running } = examiner;
  if (text.length > examiner.maxTokenBytes) return bad('too-long');
  // The exact text, and its place: an issuer's tokens count only where its configuration looks for them.
  const id = `${place} ${text}`;
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
    if (trusts(verified.issuer.ring, verified.key)) return checkValidity(examiner.revoked, verified, nowMs);
    examiner.verified.delete(id);
  }
  return recallFailed(examiner, id);
}

const keysAway = { kind: 'unknown', reason: 'keys-unavailable', otherwise: 'keys-unavailable' } as const;

interface Plan {
  readonly token: Token;
  readonly place: TokenPlace;
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
  readonly candidates: readonly Candidate[];
}

/** Everything that can be found out without a signature check. */
function prepare(examiner: Examiner, text: string, place: TokenPlace, nowMs: number): Plan | Bad {
  const token = readToken(text, examiner.maxTokenBytes);
  if (typeof token === 'string') return bad(token);
  const found = findCandidates(examiner.issuers, token.claims, place, examiner.toleranceMs);
  if ('reason' in found) return found;
  const tried = found[0].issuer.name;
  const header = readJoseHeader(token.header);
  if (typeof header === 'string') return bad(header, tried);
  const algorithm = readAlgorithm(header.algorithm);
  if (algorithm === undefined) return bad('wrong-algorithm', tried);
  if (nowMs < found[0].standing.notBeforeMs) return bad('not-yet-valid', tried);
  const candidates = found.filter(({ issuer }) => couldVerify(issuer.ring, algorithm));
  if (candidates.length === 0) return bad('no-key-for-algorithm', tried);
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
  for (const { issuer, standing, claims } of plan.candidates) {
    const key = await findVerifying(plan, issuer, take);
    if (key === undefined) continue;
    if (key === 'spent') return fail(examiner, id, unchecked, checks, budget);
    const known = toKnown(issuer, standing, claims, place);
    if (key === 'unknown') possible.push(known);
    else {
      const verified = { known, notBeforeMs: standing.notBeforeMs, issuer, key };
      examiner.verified.set(id, verified, token.text.length);
      return checkValidity(examiner.revoked, verified, nowMs);
    }
  }
  if (possible.length === 0) return fail(examiner, id, unverified(plan), checks, budget);
  examiner.counts.failures++;
  // Whatever the keys are, it is nobody's any more.
  return possible.every(({ expiresAtMs }) => nowMs >= expiresAtMs)
    ? bad('expired', possible[0]?.issuer)
    : { ...keysAway, possible };
}

/** What no key verified: by the signature, where there was a key to try. */
function unverified(plan: Plan): Bad {
  const tried = plan.candidates.find(({ issuer }) => isKeyKnown(plan, issuer)) ?? plan.candidates[0];
  const cause = tried !== undefined && isKeyKnown(plan, tried.issuer) ? 'bad-signature' : 'unknown-key';
  return bad(cause, tried?.issuer.name);
}

/** True where there was a key to try: what failed then is the signature. */
function isKeyKnown({ algorithm, kid }: Plan, { ring }: Issuer): boolean {
  return findKeys(ring, algorithm, kid).length > 0;
}

/** The key of the issuer that verifies it, fetched where it is not there yet. */
export async function findVerifying(
  { token, algorithm, kid }: Pick<Plan, 'token' | 'algorithm' | 'kid'>,
  { ring }: Issuer,
  take: () => boolean,
): Promise<VerifyKey | 'unknown' | 'spent' | undefined> {
  const keys = findKeys(ring, algorithm, kid);
  const key = await firstVerifying(token.text, keys, algorithm, take);
  if (key !== undefined) return key;
  const sought = await seekKeys(ring, algorithm, kid, keys);
  return (
    (await firstVerifying(token.text, sought.keys, algorithm, take)) ?? (sought.sure ? undefined : 'unknown')
  );
}

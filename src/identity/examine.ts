import { hash } from 'node:crypto';
import { compactVerify } from 'jose';
import type { Known } from '../policy/principal.ts';
import { FAILED_MS, type Examiner } from './examiner.ts';
import { findCandidates, type Candidate, type Issuer } from './issuer.ts';
import { readAlgorithm, type VerifyKey } from './key.ts';
import { couldVerify, findKeys, seekKeys, trusts } from './keys.ts';
import { toKnown } from './known.ts';
import type { Algorithm, Place } from './options.ts';
import { judge } from './validity.ts';
import type { KeyList } from './key-source.ts';
import { readHeader, readToken, type Token } from './token.ts';
import { bad, type Bad, type Verdict } from './verdict.ts';

/** What this token proves, found where it was. At once for one that was seen before and for most bad ones. */
export function examine(
  examiner: Examiner,
  text: string,
  place: Place,
  nowMs: number,
): Verdict | Promise<Verdict> {
  const { counts, running } = examiner;
  if (text.length > examiner.maxTokenBytes) return bad('too-long');
  // By place too: an issuer's tokens count only where its configuration looks for them.
  const id = place + ' ' + hash('sha256', text, 'base64url');
  const remembered = recall(examiner, id, nowMs);
  if (remembered !== undefined) {
    counts.hits++;
    return remembered;
  }
  const same = running.get(id);
  if (same !== undefined) return same;
  counts.misses++;
  const plan = prepare(examiner, text, place, nowMs);
  if ('kind' in plan) return plan;
  const work = verify(examiner, plan, id, nowMs).finally(() => running.delete(id));
  running.set(id, work);
  return work;
}

function recall(examiner: Examiner, id: string, nowMs: number): Verdict | undefined {
  const verified = examiner.verified.get(id);
  if (verified !== undefined) {
    if (trusts(verified.issuer.ring, verified.key)) return judge(examiner.revoked, verified, nowMs);
    examiner.verified.delete(id);
  }
  const failed = examiner.failed.get(id);
  if (failed === undefined || failed.untilMs < performance.now()) return undefined;
  return keyLists(examiner).every((list, index) => list === failed.lists[index]) ? failed.verdict : undefined;
}

const keysAway = { kind: 'unknown', reason: 'keys-unavailable', otherwise: 'keys-unavailable' } as const;

interface Plan {
  readonly token: Token;
  readonly place: Place;
  readonly algorithm: Algorithm;
  readonly kid: string | undefined;
  readonly candidates: readonly Candidate[];
}

/** Everything that can be said without a signature check. */
function prepare(examiner: Examiner, text: string, place: Place, nowMs: number): Plan | Bad {
  const token = readToken(text, examiner.maxTokenBytes);
  if (typeof token === 'string') return bad(token);
  const found = findCandidates(examiner.issuers, token.claims, place, examiner.toleranceMs);
  if ('reason' in found) return found;
  const tried = found[0].issuer.name;
  const header = readHeader(token.header);
  if (typeof header === 'string') return bad(header, tried);
  const algorithm = readAlgorithm(header.algorithm);
  if (algorithm === undefined) return bad('wrong-algorithm', tried);
  if (nowMs < found[0].standing.notBeforeMs) return bad('not-yet-valid', tried);
  const candidates = found.filter(({ issuer }) => couldVerify(issuer.ring, algorithm));
  if (candidates.length === 0) return bad('no-key-for-algorithm', tried);
  return { token, place, algorithm, kid: header.kid, candidates };
}

async function verify(examiner: Examiner, plan: Plan, id: string, nowMs: number): Promise<Verdict> {
  const { token, place } = plan;
  const possible: Known[] = [];
  for (const { issuer, standing, claims } of plan.candidates) {
    const key = await findVerifying(examiner, plan, issuer);
    if (key === undefined) continue;
    const known = toKnown(issuer, standing, claims, place);
    if (key === 'unknown') possible.push(known);
    else {
      const verified = { known, notBeforeMs: standing.notBeforeMs, issuer, key };
      examiner.verified.set(id, verified, token.text.length);
      return judge(examiner.revoked, verified, nowMs);
    }
  }
  examiner.counts.failures++;
  if (possible.length > 0) {
    // Whatever the keys are, it is nobody's any more.
    return possible.every(({ expiresAtMs }) => nowMs >= expiresAtMs)
      ? bad('expired', possible[0]?.issuer)
      : { ...keysAway, possible };
  }
  const tried = plan.candidates.find(({ issuer }) => isKeyKnown(plan, issuer)) ?? plan.candidates[0];
  const cause = tried !== undefined && isKeyKnown(plan, tried.issuer) ? 'bad-signature' : 'unknown-key';
  const verdict = bad(cause, tried?.issuer.name);
  examiner.failed.set(id, { verdict, untilMs: performance.now() + FAILED_MS, lists: keyLists(examiner) }, 1);
  return verdict;
}

/** True where there was a key to try: what failed then is the signature. */
function isKeyKnown({ algorithm, kid }: Plan, { ring }: Issuer): boolean {
  return findKeys(ring, algorithm, kid).length > 0;
}

async function findVerifying(
  examiner: Examiner,
  plan: Plan,
  { ring }: Issuer,
): Promise<VerifyKey | 'unknown' | undefined> {
  const { algorithm, kid } = plan;
  const keys = findKeys(ring, algorithm, kid);
  const key = await firstVerifying(examiner, plan, keys);
  if (key !== undefined) return key;
  const sought = await seekKeys(ring, algorithm, kid, keys);
  return (await firstVerifying(examiner, plan, sought.keys)) ?? (sought.sure ? undefined : 'unknown');
}

async function firstVerifying(
  { counts }: Examiner,
  { token, algorithm }: Plan,
  keys: readonly VerifyKey[],
): Promise<VerifyKey | undefined> {
  for (const key of keys) {
    counts.verifications++;
    const algorithms = algorithm === 'EdDSA' ? ['EdDSA', 'Ed25519'] : [algorithm];
    // jose throws whatever is wrong; what is wrong does not matter here.
    const good = await compactVerify(token.text, await key.material, { algorithms }).then(
      () => true,
      () => false,
    );
    if (good) return key;
  }
  return undefined;
}

function keyLists({ issuers }: Examiner): readonly (KeyList | undefined)[] {
  return issuers.flatMap(({ ring }) => ring.remote.map((source) => source.current()));
}

import type { Budget } from './budget.ts';
import type { Examiner } from './examiner.ts';
import type { KeyList } from './key-source.ts';
import { unchecked, type Bad } from './verdict.ts';

const FAILED_MS = 5_000;
/** What comes again within it was counted: a page that is left open sends its old cookie all day. */
const COUNTED_MS = 60_000;

/** What was found of a token that no key verified; not for long, nor past a change of the keys. */
export function recallFailed(examiner: Examiner, id: string): Bad | undefined {
  const failed = examiner.failed.get(id);
  if (failed === undefined || failed.untilMs < performance.now()) return undefined;
  return keyLists(examiner).every((list, index) => list === failed.lists[index]) ? failed.verdict : undefined;
}

/**
 * Remembers what no key verified, and reports it where it cost a check: each token once in a minute, so that an
 * office is not taken for an attacker because its secret was changed, and each time where its keys were too many.
 */
export function fail(examiner: Examiner, id: string, verdict: Bad, checks: number, budget: Budget): Bad {
  const now = performance.now();
  const before = examiner.failed.get(id)?.countedAtMs ?? -Infinity;
  const counts = checks > 0 && (verdict === unchecked || now - before >= COUNTED_MS);
  if (counts) budget.onFailed?.();
  examiner.counts.failures++;
  if (verdict === unchecked) return verdict;
  const lists = keyLists(examiner);
  const countedAtMs = counts ? now : before;
  examiner.failed.set(id, { verdict, untilMs: now + FAILED_MS, countedAtMs, lists }, id.length);
  return verdict;
}

function keyLists({ issuers }: Examiner): readonly (KeyList | undefined)[] {
  return issuers.flatMap(({ ring }) => ring.remote.map((source) => source.current()));
}

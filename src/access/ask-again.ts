import type { Answer, Authorize, Question } from './question.ts';

/** A grant in use, as far as asking about it again goes. */
export interface Leased {
  readonly question: Question;
  readonly answer: Answer;
  readonly sinceMs: number;
  readonly guarded: boolean;
  /** An answer is being waited for. */
  asking: boolean;
  /** It should have been asked meanwhile. */
  missed: boolean;
  /** Its last answer had to be waited for. */
  slow: boolean;
  /** It is still in use. */
  isHeld: boolean;
}

/** So many are asked before other work gets its turn. */
const batch = 100;
/** So many answers are waited for at one time. */
const atOnce = 100;
/** An answer that does not come for so long is none. */
const patienceMs = 5_000;

export type Ask<T> = (lease: T) => Promise<void> | undefined;

/** Asks about one lease; at once where it can be, else with a promise that never rejects, and waits no longer than it may. */
export function createAsking<T extends Leased>(
  authorize: Authorize,
  settle: (lease: T, now: Answer | undefined) => void,
): Ask<T> {
  const known = (lease: T, now: Answer): Answer => keepVerified(authorize, lease, now);
  const ask: Ask<T> = (lease) => {
    if (lease.asking) {
      lease.missed = true;
      return undefined;
    }
    try {
      const now = authorize(lease.question);
      lease.slow = now instanceof Promise;
      if (now instanceof Promise) return wait(lease, now);
      settle(lease, known(lease, now));
    } catch {
      settle(lease, undefined);
    }
    return undefined;
  };
  const wait = async (lease: T, coming: Promise<Answer>): Promise<void> => {
    lease.asking = true;
    const now = await inTime(coming.then((answer) => known(lease, answer)));
    lease.asking = false;
    settle(lease, now);
    const again = lease.missed && lease.isHeld;
    lease.missed = false;
    if (again) await ask(lease);
  };
  return ask;
}

/** What was verified stays so until it expires, where it cannot be verified again: the keys are away. */
function keepVerified(authorize: Authorize, { question, answer }: Leased, now: Answer): Answer {
  const { principal } = answer;
  if (now.decision.reason !== 'keys-unavailable' || principal.kind !== 'known') return now;
  if (principal.expiresAtMs <= Date.now()) return now;
  const kept = authorize(question, { as: principal });
  return kept instanceof Promise ? now : kept;
}

/** Undefined where it fails or takes too long. */
async function inTime<T>(coming: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs).unref();
  });
  try {
    return await Promise.race([coming, late]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One sweep at a time, in batches; what asks for another meanwhile gets one after it. Leases whose answers have to
 * be waited for are swept apart, so many at a time: one that is stuck holds no other up.
 */
export function createSweep<T extends Leased>(
  held: Iterable<T> & { readonly size: number },
  ask: Ask<T>,
  slow: boolean,
) {
  let next: { before: number; all: boolean } | undefined;
  let sweeping = false;
  let waiting = 0;
  let onSeat: (() => void) | undefined;
  const waitFor = async (answer: Promise<void>): Promise<void> => {
    waiting += 1;
    await answer;
    waiting -= 1;
    onSeat?.();
  };
  const sweep = async ({ before, all }: { before: number; all: boolean }): Promise<void> => {
    let asked = 0;
    for (const lease of [...held]) {
      if (lease.slow !== slow || lease.sinceMs > before || !(all || lease.guarded) || !lease.isHeld) continue;
      const answer = ask(lease);
      if (answer !== undefined) void waitFor(answer);
      if (slow && waiting >= atOnce) await new Promise<void>((resolve) => (onSeat = resolve));
      if (++asked % batch === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return async (before: number, all: boolean): Promise<void> => {
    next = { before: Math.max(next?.before ?? 0, before), all: all || next?.all === true };
    if (sweeping) return;
    sweeping = true;
    while (next !== undefined && held.size > 0) {
      const until = next;
      next = undefined;
      await sweep(until);
    }
    next = undefined;
    sweeping = false;
  };
}

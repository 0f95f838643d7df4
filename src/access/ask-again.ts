import { createSlicer } from '../policy-store/slicer.ts';
import type { Principal } from '../policy/principal.ts';
import type { Answer, Authorize, Question } from './question.ts';

/** A grant in use, as far as asking about it again goes. */
export interface Leased {
  readonly question: Question;
  readonly answer: Answer;
  readonly sinceMs: number;
  readonly guarded: boolean;
  /** An answer is being waited for. */
  asking: boolean;
  /** For longer than it may be: until it comes, what is known without it counts. */
  late: boolean;
  /** It should have been asked meanwhile. */
  missed: boolean;
  /** Its last answer had to be waited for. */
  slow: boolean;
  /** It is still in use. */
  isHeld: boolean;
}

/** So many answers are waited for at one time: visitors who have none yet wait behind them. */
const atOnce = 500;
/** So long one is waited for: with a sweep each second, what has ended is over within two. */
const patienceMs = 700;

export type Ask<T> = (lease: T) => Promise<void> | undefined;

/** Asks about one lease; at once where it can be, else with a promise that never rejects and lasts no longer than it may. */
export function createAsking<T extends Leased>(
  authorize: Authorize,
  settle: (lease: T, now: Answer | undefined) => void,
): Ask<T> {
  const ask: Ask<T> = (lease) => {
    if (lease.asking) {
      lease.missed = true;
      if (lease.late) settle(lease, withoutAnswer(authorize, lease));
      return undefined;
    }
    try {
      const now = authorize(lease.question);
      lease.slow = now instanceof Promise;
      if (now instanceof Promise) return wait(lease, now);
      settle(lease, keepVerified(authorize, lease, now));
    } catch {
      settle(lease, undefined);
    }
    return undefined;
  };
  const answered = (lease: T, now: Answer | undefined): void => {
    lease.asking = lease.late = false;
    settle(lease, now);
    const again = lease.missed && lease.isHeld;
    lease.missed = false;
    if (again) void ask(lease);
  };
  const wait = async (lease: T, coming: Promise<Answer>): Promise<void> => {
    lease.asking = true;
    const done = coming
      .then((now) => keepVerified(authorize, lease, now))
      .catch(() => undefined)
      .then((now) => answered(lease, now));
    if (!(await isLate(done))) return;
    lease.late = true;
    settle(lease, withoutAnswer(authorize, lease));
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

/** By the policy of now, and by what is known of who asks; undefined where that fails. */
function withoutAnswer(authorize: Authorize, { question, answer }: Leased): Answer | undefined {
  try {
    const now = authorize(question, { as: stillKnown(answer.principal) });
    return now instanceof Promise ? undefined : now;
  } catch {
    return undefined;
  }
}

/** A token proves what it proved until it expires. A session may have ended: it is whose the platform says it is, now. */
function stillKnown(principal: Principal): Principal {
  if (principal.kind !== 'known') return principal;
  const { via, session, expiresAtMs } = principal;
  if (session === undefined && expiresAtMs > Date.now()) return principal;
  if (session === undefined)
    return via !== 'cookie'
      ? { kind: 'refused', reason: 'token-expired' }
      : { kind: 'anonymous', reason: 'session-expired' };
  const nobody = { kind: 'anonymous', reason: 'no-credential' } as const;
  return { kind: 'undetermined', via, reason: 'sessions-unavailable', possible: [principal, nobody] };
}

/** True where it is not done in time. Never rejects, as `done` does not. */
async function isLate(done: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<true>((resolve) => {
    timer = setTimeout(() => resolve(true), patienceMs).unref();
  });
  const first = await Promise.race([done.then(() => false), late]);
  clearTimeout(timer);
  return first;
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
    // In slices of time, not of leases: one that ends costs twenty times what one does that goes on.
    const slicer = createSlicer();
    for (const lease of [...held]) {
      if (lease.slow !== slow || lease.sinceMs > before || !(all || lease.guarded) || !lease.isHeld) continue;
      const answer = ask(lease);
      if (answer !== undefined) void waitFor(answer);
      if (slow && waiting >= atOnce) await new Promise<void>((resolve) => (onSeat = resolve));
      const pause = slicer.pause();
      if (pause !== undefined) await pause;
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

import { permitFor } from '../access/permit.ts';
import type { Answer, Authorize, Question } from '../access/question.ts';

/** An answer that is still going out: a tunnel, an event stream, a long download. */
export interface LongAnswer {
  readonly question: Question;
  /** By `performance.now()`. */
  readonly sinceMs: number;
  /** Breaks it off. */
  end(): void;
}

/** Everything permitted that still runs. It is asked again each second and on each revision of the policy. */
export interface LongAnswers {
  add(answer: LongAnswer): void;
  delete(answer: LongAnswer): void;
  readonly size: number;
  /** Breaks all of them off. */
  endAll(): void;
  close(): void;
}

/** Younger ones were just asked. */
const freshMs = 900;
/** So many are asked again before other work gets its turn. */
const batch = 100;

export function createLongAnswers(
  authorize: Authorize,
  subscribe: (listener: () => void) => () => void,
  onEnded: (answer: LongAnswer, why: string) => void,
): LongAnswers {
  const running = new Set<LongAnswer>();
  const askAgain = async (answer: LongAnswer): Promise<void> => {
    const again = await askOnce(authorize, answer.question);
    if (!running.has(answer)) return;
    if (again !== undefined && permitFor(answer.question, again) !== undefined) return;
    running.delete(answer);
    answer.end();
    onEnded(answer, again?.decision.reason ?? 'internal-error');
  };
  const sweep = createSweep(running, askAgain);
  const timer = setInterval(() => void sweep(performance.now() - freshMs), 1_000).unref();
  const unsubscribe = subscribe(() => void sweep(performance.now()));
  return {
    add: (answer) => void running.add(answer),
    delete: (answer) => void running.delete(answer),
    get size() {
      return running.size;
    },
    endAll() {
      for (const answer of [...running]) answer.end();
    },
    close() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}

/** One sweep at a time, in batches; what asks for another meanwhile gets one after it. */
function createSweep(running: ReadonlySet<LongAnswer>, askAgain: (answer: LongAnswer) => Promise<void>) {
  let next: number | undefined;
  let sweeping = false;
  const sweep = async (before: number): Promise<void> => {
    let asked = 0;
    for (const answer of [...running]) {
      if (answer.sinceMs > before) continue;
      await askAgain(answer);
      if (++asked % batch === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return async (before: number): Promise<void> => {
    if (running.size === 0) return;
    next = Math.max(next ?? 0, before);
    if (sweeping) return;
    sweeping = true;
    while (next !== undefined) {
      const until: number = next;
      next = undefined;
      await sweep(until);
    }
    sweeping = false;
  };
}

async function askOnce(authorize: Authorize, question: Question): Promise<Answer | undefined> {
  try {
    return await authorize(question);
  } catch {
    return undefined;
  }
}

/** How often something passed that no route guards, and when. */
export interface UnguardedCount {
  readonly method: string;
  /** What the URL looks like: ids folded, never a value. */
  readonly shape: string;
  /** True where an `open` route names it. */
  readonly open: boolean;
  count: number;
  readonly firstMs: number;
  lastMs: number;
}

/** A canary that passed, or would have. */
export interface CanaryCount extends UnguardedCount {
  readonly canary: string;
  readonly action: 'alarm' | 'refuse';
}

export interface UnguardedReport {
  readonly sinceMs: number;
  readonly shapes: readonly Readonly<UnguardedCount>[];
  /** Requests whose shape had no room. */
  readonly left: number;
  readonly canaries: readonly Readonly<CanaryCount>[];
  /** Answers that could not be searched for canaries, by why. */
  readonly notSearched: ReadonlyMap<string, number>;
}

export type Seen = Pick<UnguardedCount, 'method' | 'shape' | 'open'>;

/** What this process passed on that no route guards; bounded, and kept in memory only. */
export interface Unguarded {
  passed(seen: Seen): void;
  /** True the first time. */
  canary(seen: Seen & Pick<CanaryCount, 'canary' | 'action'>): boolean;
  notSearched(why: string): void;
  read(): UnguardedReport;
}

const mostShapes = 1_000;
const mostCanaries = 500;

export function createUnguarded(now: () => number): Unguarded {
  const shapes = new Map<string, UnguardedCount>();
  const canaries = new Map<string, CanaryCount>();
  const notSearched = new Map<string, number>();
  const sinceMs = now();
  let left = 0;
  return {
    passed(seen) {
      const name = `${seen.method} ${seen.shape}`;
      const known = shapes.get(name);
      if (known !== undefined) tick(known, now());
      else if (shapes.size >= mostShapes) left += 1;
      else shapes.set(name, begin(seen, now()));
    },
    canary(seen) {
      const name = `${seen.canary} ${seen.method} ${seen.shape}`;
      const known = canaries.get(name);
      if (known !== undefined) tick(known, now());
      else if (canaries.size < mostCanaries) canaries.set(name, begin(seen, now()));
      return known === undefined;
    },
    notSearched: (why) => void notSearched.set(why, (notSearched.get(why) ?? 0) + 1),
    read: () => ({
      ...{ sinceMs, left, notSearched },
      shapes: [...shapes.values()],
      canaries: [...canaries.values()],
    }),
  };
}

function begin<T extends Seen>(seen: T, nowMs: number): T & UnguardedCount {
  return { ...seen, count: 1, firstMs: nowMs, lastMs: nowMs };
}

function tick(known: UnguardedCount, nowMs: number): void {
  known.count += 1;
  known.lastMs = nowMs;
}

/** Something that waits its turn at the upstream. */
export interface Waiting {
  /** Called when its turn has come. */
  go(): void;
  /** Called where it waited too long. */
  giveUp(): void;
}

export interface SlotOptions {
  readonly slots: number;
  readonly queue: number;
  readonly waitMs: number;
}

/** A bound on what runs at one time, with a short queue, first come, first served. */
export interface Slots {
  /** True: it goes now. False: it waits, and `go` or `giveUp` is called later. Undefined: the queue is full. */
  take(waiting: Waiting): boolean | undefined;
  /** Gives one back, exactly once for each that was taken. */
  free(): void;
  /** Forgets one that waits; false where it did not wait. */
  leave(waiting: Waiting): boolean;
  /** True where the next one would be refused. */
  readonly isFull: boolean;
  readonly running: number;
  readonly waiting: number;
}

export function createSlots({ slots, queue, waitMs }: SlotOptions): Slots {
  let running = 0;
  const line = createLine(waitMs);
  return {
    take(waiting) {
      if (running < slots) {
        running += 1;
        return true;
      }
      if (line.size >= queue) return undefined;
      line.join(waiting);
      return false;
    },
    free() {
      const next = line.next();
      if (next === undefined) running -= 1;
      else next.go();
    },
    leave: (waiting) => line.leave(waiting),
    get isFull() {
      return running >= slots && line.size >= queue;
    },
    get running() {
      return running;
    },
    get waiting() {
      return line.size;
    },
  };
}

/** Those that wait, in order; the ones that have waited for `waitMs` are sent away. */
function createLine(waitMs: number) {
  const line = new Map<Waiting, number>();
  let sweep: NodeJS.Timeout | undefined;
  const watch = (): void => {
    if (line.size > 0) sweep ??= setTimeout(expire, Math.max(10, waitMs / 4)).unref();
  };
  const expire = (): void => {
    sweep = undefined;
    const since = performance.now() - waitMs;
    for (const [waiting, atMs] of line) {
      if (atMs > since) break;
      line.delete(waiting);
      waiting.giveUp();
    }
    watch();
  };
  return {
    join(waiting: Waiting): void {
      line.set(waiting, performance.now());
      watch();
    },
    next(): Waiting | undefined {
      const first = line.keys().next();
      if (first.done === true) return undefined;
      line.delete(first.value);
      return first.value;
    },
    leave: (waiting: Waiting): boolean => line.delete(waiting),
    get size() {
      return line.size;
    },
  };
}

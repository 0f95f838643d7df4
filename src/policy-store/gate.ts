/** A revision that only grows, and those who wait for it. */
export function createGate() {
  const waiting = new Set<{ revision: number; open: () => void }>();
  let current = -1; // nothing yet: an empty store's policy, revision 0, is one too
  return {
    current: (): number => Math.max(0, current),
    /** Also goes back, where the history does. */
    set(revision: number): void {
      current = revision;
      for (const one of waiting) if (one.revision <= revision) one.open();
    },
    /** True as soon as the revision is reached, false after the time. */
    reached(revision: number, timeoutMs: number): Promise<boolean> {
      if (current >= revision) return Promise.resolve(true);
      return new Promise((resolve) => {
        const end = (reached: boolean): void => {
          clearTimeout(timer);
          waiting.delete(one);
          resolve(reached);
        };
        const timer = setTimeout(() => {
          end(false);
        }, timeoutMs);
        const one = {
          revision,
          open: (): void => {
            end(true);
          },
        };
        waiting.add(one);
      });
    },
  };
}

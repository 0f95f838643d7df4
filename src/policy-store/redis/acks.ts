/** Which changes the gateways said that they serve. */
export function createAcks() {
  const acks = new Map<string, Set<string>>();
  const waiting = new Map<string, () => void>();
  const of = (changeId: string): Set<string> => acks.get(changeId) ?? new Set();
  return {
    add(changeId: string, replica: string): void {
      acks.set(changeId, of(changeId).add(replica));
      for (const oldest of acks.keys()) if (acks.size > 1000) acks.delete(oldest);
      waiting.get(changeId)?.();
    },
    /** How many of the expected gateways serve a change, at the latest when the time is up. */
    count(changeId: string, expected: ReadonlySet<string>, timeoutMs: number): Promise<number> {
      const served = (): number => [...of(changeId)].filter((replica) => expected.has(replica)).length;
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(changeId);
          resolve(served());
        };
        const timer = setTimeout(end, timeoutMs);
        const check = (): void => {
          if (served() === expected.size) end();
        };
        waiting.set(changeId, check);
        check();
      });
    },
  };
}

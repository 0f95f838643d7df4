export interface StreamOptions {
  readonly streams: number;
  /** 0 = no limit of its own. */
  readonly streamsPerAddress: number;
}

/** Counts what goes on after its head: downloads, event streams, long polls, tunnels. */
export interface Streams {
  /** Takes a place; the setting that forbids it where there is none. `address` is undefined while unknown. */
  take(address: string | undefined): 'upstream.streams' | 'upstream.streamsPerAddress' | undefined;
  /** Gives one back, exactly once for each that was taken. */
  free(address: string | undefined): void;
  readonly running: number;
}

export function createStreams({ streams, streamsPerAddress }: StreamOptions): Streams {
  const counts = new Map<string, number>();
  let running = 0;
  return {
    take(address) {
      if (running >= streams) return 'upstream.streams';
      if (streamsPerAddress > 0 && address !== undefined) {
        const count = counts.get(address) ?? 0;
        if (count >= streamsPerAddress) return 'upstream.streamsPerAddress';
        counts.set(address, count + 1);
      }
      running += 1;
      return undefined;
    },
    free(address) {
      running -= 1;
      const count = address === undefined ? undefined : counts.get(address);
      if (address === undefined || count === undefined) return;
      if (count === 1) counts.delete(address);
      else counts.set(address, count - 1);
    },
    get running() {
      return running;
    },
  };
}

/** A record shared by several gateways: what one appends, all take in, in one order. */
export interface Stream {
  /** Adds a batch; rejects where it cannot be known that it is kept. */
  append(batch: string): Promise<void>;
  /** Hands over every batch after `from`, one after another, and goes on until it is closed. */
  follow(
    from: () => Promise<string>,
    take: (batch: string, position: string) => Promise<void>,
  ): { close(): Promise<void> };
}

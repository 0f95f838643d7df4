/** A session that ended or changed: earlier answers about it count no more, on any gateway. */
export interface SessionEnd {
  /** The credential's digest, by the key that the gateways share. */
  readonly digest: string;
  /** True where it was ended; false where it may be somebody else's now. */
  readonly ended: boolean;
}

/** How gateways tell each other. */
export interface Ends {
  /** Tells the others; nobody waits for it. */
  publish(end: SessionEnd): void;
  /** Told of what the others saw, once `start` was called. */
  start(listener: (end: SessionEnd) => void): void;
  close(): void;
}

/** One gateway alone has nobody to tell. */
export const noEnds: Ends = { publish: () => undefined, start: () => undefined, close: () => undefined };

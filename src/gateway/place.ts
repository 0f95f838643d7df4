import type { Waiting } from './slots.ts';
import type { Connection, Upstream } from './upstream.ts';
import { isClosedByUpstream } from './upstream-answer.ts';

/** Where a request is at the upstream: in line, in a slot until the head of its answer is there, on a connection. */
export class UpstreamTurn {
  /** When it was last sent, by `performance.now()`. */
  sentMs = 0;
  readonly #upstream: Upstream;
  readonly #waiting: Waiting;
  #hasSlot = false;
  #isRetried = false;
  #connection: Connection | undefined;

  constructor(upstream: Upstream, waiting: Waiting) {
    this.#upstream = upstream;
    this.#waiting = waiting;
  }

  /** False where the line is full. */
  take(): boolean {
    const taken = this.#upstream.slots.take(this.#waiting);
    if (taken === true) this.#waiting.go();
    return taken !== undefined;
  }

  /** Its turn has come: the slot is its own from now on, to be given back once. */
  gotSlot(): void {
    this.#hasSlot = true;
  }

  /** A connection to send on. */
  connect(fresh: boolean): Connection['client'] {
    this.sentMs = performance.now();
    this.#connection = this.#upstream.connections.lend(this.sentMs, fresh || this.#isRetried);
    return this.#connection.client;
  }

  /** True, once, where a kept connection was closed while the request was on its way (RFC 9112 section 9.3.1). */
  mayRetry(error: Error): boolean {
    if (this.#isRetried || (this.#connection?.answers ?? 0) === 0 || !isClosedByUpstream(error)) return false;
    this.#isRetried = true;
    this.#upstream.health.retries += 1;
    this.leaveConnection(true);
    return true;
  }

  freeSlot(): void {
    if (!this.#hasSlot) return;
    this.#hasSlot = false;
    this.#upstream.slots.free();
  }

  leaveConnection(broken: boolean): void {
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection === undefined) return;
    if (broken) this.#upstream.connections.discard(connection);
    else this.#upstream.connections.giveBack(connection);
  }

  /** Gives everything back: the connection first, so that the next in line may have it. */
  leave(broken: boolean): void {
    if (!this.#hasSlot) this.#upstream.slots.leave(this.#waiting);
    this.leaveConnection(broken);
    this.freeSlot();
  }
}

import type { Lease } from '../access/leases.ts';
import type { Answer } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { GuardedRequest, ExchangeShare } from './guarded-request.ts';
import { Delivery } from './delivery.ts';
import { UpstreamTurn } from './place.ts';
import type { Waiting } from './slots.ts';
import type { UpstreamHealth } from './upstream.ts';

/** Called once: there is an answer to deliver, or there is none. */
type Started = (delivers: boolean) => void;

/** The life of an exchange: it goes on for as long as its lease holds, and ends once, in one of a few ways. */
export abstract class Course implements Waiting {
  protected readonly asked: GuardedRequest;
  protected readonly lease: Lease;
  protected readonly share: ExchangeShare;
  protected readonly place: UpstreamTurn;
  protected readonly delivery: Delivery;
  protected abort: ((error?: Error) => void) | undefined;
  protected bytesIn = 0;
  protected isOver = false;
  #hasNothing = false;
  #started: Started | undefined;
  /** How it is refused, where it is: no head has gone out then. */
  #refuse: (() => void) | undefined;

  constructor(asked: GuardedRequest, lease: Lease, share: ExchangeShare) {
    this.asked = asked;
    this.lease = lease;
    this.share = share;
    this.place = new UpstreamTurn(share.upstream, this);
    this.delivery = new Delivery(asked, lease.answer, share);
  }

  abstract go(): void;
  abstract giveUp(): void;
  protected abstract send(): void;

  /** Sends the request. */
  start(started: Started): void {
    this.#started = started;
    this.send();
  }

  /** Writes the answer's head, and what has come of its body. */
  respond(): void {
    if (this.delivery.respond()) return;
    this.stop('upstream-invalid');
    this.#noAnswer('upstream-invalid', 'the answer has a head that cannot be passed on');
    this.refuse();
  }

  /** Answers in the upstream's place. */
  refuse(): void {
    if (this.#refuse === undefined) this.#noAnswer('internal-error', 'the proxy plugin failed');
    this.#refuse?.();
  }

  /** The grant has ended: the visitor gets the answer of now, unless one is under way. */
  revoke(now: Answer | undefined, why: string): void {
    if (this.isOver) return;
    if (this.delivery.isTunnel) return this.delivery.breakOff(why);
    this.stop(why, true);
    if (this.delivery.hasBegun) return this.delivery.breakOff(why);
    const { own } = this.share;
    if (why === 'closing') this.#noAnswer('overloaded', 'the gateway closes');
    else if (now === undefined) this.#noAnswer('internal-error', 'no answer when asked again');
    else this.#refuse = () => own.deny(this.asked, now, why === 'origin-mismatch' ? why : undefined);
    this.#settle(false);
  }

  /** The visitor is gone: so is the request to the upstream. After a whole answer there is nothing to do. */
  destroy(): void {
    if (this.isOver) return;
    this.stop('visitor-left');
    if (!this.delivery.hasBegun) this.share.own.left(this.asked, this.lease.answer);
  }

  /**
   * For a request without a body: asks for what is not there, now and when all is over. One that nobody has read Node
   * reads out itself when its answer is finished, in seven turns of the queue of ticks in place of three.
   */
  protected readNothing(): void {
    this.#hasNothing = true;
    this.asked.request.read(0);
  }

  protected stalled(): void {
    if (this.isOver) this.asked.request.destroy();
    else this.fail('request-timeout', 'the body stood still for limits.bodyTimeoutMs');
  }

  protected fail(code: ProblemCode, cause: string): void {
    if (this.isOver) return;
    this.stop(code);
    noteHealth(this.share.upstream.health, code, cause);
    if (this.delivery.hasBegun) {
      this.share.own.note(code, cause, this.asked.requestId);
      return this.delivery.breakOff(code);
    }
    this.#noAnswer(code, cause);
    this.#settle(false);
  }

  #noAnswer(code: ProblemCode, cause: string): void {
    this.#refuse = () => this.share.own.fail(this.asked, this.lease.answer, code, cause);
  }

  protected deliver(): void {
    this.#settle(true);
  }

  #settle(delivers: boolean): void {
    const started = this.#started;
    this.#started = undefined;
    started?.(delivers);
  }

  protected stop(why: string, revoked = false): void {
    const abort = this.isOver ? undefined : this.abort;
    this.finish(true, why, revoked);
    abort?.(new Error(why));
  }

  protected finish(broken: boolean, why: string, revoked = false): void {
    if (this.isOver) return;
    this.isOver = true;
    this.abort = undefined;
    this.share.leases.release(this.lease);
    this.place.leave(broken);
    if (this.#hasNothing) this.readNothing();
    this.delivery.ended(why, this.bytesIn, revoked);
  }
}

/** What failed at the upstream, and not on the way to it, says how it is. */
function noteHealth(health: UpstreamHealth, code: ProblemCode, cause: string): void {
  if (!code.startsWith('upstream-') || code === 'upstream-busy') return;
  health.failedMs = performance.now();
  health.failure = `${code}: ${cause}`;
}

import type { Duplex, PassThrough } from 'node:stream';
import type { Dispatcher } from 'undici';
import { originForm } from '../reading/target.ts';
import { isAsserted } from './assertion.ts';
import type { AnswerWatch } from './canaries/answer-watch.ts';
import { watchAnswer, type Watching } from './canaries/watched.ts';
import { Course } from './course.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import { errorText } from './failures.ts';
import { targetToForward } from './given-tokens.ts';
import { hasBody } from '../reading/body.ts';
import { takeBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { headTexts } from './response-headers.ts';
import { isBodiless, isWebSocketAnswer, unfitness, upstreamFailure } from './upstream-answer.ts';

/** More interim answers than this before the final one is an attack on our patience. */
const mostInterim = 16;
/**
 * One granted request, or upgrade, on its way to the upstream; its answer's way back is the delivery's. It goes on
 * for as long as its lease holds. A class, for once: there is one for each request, and its methods are undici's
 * handler, without a closure for any of them.
 */
export class Exchange extends Course implements Dispatcher.DispatchHandler {
  #body: Buffer | PassThrough | null = null;
  #interim = 0;
  #isAnswering = false;
  /** Looks for canaries; undefined where nothing is to be looked for. */
  #watch: AnswerWatch | undefined;

  protected override send(): void {
    const { request, response, body, question } = this.asked;
    const isEmpty = !hasBody(request.rawHeaders);
    if (isEmpty && !question.upgrade) this.readNothing();
    if (isEmpty || this.delivery.treatment.dropBody) return this.#queue();
    const ready = (body: Buffer | PassThrough): void => {
      this.#body = body;
      this.#queue();
    };
    if (body !== undefined) return ready(body);
    takeBody(request, response, this.share.bodyTimeoutMs, ready, () => this.stalled());
  }

  #queue(): void {
    if (!this.isOver && !this.place.take()) this.fail('upstream-busy', 'upstream.queue is full');
  }

  /** Signed when its turn has come: what is signed before a wait may be over after it. */
  go(): void {
    this.place.gotSlot();
    const { assertion } = this.share;
    const { answer } = this.lease;
    if (assertion === undefined || !isAsserted(answer)) return this.#dispatch();
    assertion.sign(answer, this.asked.requestId).then(
      (token) => void (this.isOver || this.#dispatch(token)),
      (error: unknown) => this.fail('internal-error', errorText(error)),
    );
  }

  #dispatch(assertion?: string): void {
    const { upstream } = this.share;
    const { headersTimeout, bodyTimeout, servername } = upstream.dispatch;
    const { request, question, requestId } = this.asked;
    const { method = 'GET' } = request;
    const { tokenPlaces } = this.share.settings();
    const path = originForm(targetToForward(question.target, this.lease.answer, tokenPlaces));
    const headers = requestHeaders(request, this.lease, requestId, this.share, assertion);
    const upgrade = question.upgrade ? 'websocket' : null;
    const body = this.#body;
    // Of one shape from the start, with nothing spread into it: the client reads it three times as fast.
    const options = { headersTimeout, bodyTimeout, servername, path, method, headers, upgrade, body };
    // An upgrade must not be sent again, and takes its connection with it: it never gets a kept one.
    this.place.connect(question.upgrade).dispatch(options, this);
  }

  giveUp(): void {
    this.fail('upstream-busy', 'waited too long for one of upstream.connections');
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.isOver) abort();
    else this.abort = abort;
  }

  onBodySent(chunk: unknown): void {
    if (Buffer.isBuffer(chunk)) this.bytesIn += chunk.length;
  }

  onResponseStarted(): void {
    this.#isAnswering = true;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    if (status >= 100 && status < 200) return this.#onInterim(status, raw);
    const head = headTexts(raw);
    const unfit = unfitness(status, head, this.lease.answer);
    if (unfit !== undefined) {
      this.fail('upstream-invalid', unfit);
      return true;
    }
    this.#headArrived();
    this.share.onPassed?.(this.asked.question, status, head);
    const isWhole = isBodiless(status, this.asked.request.method);
    const watching = isWhole ? undefined : this.share.watching?.();
    if (watching !== undefined) this.#watch = this.#watchFor(watching, head, resume);
    this.delivery.head(status, reason, head, this.#watch?.took ?? resume);
    if (isWhole) this.onComplete(null);
    else atEndOfTurn(this);
    return true;
  }

  #watchFor(watching: Watching, head: readonly string[], resume: () => void): AnswerWatch | undefined {
    return watchAnswer(watching, this.lease.answer, this.asked, head, {
      resume,
      pass: (chunk) => this.delivery.data(chunk),
      begin: () => this.deliver(),
      refuse: (cause) => this.fail('canary-found', cause),
    });
  }

  #onInterim(status: number, raw: Buffer[]): boolean {
    this.#interim += 1;
    if (status === 101 || this.#interim > mostInterim)
      this.fail('upstream-invalid', status === 101 ? 'an unsolicited 101' : 'too many interim answers');
    else if (!this.isOver && this.asked.request.httpVersionMinor > 0)
      this.delivery.interim(status, headTexts(raw));
    return true;
  }

  #headArrived(): void {
    const { upstream, observeUpstream } = this.share;
    const nowMs = performance.now();
    upstream.health.answeredMs = nowMs;
    this.delivery.upstreamMs = nowMs - this.place.sentMs;
    observeUpstream?.((nowMs - this.lease.sinceMs) / 1000);
  }

  /** Called when all that came with the head has been read: what is not whole by then may go on for long. */
  endTurn(): void {
    if (this.isOver) return;
    const full = this.delivery.goOn(() => this.stop('not-taken'));
    if (full !== undefined) return this.fail('upstream-busy', `${full} is reached`);
    this.place.freeSlot();
    if (this.#watch?.endTurn() !== 'held') this.deliver();
  }

  onData(chunk: Buffer): boolean {
    return this.isOver || (this.#watch === undefined ? this.delivery : this.#watch).data(chunk);
  }

  onComplete(trailers: string[] | null): void {
    if (this.isOver) return;
    if (this.#watch === undefined) this.#completed(trailers);
    else this.#watch.end(() => this.#completed(trailers));
  }

  #completed(trailers: readonly string[] | null): void {
    if (this.isOver) return;
    this.finish(false, 'complete');
    this.delivery.complete(trailers);
    this.deliver();
  }

  onUpgrade(_status: number, raw: Buffer[] | string[] | null, socket: Duplex): void {
    socket.on('error', () => undefined);
    const head = headTexts(raw ?? []);
    if (this.isOver || !isWebSocketAnswer(head)) {
      socket.destroy();
      this.fail('upstream-invalid', 'the upgrade is to something else');
      return;
    }
    this.#headArrived();
    const full = this.delivery.upgraded(head, socket, (why) => this.finish(false, why));
    if (full !== undefined) {
      socket.destroy();
      return this.fail('upstream-busy', `${full} is reached`);
    }
    this.place.leave(true);
    this.deliver();
  }

  onError(error: Error): void {
    if (this.isOver) return;
    if (this.#maySendAgain() && this.place.mayRetry(error)) this.go();
    else this.fail(upstreamFailure(error), errorText(error));
  }

  protected override finish(...how: Parameters<Course['finish']>): void {
    // What was passed on whole may still be looked at.
    if (how[0]) this.#watch?.close();
    super.finish(...how);
  }

  /** Only what changes nothing and has no body, and of whose answer no byte has come. */
  #maySendAgain(): boolean {
    const { method } = this.asked.request;
    return !this.#isAnswering && this.#body === null && (method === 'GET' || method === 'HEAD');
  }
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PassThrough } from 'node:stream';
import type { Client, Dispatcher } from 'undici';
import type { Permit } from '../access/permit.ts';
import type { Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import { originForm } from '../reading/target.ts';
import type { Asked, ExchangeShare } from './asked.ts';
import type { LongAnswer } from './long-answers.ts';
import { hasBody, takeBody } from './request-body.ts';
import { writeOrWait } from './response-body.ts';
import { requestHeaders } from './request-headers.ts';
import { responseHeaders, treatmentFor, type ResponseTreatment } from './response-headers.ts';
import {
  addTrailers,
  failureOf,
  isBodiless,
  reasonPhrase,
  sendEarlyHints,
  UpstreamFailure,
} from './upstream-answer.ts';
import type { Waiting } from './slots.ts';

type Started = (failed: Error | null) => void;

/** More interim answers than this before the final one is an attack on our patience. */
const mostInterim = 16;

/**
 * One permitted request on its way to the upstream and its answer on its way back. A class, for once: there is
 * one for each request, and its methods are undici's handler, without a closure for any of them.
 */
export class Exchange implements Dispatcher.DispatchHandler, Waiting, LongAnswer {
  readonly sinceMs = performance.now();
  readonly question: Question;
  readonly requestId: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #permit: Permit;
  readonly #share: ExchangeShare;
  readonly #treatment: ResponseTreatment;
  #started: Started | undefined;
  #body: Buffer | PassThrough | null = null;
  #abort: ((error?: Error) => void) | undefined;
  #resume: (() => void) | undefined;
  #head: { status: number; reason: string; headers: string[] } | undefined;
  #interim = 0;
  #connection: Client | undefined;
  #over = false;

  constructor(asked: Asked, share: ExchangeShare) {
    ({ request: this.#request, response: this.#response, permit: this.#permit } = asked);
    ({ question: this.question, requestId: this.requestId } = asked);
    this.#share = share;
    this.#treatment = treatmentFor(asked.permit.answer);
  }

  /** Sends the request; `started` is called once, with the answer's head at hand or with the failure. */
  start(started: Started): void {
    this.#started = started;
    if (this.#treatment.dropBody || !hasBody(this.#request)) return this.#queue();
    const ready = (body: Buffer | PassThrough): void => {
      this.#body = body;
      this.#queue();
    };
    takeBody(this.#request, this.#response, this.#share.bodyTimeoutMs, ready, () => this.#stalled());
  }

  #queue(): void {
    if (this.#over) return;
    const taken = this.#share.upstream.slots.take(this);
    if (taken === undefined) this.#fail('upstream-busy');
    else if (taken) this.go();
  }

  go(): void {
    const { connections, dispatch } = this.#share.upstream;
    const { headersTimeout, bodyTimeout, servername } = dispatch;
    const path = originForm(this.#permit.target);
    const { method = 'GET' } = this.#request;
    const headers = requestHeaders(this.#request, this.#permit, this.requestId, this.#share);
    this.#connection = connections.lend();
    const options = { headersTimeout, bodyTimeout, servername, path, method, headers, body: this.#body };
    this.#connection.dispatch(options, this);
  }

  giveUp(): void {
    this.#fail('upstream-busy');
  }

  onConnect(abort: (error?: Error) => void): void {
    if (this.#over) abort();
    else this.#abort = abort;
  }

  onHeaders(status: number, raw: Buffer[], resume: () => void, reason: string): boolean {
    if (status >= 100 && status < 200) return this.#onInterim(status, raw);
    this.#resume = resume;
    this.#head = { status, reason: reasonPhrase(reason), headers: responseHeaders(raw, this.#treatment) };
    this.#share.observeUpstream?.((performance.now() - this.sinceMs) / 1000);
    this.#start(null);
    return true;
  }

  #onInterim(status: number, raw: Buffer[]): boolean {
    this.#interim += 1;
    if (status === 101 || this.#interim > mostInterim) this.#fail('upstream-invalid');
    else if (status === 103 && this.#request.httpVersionMinor > 0) sendEarlyHints(this.#response, raw);
    return true;
  }

  /** Writes the head of the answer; false where it is none that HTTP knows. */
  respond(): boolean {
    const head = this.#head;
    if (head === undefined) return false;
    if (this.#share.isClosing()) this.#response.shouldKeepAlive = false;
    try {
      this.#response.writeHead(head.status, head.reason, head.headers);
    } catch {
      // A status or a header that must not be passed on (RFC 9110 section 5.5): no part of it is.
      this.#stop(new Error('the upstream gave a head that cannot be passed on'));
      return false;
    }
    if (isBodiless(head.status, this.#request.method)) this.onComplete(null);
    else if (this.#permit.answer.resource.kind !== 'other') this.#share.longAnswers.add(this);
    return true;
  }

  onData(chunk: Buffer): boolean {
    if (this.#treatment.dropBody || this.#over) return true;
    return writeOrWait(this.#response, chunk, this.#share.bodyTimeoutMs, (taken) => {
      if (taken) this.#resume?.();
      else this.end();
    });
  }

  onComplete(trailers: string[] | null): void {
    if (this.#over) return;
    if (trailers !== null && trailers.length > 0) addTrailers(this.#response, trailers);
    this.#finish(false);
    this.#response.end();
  }

  onError(error: Error): void {
    if (this.#over) return;
    this.#fail(failureOf(error));
  }

  /** The visitor is gone: so is the request to the upstream. After a whole answer there is nothing to do. */
  destroy(): void {
    if (!this.#over) this.#stop(new Error('broken off'));
  }

  /** Ends a running answer so that it cannot be taken for a whole one. */
  end(): void {
    this.destroy();
    this.#response.destroy();
  }

  #stalled(): void {
    if (this.#over) this.#request.destroy();
    else this.#fail('request-timeout');
  }

  #fail(code: ProblemCode): void {
    if (this.#over) return;
    this.#stop(new UpstreamFailure(code));
    if (this.#response.headersSent) this.#response.destroy();
    else this.#start(new UpstreamFailure(code));
  }

  #start(failed: Error | null): void {
    const started = this.#started;
    this.#started = undefined;
    started?.(failed);
  }

  #stop(why: Error): void {
    const abort = this.#over ? undefined : this.#abort;
    this.#finish(true);
    abort?.(why);
  }

  #finish(broken: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#abort = undefined;
    const { longAnswers, upstream } = this.#share;
    longAnswers.delete(this);
    if (this.#connection === undefined) {
      upstream.slots.leave(this);
      return;
    }
    if (broken) upstream.connections.discard(this.#connection);
    else upstream.connections.giveBack(this.#connection);
    upstream.slots.free();
  }
}

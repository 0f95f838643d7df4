import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PassThrough } from 'node:stream';
import type { Client, Dispatcher } from 'undici';
import type { Permit } from '../access/permit.ts';
import type { Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { Asked, ExchangeShare } from './asked.ts';
import type { LongAnswer } from './long-answers.ts';
import { hasBody, readBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';
import { responseHeaders, treatmentFor, type ResponseTreatment } from './response-headers.ts';
import { originForm } from '../reading/target.ts';

import {
  addTrailers,
  expectsContinue,
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
    if (!hasBody(this.#request) || this.#treatment.dropBody) return this.#queue();
    if (expectsContinue(this.#request)) this.#response.writeContinue();
    const ready = (body: Buffer | PassThrough): void => {
      this.#body = body;
      this.#queue();
    };
    readBody(this.#request, this.#share.bodyTimeoutMs, ready, () => this.#fail('request-timeout'));
  }

  #queue(): void {
    if (this.#over) return;
    const taken = this.#share.upstream.slots.take(this);
    if (taken === undefined) this.#fail('upstream-busy');
    else if (taken) this.go();
  }

  go(): void {
    const { upstream } = this.#share;
    this.#connection = upstream.connections.lend();
    this.#connection.dispatch(
      {
        path: originForm(this.#permit.target),
        method: this.#request.method ?? 'GET',
        headers: requestHeaders(this.#request, this.#permit, this.requestId, this.#share),
        body: this.#body,
        headersTimeout: upstream.dispatch.headersTimeout,
        bodyTimeout: upstream.dispatch.bodyTimeout,
        // Read by undici's request, and missing in its types: without it the visitor's Host becomes the name.
        ...{ servername: upstream.dispatch.servername },
      },
      this,
    );
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
    if (this.#response.write(chunk)) return true;
    this.#response.once('drain', () => this.#resume?.());
    return false;
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

  /** The visitor is gone: so is the request to the upstream. */
  destroy(): void {
    if (!this.#over) this.#stop(new Error('the client broke off'));
  }

  /** Ends a running answer so that it cannot be taken for a whole one. */
  end(): void {
    this.#stop(new Error('the grant ended'));
    this.#response.destroy();
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
    const abort = this.#abort;
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

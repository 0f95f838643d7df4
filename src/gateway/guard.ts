import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { letsThrough } from '../access/leases.ts';
import type { Answer, Peer, Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import { OVERSIZED, readBody } from '../reading/body.ts';
import { originForm } from '../reading/target.ts';
import type { GuardedRequest, ExchangeShare } from './guarded-request.ts';
import { Exchange } from './exchange.ts';
import { forward } from './forward.ts';
import { answerInPlace } from './in-place.ts';
import { inspect } from './inspect.ts';
import type { GatewayDeps, LimitOptions } from './options.ts';
import type { InPlace } from './own-answers.ts';
import { allowedMethods, sendRefusal } from './refusal.ts';
import { readWhole } from './request-body.ts';
import { requestIdOf } from './request-id.ts';
import { isReserved } from './target-form.ts';
import { UpgradeResponse } from './upgrade-response.ts';

export interface GuardParts {
  readonly deps: GatewayDeps;
  readonly limits: LimitOptions;
  readonly share: ExchangeShare;
  peerOf(socket: Socket): Peer;
}

/** The root-level hook. Calls `done` for the gateway's own prefix only: all else is answered here. */
export type Guard = (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;

/** The request path: everything that comes in goes through it, whatever its method and its target, upgrades too. */
export function createGuard(parts: GuardParts): Guard {
  const { limits, share } = parts;
  return (request, reply, done) => {
    const { raw } = request;
    const target = targetOf(raw);
    if (share.isClosing()) reply.raw.shouldKeepAlive = false;
    const code = inspect(raw, target, limits);
    if (code !== undefined) refuse(parts, reply, code, 'refused before it is judged');
    else if (isReserved(originForm(target))) done();
    else if (share.upstream.slots.isFull) refuse(parts, reply, 'upstream-busy', 'upstream.queue is full');
    else if (target === '*') reply.hijack().raw.writeHead(204, ['Allow', allowedMethods]).end();
    else new Judging(parts, request, reply).ask(questionOf(parts, reply, target));
  };
}

function refuse({ share }: GuardParts, reply: FastifyReply, why: ProblemCode, cause: string): void {
  const { raw } = reply.request;
  sendRefusal(reply.hijack().raw, share.own.problem(raw, why, cause));
}

function questionOf({ peerOf }: GuardParts, reply: FastifyReply, target: string): Question {
  const { raw } = reply.request;
  return {
    method: raw.method ?? '',
    target,
    headers: raw.rawHeaders,
    peer: peerOf(raw.socket),
    upgrade: reply.raw instanceof UpgradeResponse,
  };
}

/** One request from its question to its exchange, or to why there is none. A class, as the exchange is. */
class Judging {
  readonly #parts: GuardParts;
  readonly #request: FastifyRequest;
  readonly #reply: FastifyReply;
  readonly #startMs = performance.now();

  constructor(parts: GuardParts, request: FastifyRequest, reply: FastifyReply) {
    this.#parts = parts;
    this.#request = request;
    this.#reply = reply;
  }

  /** `body`: what was read to be judged. */
  ask(question: Question, body?: Buffer): void {
    try {
      const answer = this.#parts.deps.authorize(question);
      if (!(answer instanceof Promise)) return this.#answered(question, answer, body);
      answer
        .then((now) => this.#answered(question, now, body))
        .catch((error: unknown) => this.#broken(error));
    } catch (error) {
      this.#broken(error);
    }
  }

  #answered(question: Question, answer: Answer, body: Buffer | undefined): void {
    if (question.body === undefined && wantsBody(answer)) return this.#readToJudge(question);
    const { deps, share } = this.#parts;
    deps.observe?.decision((performance.now() - this.#startMs) / 1000);
    const requestId = requestIdOf(question.headers, answer.forwarding.peerTrusted);
    const [request, response] = [this.#request.raw, this.#reply.raw];
    const asked = { request, response, question, requestId, startMs: this.#startMs, body };
    const isWhole = question.body !== OVERSIZED;
    if (isWhole && this.#open(asked, answer)) return;
    this.#reply.hijack();
    if (!isWhole)
      return share.own.fail(asked, answer, 'body-too-large', 'limits.inspectedBodyBytes is reached');
    this.#deny(asked, answer);
  }

  /** Lets it through where the answer grants it; false where it does not. */
  #open(asked: GuardedRequest, answer: Answer): boolean {
    const { share } = this.#parts;
    const lease = share.leases.open(asked.question, answer, (now, why) => exchange.revoke(now, why));
    if (lease === undefined) return false;
    const exchange = new Exchange(asked, lease, share);
    if (asked.response.destroyed) exchange.destroy();
    else forward(exchange, this.#request, this.#reply);
    return true;
  }

  #deny(asked: GuardedRequest, answer: Answer): void {
    const { deps, share } = this.#parts;
    const inPlace: InPlace = (target, otherwise) => {
      const other = { ...asked, question: { ...asked.question, target } };
      void answerInPlace(deps.authorize, other.question)
        .then((shown) => shown !== undefined && this.#open(other, shown))
        .then((isShown) => isShown || otherwise())
        .catch((error: unknown) => this.#broken(error));
    };
    share.own.deny(asked, answer, letsThrough(answer) ? 'origin-mismatch' : undefined, inPlace);
  }

  /** Reads the body of a request that cannot be judged without; one that is too large is judged as such. */
  #readToJudge(question: Question): void {
    const { limits, share } = this.#parts;
    const { raw } = this.#request;
    const read = (body: Buffer | undefined): void => {
      if (body === undefined) this.ask({ ...question, body: OVERSIZED });
      else this.ask({ ...question, body: readBody(body, question.headers) }, body);
    };
    const stalled = (): void => {
      if (this.#reply.raw.headersSent) raw.destroy();
      else refuse(this.#parts, this.#reply, 'request-timeout', 'the body stood still');
    };
    readWhole(raw, this.#reply.raw, limits.inspectedBodyBytes, share.bodyTimeoutMs, read, stalled);
  }

  #broken(error: unknown): void {
    this.#parts.share.own.broken(this.#request.raw, this.#reply.hijack().raw, error);
  }
}

/** A body is read only where it decides: what is merely reported goes on as a stream. */
function wantsBody({ resource, enforced }: Answer): boolean {
  return enforced && resource.kind === 'unresolved' && resource.needsBody === true;
}

/** The target as it stood on the wire: the router sees another one (`rewriteUrl`). */
function targetOf(request: IncomingMessage & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}

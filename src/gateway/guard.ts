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
    if (code === undefined && isReserved(originForm(target))) {
      done();
      return;
    }
    const refuse = (why: ProblemCode, cause: string): void =>
      sendRefusal(reply.hijack().raw, share.own.problem(raw, why, cause));
    if (code !== undefined) refuse(code, 'refused before it is judged');
    else if (share.upstream.slots.isFull) refuse('upstream-busy', 'upstream.queue is full');
    else if (target === '*') reply.hijack().raw.writeHead(204, ['Allow', allowedMethods]).end();
    else handle(parts, request, reply, target);
  };
}

function handle(parts: GuardParts, request: FastifyRequest, reply: FastifyReply, target: string): void {
  const { deps, share } = parts;
  const { raw } = request;
  const startMs = performance.now();
  const question: Question = {
    method: raw.method ?? '',
    target,
    headers: raw.rawHeaders,
    peer: parts.peerOf(raw.socket),
    upgrade: reply.raw instanceof UpgradeResponse,
  };
  const decided: Decided = (question, answer, body) => {
    deps.observe?.decision((performance.now() - startMs) / 1000);
    const requestId = requestIdOf(question.headers, answer.forwarding.peerTrusted);
    const asked = { request: raw, response: reply.raw, question, requestId, startMs, body };
    const isWhole = question.body !== OVERSIZED;
    if (isWhole && open(share, asked, answer, request, reply)) return;
    reply.hijack();
    if (!isWhole)
      return share.own.fail(asked, answer, 'body-too-large', 'limits.inspectedBodyBytes is reached');
    const inPlace: InPlace = (target, otherwise) => {
      const other = { ...asked, question: { ...question, target } };
      void answerInPlace(deps.authorize, other.question)
        .then((shown) => shown !== undefined && open(share, other, shown, request, reply))
        .then((isShown) => isShown || otherwise())
        .catch(broken);
    };
    share.own.deny(asked, answer, letsThrough(answer) ? 'origin-mismatch' : undefined, inPlace);
  };
  const broken = (error: unknown): void => share.own.broken(raw, reply.hijack().raw, error);
  const considered: Decided = (asked, answer) => {
    if (!wantsBody(answer)) return decided(asked, answer);
    readToJudge(parts, reply, asked, (whole, body) =>
      ask(deps, whole, broken, (now) => decided(whole, now, body)),
    );
  };
  ask(deps, question, broken, (answer) => considered(question, answer));
}

/** Told what was answered to which question; `body` is what was read for it. */
type Decided = (question: Question, answer: Answer, body?: Buffer) => void;

function ask(
  { authorize }: GatewayDeps,
  question: Question,
  broken: (error: unknown) => void,
  answered: (answer: Answer) => void,
): void {
  try {
    const answer = authorize(question);
    if (!(answer instanceof Promise)) answered(answer);
    else answer.then(answered).catch(broken);
  } catch (error) {
    broken(error);
  }
}

/** A body is read only where it decides: what is merely reported goes on as a stream. */
function wantsBody({ resource, enforced }: Answer): boolean {
  return enforced && resource.kind === 'unresolved' && resource.needsBody === true;
}

/** Reads the body of a request that cannot be judged without; one that is too large is judged as such. */
function readToJudge(
  { limits, share }: GuardParts,
  reply: FastifyReply,
  question: Question,
  ready: (question: Question, body?: Buffer) => void,
): void {
  const { raw } = reply.request;
  const read = (body: Buffer | undefined): void => {
    if (body === undefined) ready({ ...question, body: OVERSIZED });
    else ready({ ...question, body: readBody(body, question.headers) }, body);
  };
  const stalled = (): void => {
    if (reply.raw.headersSent) raw.destroy();
    else sendRefusal(reply.hijack().raw, share.own.problem(raw, 'request-timeout', 'the body stood still'));
  };
  readWhole(raw, reply.raw, limits.inspectedBodyBytes, share.bodyTimeoutMs, read, stalled);
}

/** Lets it through where the answer grants it; false where it does not. */
function open(
  share: ExchangeShare,
  asked: GuardedRequest,
  answer: Answer,
  request: FastifyRequest,
  reply: FastifyReply,
): boolean {
  const lease = share.leases.open(asked.question, answer, (now, why) => exchange.revoke(now, why));
  if (lease === undefined) return false;
  const exchange = new Exchange(asked, lease, share);
  if (asked.response.destroyed) exchange.destroy();
  else forward(exchange, request, reply);
  return true;
}

/** The target as it stood on the wire: the router sees another one (`rewriteUrl`). */
function targetOf(request: IncomingMessage & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { permitFor } from '../access/permit.ts';
import type { Answer, Peer, Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { Enforcer, Refused } from './enforce.ts';
import type { ExchangeShare } from './asked.ts';
import { Exchange } from './exchange.ts';
import { inspect } from './inspect.ts';
import type { GatewayDeps, LimitOptions } from './options.ts';
import { allowedMethods, sendRefusal, type Refusal } from './refusal.ts';
import { newRequestId, requestIdOf } from './request-id.ts';
import { originForm } from '../reading/target.ts';
import { isReserved } from './target-form.ts';

export interface GuardParts {
  readonly deps: GatewayDeps;
  readonly limits: LimitOptions;
  readonly enforcer: Enforcer;
  readonly share: ExchangeShare;
  peerOf(socket: Socket): Peer;
  forward(exchange: Exchange, request: FastifyRequest, reply: FastifyReply): void;
}

/** The request path: everything that comes in goes through `guard`, whatever its method and its target. */
export interface Guard {
  /** The root-level hook. Calls `done` for the gateway's own prefix only: all else is answered here. */
  guard(request: FastifyRequest, reply: FastifyReply, done: () => void): void;
  /** What is refused before it is judged. */
  inspect(request: IncomingMessage): ProblemCode | undefined;
  ask(request: IncomingMessage, upgrade: boolean): { question: Question; answer: Answer | Promise<Answer> };
}

export function createGuard(parts: GuardParts): Guard {
  const { deps, limits, enforcer, share, peerOf } = parts;
  const ask: Guard['ask'] = (request, upgrade) => {
    const question: Question = {
      method: request.method ?? '',
      target: targetOf(request),
      headers: request.rawHeaders,
      peer: peerOf(request.socket),
      upgrade,
    };
    return { question, answer: deps.authorize(question) };
  };
  const guard: Guard['guard'] = (request, reply, done) => {
    const { raw } = request;
    const target = targetOf(raw);
    if (share.isClosing()) reply.raw.shouldKeepAlive = false;
    const code = inspect(raw, target, limits);
    if (code === undefined && isReserved(originForm(target))) {
      done();
      return;
    }
    if (code !== undefined) send(reply, enforcer.problem(raw, code, newRequestId()));
    else if (share.upstream.slots.isFull) send(reply, enforcer.problem(raw, 'upstream-busy', newRequestId()));
    else if (target === '*') reply.hijack().raw.writeHead(204, ['Allow', allowedMethods]).end();
    else judge(parts, ask, request, reply);
  };
  return { guard, ask, inspect: (request) => inspect(request, targetOf(request), limits) };
}

function judge(parts: GuardParts, ask: Guard['ask'], request: FastifyRequest, reply: FastifyReply): void {
  const startMs = performance.now();
  const decided = (question: Question, answer: Answer): void => {
    parts.deps.observe?.decision((performance.now() - startMs) / 1000);
    act(parts, request, reply, question, answer);
  };
  try {
    const { question, answer } = ask(request.raw, false);
    if (!(answer instanceof Promise)) decided(question, answer);
    else
      answer
        .then((known) => decided(question, known))
        .catch((error: unknown) => broken(parts, request, reply, error));
  } catch (error) {
    broken(parts, request, reply, error);
  }
}

function act(
  parts: GuardParts,
  request: FastifyRequest,
  reply: FastifyReply,
  question: Question,
  answer: Answer,
): void {
  const { deps, enforcer, share } = parts;
  const { method } = question;
  const requestId = requestIdOf(question.headers, answer.forwarding.peerTrusted);
  const permit = permitFor(question, answer);
  if (permit !== undefined) {
    deps.onAccess(answer, { requestId, method, code: answer.decision.reason });
    const asked = { request: request.raw, response: reply.raw, question, permit, requestId };
    parts.forward(new Exchange(asked, share), request, reply);
    return;
  }
  const refuse = ({ code, refusal }: Refused): void => {
    deps.onAccess(answer, { requestId, method, code });
    send(reply, refusal);
  };
  const refused = enforcer.refuse(request.raw, question.target, answer, requestId);
  if (refused instanceof Promise)
    refused.then(refuse).catch((error: unknown) => broken(parts, request, reply, error));
  else refuse(refused);
}

/** Whatever goes wrong while a request is judged: nobody is let through, and nobody is told what it was. */
function broken(
  { deps, enforcer }: GuardParts,
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): void {
  const requestId = newRequestId();
  deps.log.error({ err: error, requestId }, 'a request could not be judged');
  send(reply, enforcer.problem(request.raw, 'internal-error', requestId));
}

function send(reply: FastifyReply, refusal: Refusal): void {
  reply.hijack();
  sendRefusal(reply.raw, refusal);
}

/** The target as it stood on the wire: the router sees another one (`rewriteUrl`). */
function targetOf(request: IncomingMessage & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}

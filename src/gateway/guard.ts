import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { permitFor } from '../access/permit.ts';
import type { Answer, Peer, Question } from '../access/question.ts';
import type { ProblemCode } from '../errors.ts';
import type { Enforcer } from './enforce.ts';
import type { ExchangeShare } from './asked.ts';
import { Exchange } from './exchange.ts';
import { inspect } from './inspect.ts';
import type { GatewayDeps, LimitOptions } from './options.ts';
import { sendRefusal } from './refusal.ts';
import { newRequestId, requestIdOf } from './request-id.ts';
import { isReserved, originForm } from './target-form.ts';

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

export function createGuard({ deps, limits, enforcer, share, peerOf, forward }: GuardParts): Guard {
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

  const act = (request: FastifyRequest, reply: FastifyReply, question: Question, answer: Answer): void => {
    const { raw } = request;
    const requestId = requestIdOf(question.headers, answer.forwarding.peerTrusted);
    const permit = permitFor(question, answer);
    if (permit !== undefined) {
      deps.onAccess(answer, { requestId, method: question.method, code: answer.decision.reason });
      forward(
        new Exchange({ request: raw, response: reply.raw, question, permit, requestId }, share),
        request,
        reply,
      );
      return;
    }
    const refused = enforcer.refuse(raw, question.target, answer, requestId);
    const send = ({ code, refusal }: Awaited<typeof refused>): void => {
      deps.onAccess(answer, { requestId, method: question.method, code });
      sendRefusal(reply.raw, refusal);
    };
    if (refused instanceof Promise)
      refused.then(send).catch((error: unknown) => broken(request, reply, error));
    else send(refused);
  };

  const broken = (request: FastifyRequest, reply: FastifyReply, error: unknown): void => {
    const requestId = newRequestId();
    deps.log.error({ err: error, requestId }, 'a request could not be judged');
    sendRefusal(reply.raw, enforcer.problem(request.raw, 'internal-error', requestId));
  };

  const guard: Guard['guard'] = (request, reply, done) => {
    const { raw } = request;
    const target = targetOf(raw);
    const code = inspect(raw, target, limits);
    if (code === undefined && isReserved(originForm(target))) {
      done();
      return;
    }
    reply.hijack();
    if (code !== undefined) {
      sendRefusal(reply.raw, enforcer.problem(raw, code, newRequestId()));
      return;
    }
    if (target === '*') {
      reply.raw.writeHead(204, ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']).end();
      return;
    }
    try {
      const { question, answer } = ask(raw, false);
      if (!(answer instanceof Promise)) act(request, reply, question, answer);
      else
        answer
          .then((known) => act(request, reply, question, known))
          .catch((error: unknown) => broken(request, reply, error));
    } catch (error) {
      broken(request, reply, error);
    }
  };

  return { guard, ask, inspect: (request) => inspect(request, targetOf(request), limits) };
}

/** The target as it stood on the wire: the router sees another one (`rewriteUrl`). */
function targetOf(request: IncomingMessage & { originalUrl?: string }): string {
  return request.originalUrl ?? request.url ?? '';
}

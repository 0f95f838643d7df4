import type { FastifyReply, FastifyRequest } from 'fastify';
import { isBotId } from '../policy/resource.ts';
import type { Scope } from '../policy/reason.ts';
import { actorOf, mayManage } from './actor.ts';
import { sendProblem } from './problem.ts';

export type Scoped =
  { readonly ok: true; readonly scope: Scope } | { readonly ok: false; readonly reply: FastifyReply };

/** Reads a scope; undefined where it cannot be one. */
export function readScope(text: string): Scope | undefined {
  if (text === 'platform') return text;
  return text.startsWith('bot:') && isBotId(text.slice(4)) ? `bot:${text.slice(4)}` : undefined;
}

/** The scope that a request names, where it can be one and the actor manages it. */
export function managedScope(request: FastifyRequest, reply: FastifyReply, text: string): Scoped {
  const scope = readScope(text);
  if (scope === undefined) {
    const errors = [{ field: 'scope', message: 'must be platform, or bot: and the id of a bot' }];
    return { ok: false, reply: sendProblem(reply, 'invalid', 'This cannot be a scope.', { errors }) };
  }
  if (!mayManage(actorOf(request), scope)) return { ok: false, reply: sendNotYours(reply) };
  return { ok: true, scope };
}

export function sendNotYours(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'not-yours', 'You do not manage this. Ask a super admin.');
}

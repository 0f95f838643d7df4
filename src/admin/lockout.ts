import type { FastifyRequest } from 'fastify';
import type { Plan } from '../changes/plan.ts';
import { draftPolicy } from '../policy-store/live/compile-policy.ts';
import { decide } from '../policy/decide.ts';
import type { Scope } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import { turnOf } from '../policy/turn.ts';
import { actorOf, isStatic } from './actor.ts';
import { locate } from './client.ts';
import type { AdminOptions } from './options.ts';

/**
 * The address of whoever makes a change by which they would no longer see, from where they are, what they see now:
 * the bot's transcripts, or of the platform's those of a bot without a list of its own. Undefined where they would.
 * A static token is nobody who sits anywhere.
 */
export async function lockedOut(
  options: AdminOptions,
  request: FastifyRequest,
  scope: Scope,
  plan: Plan,
): Promise<string | undefined> {
  const [view, decideOptions] = [options.policy(), options.decideOptions()];
  const { client } = locate(options, request);
  if (isStatic(actorOf(request)) || client.status !== 'ipv4' || !view.known) return undefined;
  const principal = await options.authenticate(request.raw.rawHeaders);
  const asked = { preflight: false, resource: resourceOf(scope), principal, client };
  const atMs = options.now();
  // Whoever is in by their token stays in whatever is listed.
  const { reason } = decide(asked, view, decideOptions, atMs);
  if (reason === 'bot-access') return undefined;
  const draft = { ...view, policy: await draftPolicy(view.policy, scope, plan) };
  const turn = turnOf(asked, { today: view, draft, options: decideOptions, atMs });
  return turn?.effect === 'refused' ? client.address : undefined;
}

const route = { path: '', whitelist: true };

function resourceOf(scope: Scope): Resource {
  if (scope === 'platform') return { kind: 'platform', route };
  return { kind: 'transcript', bot: scope.slice('bot:'.length), conversations: [], route };
}

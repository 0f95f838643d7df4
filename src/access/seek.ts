import type { Found } from '../lookups/options.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import { mayOpenToStranger } from '../policy/grants.ts';
import { modesDiffer, type PolicyView } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Resource } from '../policy/resource.ts';
import type { Rules } from './rules.ts';

export interface Seeking {
  readonly rules: Rules;
  readonly principal: Principal;
  readonly client: ClientIp;
  readonly view: PolicyView;
  readonly nowMs: number;
  readonly trace: ((name: string, found: Found) => void) | undefined;
}

const none: Found = { kind: 'unavailable', why: 'no lookup is configured' };

/**
 * What is asked for, with the bot that a lookup has for its conversation; at once where that is remembered.
 *
 * It is not looked up for a stranger whom nothing could let in, whichever bot it were: they learn nothing then, not
 * even by the time that an answer takes, and cost the platform nothing. Who has it explained is told all the same, and
 * where only some bots are enforced, it is looked up for everybody: the others' visitors must pass as before.
 */
export function seekBot(resource: Resource, seeking: Seeking): Resource | Promise<Resource> {
  if (resource.kind !== 'sought') return resource;
  const { rules, client, trace } = seeking;
  if (trace === undefined && !couldMatter(seeking)) return { ...resource, without: 'missing' };
  const address = client.status === 'unknown' ? undefined : client.address;
  const taken = (found: Found): Resource => {
    trace?.(resource.lookup, found);
    return withBot(resource, found, rules.routes.foldsBotIds);
  };
  const found = rules.lookups?.find(resource.lookup, resource.conversation, address) ?? none;
  return found instanceof Promise ? found.then(taken) : taken(found);
}

function couldMatter({ rules, principal, client, view, nowMs }: Seeking): boolean {
  if (modesDiffer(view, rules.options.defaults)) return true;
  if (principal.kind === 'refused') return false;
  if (principal.kind !== 'anonymous' || principal.brings !== undefined) return true;
  return mayOpenToStranger(view, client, nowMs);
}

function withBot(
  resource: Extract<Resource, { kind: 'sought' }>,
  found: Found,
  foldsBotIds: boolean,
): Resource {
  if (found.kind !== 'found') return { ...resource, without: found.kind };
  const { conversation, contact, route, link } = resource;
  return {
    kind: 'transcript',
    bot: foldsBotIds ? found.bot.toLowerCase() : found.bot,
    ...(contact !== undefined && { contact }),
    ...(found.contact !== undefined && { holder: found.contact }),
    conversations: [conversation],
    route,
    ...(link && { link }),
  };
}

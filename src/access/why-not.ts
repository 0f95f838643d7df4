import { quadText } from '../changes/record.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { PolicyView, Settings } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Scope } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import { NEVER, rangesOf, type CompactRange } from '../policy/whitelist.ts';
import type { Step } from './question.ts';

export interface WhyNotInput {
  readonly resource: Resource;
  readonly principal: Principal;
  readonly client: ClientIp;
  readonly view: PolicyView;
  readonly settings: Settings;
  readonly nowMs: number;
}

/**
 * What explain says beside the lines of the decision: the lists that were looked at, and what nearly matched. Reads
 * whole lists, so never on the way of a request.
 */
export function whyNot(asking: WhyNotInput): readonly Step[] {
  const { resource, view, settings, principal } = asking;
  if (resource.kind !== 'transcript') return [];
  const { bot, route } = resource;
  if (!route.whitelist) return [{ step: 'lists', result: 'the route is never opened by an address' }];
  const own = `bot:${bot}` as const;
  const lists: Step[] = view.known ? [listStep(asking, own), platformStep(asking)] : [];
  return [
    ...lists,
    ...addressSteps(asking),
    ...signInStep(settings, principal, own),
    ...namesakes(asking, bot),
  ];
}

function listStep({ view, nowMs }: WhyNotInput, scope: Scope): Step {
  const record = view.policy?.scopes.get(scope);
  if (record === undefined) return { step: 'lists', scope, result: `${nameOf(scope)}: there is none` };
  const live = [...rangesOf(record.whitelist)].filter((range) => !hasExpired(range, nowMs)).length;
  const expired = record.whitelist.size - live;
  const count = `${live === 1 ? '1 range' : `${String(live)} ranges`}${expired > 0 ? `, ${String(expired)} expired` : ''}`;
  return { step: 'lists', scope, result: `${nameOf(scope)}: ${record.enabled ? 'on' : 'off'}, ${count}` };
}

function platformStep(asking: WhyNotInput): Step {
  if (asking.settings.inheritPlatform) return listStep(asking, 'platform');
  const { bot } = asking.resource as Extract<Resource, { kind: 'transcript' }>;
  const result = "the platform's list does not count: the bot does not inherit it";
  return { step: 'lists', scope: `bot:${bot}`, result };
}

function addressSteps(asking: WhyNotInput): readonly Step[] {
  const { client, resource, settings, view } = asking;
  switch (client.status) {
    case 'unknown':
      return [{ step: 'near', result: 'the client IP is not known, so that no range can match' }];
    case 'ipv6':
      return [
        { step: 'near', result: `${client.address} came over IPv6, and lists hold IPv4 addresses only` },
      ];
    case 'ipv4': {
      if (resource.kind !== 'transcript' || !view.known) return [];
      const scopes: Scope[] = [
        `bot:${resource.bot}`,
        ...(settings.inheritPlatform ? ['platform' as const] : []),
      ];
      return scopes.flatMap((scope) => nearIn(asking, scope, client.value));
    }
  }
}

/** The range of a list that matches, or would but for its end or the switch, or the nearest one. */
function nearIn({ view, nowMs }: WhyNotInput, scope: Scope, ip: number): readonly Step[] {
  const record = view.policy?.scopes.get(scope);
  if (record === undefined || record.whitelist.size === 0) return [];
  const near = (result: string): readonly Step[] => [
    { step: 'near', scope, result: `${nameOf(scope)}: ${result}` },
  ];
  let expired: CompactRange | undefined;
  let nearest: CompactRange | undefined;
  for (const range of rangesOf(record.whitelist)) {
    const over = hasExpired(range, nowMs);
    if (distance(range, ip) === 0 && !over)
      return record.enabled ? [] : near(`${textOf(range)} would match, but the list is off`);
    if (distance(range, ip) === 0 && range.until >= (expired?.until ?? 0)) expired = range;
    if (!over && distance(range, ip) < (nearest === undefined ? Infinity : distance(nearest, ip)))
      nearest = range;
  }
  if (expired !== undefined)
    return near(
      `${textOf(expired)} would match, but expired at ${new Date(expired.until * 1000).toISOString()}`,
    );
  if (nearest === undefined) return [];
  return near(`the nearest range is ${textOf(nearest)}, ${String(distance(nearest, ip))} addresses away`);
}

function distance({ start, end }: CompactRange, ip: number): number {
  return ip < start ? start - ip : Math.max(0, ip - end);
}

function hasExpired({ until }: CompactRange, nowMs: number): boolean {
  return until !== NEVER && nowMs >= until * 1000;
}

function textOf({ start, end, id }: CompactRange): string {
  return `${start === end ? quadText(start) : `${quadText(start)} - ${quadText(end)}`} (${id})`;
}

function signInStep({ requireLogin }: Settings, principal: Principal, scope: Scope): readonly Step[] {
  if (!requireLogin || principal.kind === 'known') return [];
  const result = 'a listed address counts for visitors who are signed in only (requireLogin)';
  return [{ step: 'lists', scope, result }];
}

/** Ids are compared exactly: one that differs in letter case only is another bot, and mostly a slip. */
function namesakes({ view, principal }: WhyNotInput, bot: string): readonly Step[] {
  const isNamesake = (id: string): boolean => id !== bot && id.toLowerCase() === bot.toLowerCase();
  const recorded = [...(view.policy?.scopes.keys() ?? [])].flatMap((scope) =>
    scope !== 'platform' && isNamesake(scope.slice('bot:'.length)) ? [scope] : [],
  );
  const granted = principal.kind === 'known' ? principal.member?.bots : undefined;
  const theirs = granted === undefined || granted === 'all' ? [] : [...granted].filter(isNamesake);
  return [
    ...recorded.map((scope) => ({
      step: 'near',
      scope,
      result: `there is a list of ${scope.slice('bot:'.length)}, which differs from ${bot} in letter case only`,
    })),
    ...theirs.map((id) => ({
      step: 'near',
      result: `the token grants ${id}, which differs from ${bot} in letter case only`,
    })),
  ];
}

function nameOf(scope: Scope): string {
  return scope === 'platform' ? "the platform's list" : `the list of ${scope.slice('bot:'.length)}`;
}

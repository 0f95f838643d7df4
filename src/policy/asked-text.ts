import type { ClientIp } from './client-ip.ts';
import type { DecisionInput } from './decide.ts';
import { botAccess, ownHistory } from './grants.ts';
import { linkOf, type Link } from './link.ts';
import type { Anonymous, Known, Principal } from './principal.ts';
import type { Resource } from './resource.ts';

/**
 * What a decision was asked of, as a short text that holds no id of a person: with the bot and the address of the same
 * request it makes an input that every policy decides alike. There are few of these texts, so that a record of them is
 * small and is judged again by groups.
 *
 * `kind flags principal [bots]`; flags: `w` an address may open the route, `p` its members are the platform's,
 * `d` the platform was seen to refuse strangers, `r` of no single bot, for the platform's list, `a` for any list, `o` open, `m` the lookup knows no such conversation, `u` it could not
 * be asked, `k` a link without its key, `x` one that was too old. How old another one was is not kept: it counts.
 */
export function askedText({ resource, principal, delegation }: Asked, isOldLink = false): string | undefined {
  // What names no single bot could be the key of a link.
  const isShown = 'bots' in resource && linkOf(resource) === undefined;
  const bots = isShown ? (resource.bots ?? []).join(',') : '';
  if (bots.length > mostBots) return undefined;
  const text = `${resource.kind} ${flagsOf(resource, delegation === 'proven', isOldLink)} ${principalText(principal, resource)}`;
  return bots === '' ? text : `${text} ${bots}`;
}

type Asked = Pick<DecisionInput, 'resource' | 'principal' | 'delegation'>;

/** Characters of the bots that a request could name; there is no end of different texts otherwise. */
const mostBots = 300;

function flagsOf(resource: Resource, proven: boolean, isOldLink: boolean): string {
  const route = 'route' in resource ? resource.route : undefined;
  const isSought = resource.kind === 'sought';
  const flags =
    (route?.whitelist === true ? 'w' : '') +
    (route?.members === 'platform' ? 'p' : '') +
    (proven ? 'd' : '') +
    (route?.reach === 'platform' ? 'r' : '') +
    (route?.reach === 'anyBot' ? 'a' : '') +
    (resource.kind === 'other' && resource.open ? 'o' : '') +
    (isSought && resource.without === 'missing' ? 'm' : '') +
    (isSought && resource.without === 'unavailable' ? 'u' : '') +
    (linkOf(resource)?.keyless === true ? 'k' : '') +
    (isOldLink ? 'x' : '');
  return flags === '' ? '-' : flags;
}

function principalText(principal: Principal, resource: Resource): string {
  switch (principal.kind) {
    case 'anonymous':
      return `anonymous:${principal.reason}${brought(principal)}`;
    case 'refused':
      return `refused:${principal.reason}`;
    case 'known':
      return `known${grantsText(principal, resource)}${brought(principal)}`;
    case 'undetermined': {
      const possible = principal.possible.map((one) => principalText(one, resource));
      const { via, reason } = principal;
      return `undetermined:${via === 'cookie' ? via : 'bearer'}:${reason}${brought(principal)}(${possible.join('|')})`;
    }
  }
}

const brought = ({ brings }: { readonly brings?: string }): string => (brings === undefined ? '' : '+brings');

/** Of all that somebody may see, what matters here: whether they may see this. */
function grantsText(principal: Known, resource: Resource): string {
  if (resource.kind !== 'transcript' && resource.kind !== 'platform') return '';
  const member = botAccess({ principal, resource }) === undefined ? '' : '+member';
  return `${member}${ownHistory({ principal, resource }) === undefined ? '' : '+own'}`;
}

/** The input that a text stands for; undefined where it is none. */
export function readAsked(
  text: string,
  bot: string | undefined,
  client: ClientIp,
): DecisionInput | undefined {
  const [kind, flags, who, bots] = text.split(' ');
  if (kind === undefined || flags === undefined || who === undefined) return undefined;
  const resource = readResource(kind, flags, bot, bots?.split(','));
  const principal = readPrincipal(who);
  if (resource === undefined || principal === undefined) return undefined;
  const asked = { preflight: false, resource, principal, client };
  return flags.includes('d') ? { ...asked, delegation: 'proven' } : asked;
}

const withoutKey: Link = { keys: [], keyless: true };
const tooOld: Link = { keys: [], keyless: false, maxAgeSeconds: 0, firstSeenMs: 0 };

/** One of theirs, where something is somebody's. */
const own = 'own';

function readResource(
  kind: string,
  flags: string,
  bot: string | undefined,
  bots: readonly string[] | undefined,
): Resource | undefined {
  const has = (flag: string): boolean => flags.includes(flag);
  const members = has('p') ? ({ members: 'platform' } as const) : {};
  const reach = has('r') ? ({ reach: 'platform' } as const) : has('a') ? ({ reach: 'anyBot' } as const) : {};
  const route = { path: '', whitelist: has('w'), ...members, ...reach, contacts: true } as const;
  const unclear = { why: '', ...(bots && { bots }) };
  const link = has('k') ? { link: withoutKey } : has('x') ? { link: tooOld } : {};
  switch (kind) {
    case 'transcript':
      return bot === undefined ? undefined : { kind, bot, conversations: [own], route, ...link };
    case 'platform':
      return { kind, route, ...link };
    case 'ambiguous':
      return { kind, ...unclear };
    case 'unresolved':
      return { kind, ...unclear, route };
    case 'other':
      return { kind, open: has('o') };
    case 'wrong-method':
      return { kind, allowed: [], route };
    case 'sought': {
      const without = has('u') ? ('unavailable' as const) : ('missing' as const);
      return { kind, lookup: '', conversation: '', route, ...(has('u') || has('m') ? { without } : {}) };
    }
    default:
      return undefined;
  }
}

const anybody = { via: 'cookie', issuer: '', subject: '', expiresAtMs: 0, issuerBots: 'all' } as const;
const undetermined = /^undetermined:(cookie|bearer):([a-z-]+)(\+brings)?\((.*)\)$/;

function readPrincipal(text: string): Principal | undefined {
  const [, via, unknown, brings, all = ''] = undetermined.exec(text) ?? [];
  if (unknown !== undefined) {
    const possible = all.split('|').map(readPrincipal);
    const reason = unknown as 'keys-unavailable';
    const some = possible.filter((one) => one?.kind === 'known' || one?.kind === 'anonymous');
    const base = { kind: 'undetermined', via: via as 'cookie' | 'bearer', reason, possible: some } as const;
    return brings === undefined ? base : { ...base, brings: '' };
  }
  const [name = '', ...grants] = text.split('+');
  const [kind, reason] = name.split(':');
  const brought = grants.includes('brings') ? { brings: '' } : {};
  if (kind === 'anonymous') return { kind, reason: reason as Anonymous['reason'], ...brought };
  if (kind === 'refused') return { kind, reason: reason as 'token-invalid' };
  if (kind !== 'known') return undefined;
  return {
    kind,
    ...anybody,
    ...brought,
    ...(grants.includes('member') && { member: { bots: 'all' as const } }),
    ...(grants.includes('own') && { contact: { conversations: new Set([own]) } }),
  };
}

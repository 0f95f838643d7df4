import { isBotId } from '../../policy/resource.ts';
import type { Findings, Path } from '../findings.ts';
import { inputRoot } from '../schema/input.ts';
import { knownOnly } from './known.ts';
import { isBranch, withValue, type Branch, type Layer, type Tree } from './layer.ts';
import { merge } from './merge.ts';
import { readPack, type Pack } from './pack-file.ts';

export interface WithPack {
  readonly tree: Branch;
  /** What the pack adds, and nothing of what others say. */
  readonly layer: Layer;
}

/** The configuration with the pack that it names below it; undefined where it names none that can be. */
export function withPack(own: Branch, findings: Findings): WithPack | undefined {
  const { name, bot = null, lookup = false, visitors = 'guarded' } = branchAt(own, ['platform']);
  if (typeof name !== 'string') return undefined;
  const pack = readPack(name, findings);
  if (pack === undefined) return undefined;
  const byUrl = pack.facts['bots'] === 'url';
  checkBots(pack, own, findings);
  const one = byUrl || lookup === true ? undefined : typeof bot === 'string' && isBotId(bot) ? bot : name;
  const made = madeFor(pack.tree, one, visitors === 'open');
  const known = knownOnly(inputRoot, made, [], findings, { get: () => pack.origin });
  const tree = beneath(own, isBranch(known) ? known : {});
  const added = addedBy(own, tree);
  return { tree, layer: { tree: isBranch(added) ? added : {}, origins: { get: () => pack.origin } } };
}

/** Every conversation is of some bot: the one that is named, or the one that URL or lookup say. */
function checkBots({ facts, tree }: Pack, own: Branch, findings: Findings): void {
  const { bot = null, lookup, visitors } = branchAt(own, ['platform']);
  const refuse = (key: string, why: string): void => findings.mistake(['platform', key], why);
  const { bots } = facts;
  if (bots === 'url' && bot !== null) refuse('bot', 'is not for this platform: its URLs name their bots');
  if (visitors !== 'open' && listAt(tree, ['routes']).some((route) => route['visitors'] === true)) warnOfVisitors(findings);
  if (lookup !== true) return;
  if (bots !== 'lookup') refuse('lookup', 'true: no call of this platform tells whose a conversation is');
  else if (bot !== null) refuse('bot', 'is one for all: give it, or `lookup: true`');
  for (const name of Object.keys(branchAt(tree, ['lookups']))) {
    const given = branchAt(own, ['lookups', name]);
    const keys = ['headers', 'headersFile', 'url', 'redisHash', 'file'];
    if (keys.some((key) => (given[key] ?? null) !== null)) continue;
    findings.mistake(['lookups', name, 'headersFile'], 'is required: the platform asks for a key');
  }
}

function warnOfVisitors(findings: Findings): void {
  findings.warn(
    ['platform', 'visitors'],
    'guarded: visitors chat from listed addresses only; `open` lets them chat from everywhere, and whoever has the link or key of a chat read what `pack.notCovered` of the pack names',
  );
}

/** The configuration that a pack is, for one bot or each conversation's own. */
function madeFor(tree: Branch, bot: string | undefined, opensVisitors: boolean): Branch {
  const routes = listAt(tree, ['routes']).map(({ visitors, ...route }) => {
    if (visitors === true && opensVisitors) return { path: withoutIds(route['path']), open: true };
    return bot === undefined || route['open'] === true ? route : ofOneBot(route, bot);
  });
  if (bot === undefined) return { ...tree, routes };
  const { lookups: _, ...rest } = tree;
  const sessions = listAt(tree, SESSIONS).map((session) =>
    'check' in session ? { ...session, claims: { ...branchAt(session, ['claims']), bots: `"${bot}"` } } : session,
  );
  return withValue({ ...rest, routes }, SESSIONS, sessions);
}

/** What is open names no bot and no conversation: their names become others. */
function withoutIds(path: Tree | undefined): string {
  return typeof path === 'string' ? path.replace(/([:*])(?=(?:bot|contact|conversation)Id\b)/g, '$1some_') : '';
}

/** Nothing is looked up, so that nothing has to be read for it either. */
function ofOneBot({ lookup: _, query: _query, body: _body, ...route }: Branch, bot: string): Branch {
  if (route['frames'] === undefined) return { ...route, bot };
  // The socket itself stays of no single bot: what is asked for within it is of this one.
  const channels = listAt(route, CHANNELS).map(({ lookup: _, ids: _ids, ...channel }) =>
    channel['open'] === true ? channel : { ...channel, bot },
  );
  return withValue(route, CHANNELS, channels);
}

const CHANNELS = ['frames', 'channels'];

const SESSIONS = ['identity', 'sessions'];
const sessionNode = inputRoot.properties?.['identity']?.properties?.['sessions']?.items ?? {};

/** Objects are merged key by key; of the two lists that a pack has, the operator's own entries come first. */
function beneath(own: Branch, pack: Branch): Branch {
  const sessions = listAt(pack, SESSIONS);
  const withSessions = before(own, SESSIONS, 'name', sessions, (one) =>
    merge(sessionNode, one, sessions.find(({ name }) => name === one['name']) ?? {}),
  );
  const both = before(withSessions, ['routes'], 'path', listAt(pack, ['routes']), (one) => one);
  return merge(inputRoot, both, pack);
}

/** The tree with its own entries of a list, then those of the pack that have another name. */
function before(
  own: Branch,
  path: readonly string[],
  key: string,
  pack: readonly Branch[],
  made: (one: Branch) => Branch,
): Branch {
  const given = valueAt(own, path) ?? [];
  // What is no list, or no object in it, is a mistake that the shape tells.
  if (!Array.isArray(given)) return own;
  const ours: readonly Tree[] = given;
  const others = pack.filter((one) => !ours.some((other) => isBranch(other) && other[key] === one[key]));
  return withValue(own, path, [...ours.map((one) => (isBranch(one) ? made(one) : one)), ...others]);
}

/** What stands in the whole and not in the operator's own; entries of lists keep their places. */
function addedBy(own: Tree | undefined, whole: Tree): Tree | undefined {
  if (own === undefined) return whole;
  if (Array.isArray(own) && Array.isArray(whole)) {
    const ours: readonly Tree[] = own;
    // A hole is what the operator's own layers hold.
    return whole.map((one: Tree, at) => addedBy(ours[at], one)) as readonly Tree[];
  }
  if (!isBranch(own) || !isBranch(whole)) return undefined;
  const added = Object.entries(whole).flatMap(([name, value]): [string, Tree][] => {
    const more = addedBy(own[name], value);
    return more === undefined ? [] : [[name, more]];
  });
  return added.length === 0 ? undefined : Object.fromEntries(added);
}

function valueAt(tree: Branch, path: Path): Tree | undefined {
  return path.reduce<Tree | undefined>((at, name) => (isBranch(at) ? at[name] : undefined), tree);
}

function branchAt(tree: Branch, path: Path): Branch {
  const found = valueAt(tree, path);
  return isBranch(found) ? found : {};
}

function listAt(pack: Branch, path: Path): readonly Branch[] {
  const found = valueAt(pack, path);
  return Array.isArray(found) ? found.filter(isBranch) : [];
}

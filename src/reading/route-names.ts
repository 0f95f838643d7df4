import { isBotId, type Reach } from '../policy/resource.ts';
import type { HostPattern } from './host.ts';
import { ID_NAMES, type IdName, type Places } from './places.ts';
import type { RouteOptions } from './route.ts';
import type { Fail, Template } from './template.ts';

/** Every id that the route names, as often as it does; in each way to fill its path once at most. */
export function namesOf(
  option: RouteOptions,
  templates: readonly Template[],
  places: Places,
  host: HostPattern | undefined,
  fail: Fail,
): readonly string[] {
  const beside = [
    ...places.names,
    ...(option.bot === undefined ? [] : ['botId']),
    ...(host?.namesBot === true ? ['botId'] : []),
  ];
  const inPaths = templates.map(({ names }) => names);
  for (const names of inPaths) {
    const all = [...names, ...beside];
    const twice = all.find((name, at) => all.indexOf(name) !== at);
    if (twice !== undefined) fail(`A route must name "${twice}" in one place only.`);
  }
  return [...new Set([...inPaths.flat(), ...beside])];
}

/** Who may read what a route's URLs are of, where it is no single bot; undefined where it is one. */
export function reachOf(option: RouteOptions, names: readonly string[], fail: Fail): Reach | undefined {
  const { kind, bot, lookup, open, contacts } = option;
  const isAny = open !== true && bot === 'any';
  const namesNone = bot === undefined && lookup === undefined && !names.includes('botId');
  if (isAny && kind === undefined) fail('"any" is no bot: "bot: any" is for a route that says its `kind`.');
  if (!isAny && !(kind === 'socket' && open !== true && namesNone)) {
    if (contacts === true) fail('"contacts" is for what is of any bot: "bot: any", or a socket without one.');
    if (option.frames !== undefined) fail('"frames" is for a socket that names no bot itself.');
    checkNames(option, names, fail);
    return undefined;
  }
  if (lookup !== undefined || names.some((name) => name === 'contactId' || name === 'conversationId'))
    fail('What is of any bot names no contact and no conversation.');
  if (option.frames !== undefined && (kind !== 'socket' || option.members === 'platform'))
    fail(
      '"frames" is for `kind: socket`, and not for `members: platform`: each subscription is decided here.',
    );
  return kind === 'file' ? 'anyBot' : 'platform';
}

function checkNames(option: RouteOptions, names: readonly string[], fail: Fail): void {
  if (option.bot !== undefined && !isBotId(option.bot)) fail(`"${option.bot}" cannot be a bot id.`);
  if (option.lookup !== undefined) return checkLookup(option, names, fail);
  if (option.open === true) {
    if (ID_NAMES.some((name: IdName) => names.includes(name))) {
      fail('An open route is not guarded: it names no bot, contact or conversation.');
    }
    if (option.whitelist !== undefined)
      fail('An open route is not guarded: "whitelist" means nothing there.');
    for (const key of ['members', 'methods', 'tokenPlaces', 'kind', 'except'] as const)
      if (option[key] !== undefined) fail(`An open route is not guarded: "${key}" means nothing there.`);
  } else if (!names.includes('botId')) {
    fail(
      'A guarded route must say where its bot id stands: ":botId" in the path or the host, "query", "form", "body", ' +
        '"header", "cookie", a constant "bot", or a "lookup" for its conversation.',
    );
  }
}

function checkLookup(option: RouteOptions, names: readonly string[], fail: Fail): void {
  if (option.open === true) fail('An open route is not guarded: "lookup" means nothing there.');
  if (names.includes('botId'))
    fail('A route with a "lookup" has its bot id from there, and names none itself.');
  if (!names.includes('conversationId'))
    fail('A route with a "lookup" must say where its "conversationId" stands: that is what is looked up.');
}

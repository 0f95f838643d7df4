import type { Reach, RouteFacts, RouteKind } from '../policy/resource.ts';
import { compileFrames, type Frames, type FramesOptions } from './frames/channels.ts';
import { compileHost, type HostPattern } from './host.ts';
import { compilePlaces, searchesOf } from './places.ts';
import { compileLink, type LinkOptions, type LinkPlace } from './link-key.ts';
import { namesOf, reachOf } from './route-names.ts';
import type { IdName, Search, PlaceOptions, Places } from './places.ts';
import { compilePath, type Fail, type Template } from './template.ts';
import type { RouteTokenPlace } from './token-places.ts';

export { overlapWarnings, shadowedRoutes } from './route-overlap.ts';
export type { IdName } from './places.ts';

/** One route as configured. */
export interface RouteOptions extends PlaceOptions {
  /** In the syntax of path-to-regexp 8; other names than ours only have to be there. */
  readonly path: string;
  /** Itself only, nothing below it. */
  readonly exact?: boolean | undefined;
  /** Paths, each with all below it, that this route does not guard where a target has them to the letter. */
  readonly except?: readonly string[] | undefined;
  /** Others are refused, guarded as the path is. Left out or empty: any. */
  readonly methods?: readonly string[] | undefined;
  /** A host without its port, exactly, or with `:botId` as one of its labels. */
  readonly host?: string | null | undefined;
  /** A constant bot id; `any` on what is a file or a socket. */
  readonly bot?: string | undefined;
  /** What stands there; left out: a page, or whatever it is. */
  readonly kind?: RouteKind | undefined;
  /** True: verified contacts open what is of any bot. */
  readonly contacts?: boolean | undefined;
  /** The lookup that knows the bot of its conversations, in place of a bot id. */
  readonly lookup?: string | undefined;
  /** False: an address never opens it; the default where the route names a contact. */
  readonly whitelist?: boolean | undefined;
  /** What is judged within its sockets. */
  readonly frames?: FramesOptions | undefined;
  /** Not guarded. */
  readonly open?: boolean | undefined;
  /** Its URL is itself a key. */
  readonly link?: LinkOptions | undefined;
  /** Whether tokens and sessions decide for members, or the platform's own answer. */
  readonly members?: 'token' | 'platform' | undefined;
  /** Where tokens may stand here, beside the places that hold everywhere. */
  readonly tokenPlaces?: readonly RouteTokenPlace[] | undefined;
  /** Tokens of these places go on to the platform. */
  readonly forwardTokens?: boolean | undefined;
}

/** One route, ready to be matched. */
export interface Route {
  readonly facts: RouteFacts;
  readonly index: number;
  readonly templates: readonly Template[];
  readonly exact: boolean;
  readonly except?: Pick<Route, 'templates' | 'exact'>;
  readonly methods?: ReadonlySet<string>;
  readonly host?: HostPattern;
  readonly bot?: string;
  readonly lookup?: string;
  readonly link?: LinkPlace;
  /** What is judged within its sockets, each by itself. */
  readonly frames?: Frames;
  readonly places: Places;
  /** True where path and constant name all, and no contact: nothing else has to be looked at. */
  readonly isPlain: boolean;
  readonly namesContact: boolean;
  /** Whether a template or another place names a conversation. */
  readonly namesConversation: boolean;
  /** What is looked for outside the path, for each id that it names at all. */
  readonly searches: readonly Search[];
}

/** How bot ids of URLs are compared: as they are, or in lower case, for platforms that fold them. */
export type BotIdCase = 'exact' | 'lower';

/** What holds for all routes. */
export interface TableOptions {
  /** `guard`: what no route names is guarded too, and open only where it stands there to the letter. */
  readonly otherPaths?: 'forward' | 'reject' | 'guard' | undefined;
  readonly botIdCase?: BotIdCase | undefined;
  /** What stands behind this name is a path, in the query too; null: only in the path. Left out: `index.php`. */
  readonly frontController?: string | null | undefined;
}

/** All routes, in the configured order. Immutable. */
export interface RouteTable {
  readonly guarded: readonly Route[];
  readonly open: readonly Route[];
  readonly guardsOthers: boolean;
  readonly foldsBotIds: boolean;
  /** Finds the program's name; undefined where none is looked for in queries. */
  readonly frontController: RegExp | undefined;
  /** Every host that a route names; empty where none does. */
  readonly hosts: readonly HostPattern[];
}

/** A route that cannot be: `index` counts from 0, the message is one sentence for operators. */
export class RouteError extends Error {
  readonly index: number;
  constructor(index: number, message: string) {
    super(message);
    this.name = 'RouteError';
    this.index = index;
  }
}

/** Compiles the configured routes; throws a `RouteError` for the first that cannot be. */
export function compileRoutes(options: readonly RouteOptions[], how: TableOptions = {}): RouteTable {
  const guarded: Route[] = [];
  const open: Route[] = [];
  options.forEach((option, index) => {
    (option.open === true ? open : guarded).push(compileRoute(option, index));
  });
  return {
    guarded,
    open,
    guardsOthers: how.otherPaths === 'guard',
    foldsBotIds: how.botIdCase === 'lower',
    frontController: nameOf(how.frontController),
    hosts: [...guarded, ...open].flatMap(({ host }) => (host === undefined ? [] : [host])),
  };
}

function nameOf(frontController: string | null = 'index.php'): RegExp | undefined {
  if (frontController === null) return undefined;
  return new RegExp(frontController.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
}

function compileRoute(option: RouteOptions, index: number): Route {
  const fail: Fail = (sentence) => {
    throw new RouteError(index, sentence);
  };
  const templates = compilePath(option.path, fail);
  const except = (option.except ?? []).flatMap((path) => compilePath(path, fail));
  const places = compilePlaces(option, fail);
  const host = typeof option.host === 'string' ? compileHost(option.host, fail) : undefined;
  const methods = methodsOf(option.methods, fail);
  const reach = reachOf(option, namesOf(option, templates, places, host, fail), fail);
  const isNamed = (name: IdName): boolean =>
    places.names.includes(name) || templates.some(({ names }) => names.includes(name));
  const namesContact = isNamed('contactId');
  const facts = factsOf(option, namesContact, reach);
  const link = compileLink(option, templates, fail);
  return {
    facts,
    index,
    templates,
    exact: option.exact ?? false,
    ...(except.length > 0 && { except: { templates: except, exact: false } }),
    ...(methods && { methods }),
    ...(host && { host }),
    ...(option.bot === undefined || reach !== undefined ? {} : { bot: option.bot }),
    ...(option.lookup === undefined ? {} : { lookup: option.lookup }),
    ...(link && { link }),
    ...(option.frames && { frames: compileFrames(option.frames, facts, fail) }),
    places,
    isPlain: places.names.length === 0 && !namesContact && host === undefined && link === undefined,
    namesContact,
    namesConversation: isNamed('conversationId'),
    searches: searchesOf(places, (name) => name === 'botId' || isNamed(name)),
  };
}

function factsOf(option: RouteOptions, namesContact: boolean, reach: Reach | undefined): RouteFacts {
  const { path, whitelist, members, tokenPlaces = [], forwardTokens, kind, contacts, frames } = option;
  return {
    path,
    whitelist: whitelist ?? !namesContact,
    ...(members === 'platform' && { members }),
    ...(tokenPlaces.length > 0 && { tokenPlaces }),
    ...(forwardTokens === true && { forwardTokens }),
    ...(kind && { kind }),
    ...(reach && { reach: frames ? 'anyBot' : reach }),
    ...(frames && { frames: frames.protocol }),
    ...(contacts === true && { contacts }),
  };
}

/** HEAD is what GET is, without the body. */
function methodsOf(given: readonly string[] | undefined, fail: Fail): ReadonlySet<string> | undefined {
  if (given === undefined || given.length === 0) return undefined;
  for (const method of given)
    if (!/^[A-Z]+(?:-[A-Z]+)*$/.test(method)) fail(`"${method}" is no method: "GET", "POST".`);
  return new Set(given.includes('GET') ? [...given, 'HEAD'] : given);
}

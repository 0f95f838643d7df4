import { isBotId, type RouteFacts } from '../policy/resource.ts';
import { foldLiteral, literalOf } from './literal.ts';

export { overlapWarnings } from './route-overlap.ts';

/** The ids that a route can name, by our names for them. */
export type IdName = 'botId' | 'contactId' | 'conversationId';

/** One route as configured. */
export interface RouteOptions {
  /** `/literal/:botId/:conversationId`; a parameter is a whole segment, and other names than ours match anything. */
  readonly path: string;
  /** Itself only, nothing below it. */
  readonly exact?: boolean | undefined;
  /** Our name for an id: the query parameter's name. */
  readonly query?: { readonly [name in IdName]?: string | undefined } | undefined;
  /** A constant bot id. */
  readonly bot?: string | undefined;
  /** False: an address never opens it; the default where the route names a contact. */
  readonly whitelist?: boolean | undefined;
  /** Not guarded. */
  readonly open?: boolean | undefined;
  /** Whether tokens and sessions decide for members, or the platform's own answer. */
  readonly members?: 'token' | 'platform' | undefined;
}

/** One segment of a template: a literal as it is compared, or the place of an id. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string; readonly folded: string }
  | { readonly kind: 'parameter'; readonly name: string };

/** A route, ready to be matched. */
export interface Route {
  readonly facts: RouteFacts;
  readonly index: number;
  readonly segments: readonly Segment[];
  /** Index of the last literal segment, -1 where there is none. */
  readonly lastLiteral: number;
  readonly exact: boolean;
  readonly bot?: string;
  readonly query: { readonly [name in IdName]?: string };
  /** True if the query names an id. */
  readonly namesQuery: boolean;
  readonly namesContact: boolean;
  readonly namesConversation: boolean;
}

/** All routes, in the configured order. Immutable. */
export interface RouteTable {
  readonly guarded: readonly Route[];
  readonly open: readonly Route[];
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

const ID_NAMES: readonly IdName[] = ['botId', 'contactId', 'conversationId'];

/** Compiles the configured routes; throws a `RouteError` for the first that cannot be. */
export function compileRoutes(options: readonly RouteOptions[]): RouteTable {
  const guarded: Route[] = [];
  const open: Route[] = [];
  options.forEach((option, index) => {
    (option.open === true ? open : guarded).push(compileRoute(option, index));
  });
  return { guarded, open };
}

function compileRoute(option: RouteOptions, index: number): Route {
  const fail = (sentence: string): never => {
    throw new RouteError(index, sentence);
  };
  const segments = compilePath(option.path, fail);
  const query = compileQuery(option, fail);
  const named = (name: IdName) => namesOf(segments).includes(name) || query[name] !== undefined;
  checkNames(option, segments, query, fail);
  const namesContact = named('contactId');
  return {
    facts: factsOf(option, namesContact),
    index,
    segments,
    lastLiteral: segments.findLastIndex(({ kind }) => kind === 'literal'),
    exact: option.exact ?? false,
    ...(option.bot === undefined ? {} : { bot: option.bot }),
    query,
    namesQuery: Object.keys(query).length > 0,
    namesContact,
    namesConversation: named('conversationId'),
  };
}

function factsOf({ path, whitelist, members }: RouteOptions, namesContact: boolean): RouteFacts {
  return {
    path,
    whitelist: whitelist ?? !namesContact,
    ...(members === 'platform' && { members }),
  };
}

type Fail = (sentence: string) => never;

function compilePath(path: string, fail: Fail): Segment[] {
  if (!path.startsWith('/')) fail('The path of a route must start with "/".');
  if (/[\\?#*]|[^\x21-\x7e]/.test(path)) {
    fail('The path of a route must be plain ASCII without spaces, "\\", "?", "#" and "*".');
  }
  const texts = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  if (texts.length === 1 && texts[0] === '') return [];
  return texts.map((text) => compileSegment(text, fail));
}

function compileSegment(text: string, fail: Fail): Segment {
  if (text === '' || text === '.' || text === '..') {
    fail('The path of a route must not have empty segments, "." or "..".');
  }
  if (text.startsWith(':')) {
    const name = text.slice(1);
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      fail(`A parameter must be a whole segment, a colon and a name, unlike "${text}".`);
    }
    return { kind: 'parameter', name };
  }
  if (/:(?:bot|contact|conversation)Id/.test(text)) {
    fail(`A parameter must be a whole segment, unlike "${text}".`);
  }
  const literal = literalOf(text);
  if (literal === undefined) return fail(`The segment "${text}" is not a valid percent-encoded text.`);
  return { kind: 'literal', text: literal, folded: foldLiteral(literal) };
}

function compileQuery({ query }: RouteOptions, fail: Fail): Route['query'] {
  const compiled: { [name in IdName]?: string } = {};
  for (const [name, parameter] of Object.entries(query ?? {})) {
    const id = ID_NAMES.find((known) => known === name);
    if (id === undefined) return fail(`A route's query names "${name}"; it can name ${ID_NAMES.join(', ')}.`);
    if (parameter === undefined) continue;
    if (!/^[\w.~-]+$/.test(parameter)) fail(`The query parameter "${parameter}" is not a plain name.`);
    compiled[id] = parameter;
  }
  const parameters = Object.values(compiled).map((parameter) => parameter.toLowerCase());
  if (new Set(parameters).size < parameters.length) fail('Two ids of a route have the same query parameter.');
  return compiled;
}

function namesOf(segments: readonly Segment[]): string[] {
  return segments.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : []));
}

function checkNames(
  option: RouteOptions,
  segments: readonly Segment[],
  query: Route['query'],
  fail: Fail,
): void {
  const names = [...namesOf(segments), ...Object.keys(query), ...(option.bot === undefined ? [] : ['botId'])];
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) fail(`A route must name "${twice}" in one place only.`);
  if (option.bot !== undefined && !isBotId(option.bot)) fail(`"${option.bot}" cannot be a bot id.`);
  const namesBot = names.includes('botId');
  if (option.open === true) {
    if (namesBot || names.includes('contactId') || names.includes('conversationId')) {
      fail('An open route is not guarded: it names no bot, contact or conversation.');
    }
    if (option.whitelist !== undefined)
      fail('An open route is not guarded: "whitelist" means nothing there.');
    if (option.members !== undefined) fail('An open route is not guarded: "members" means nothing there.');
  } else if (!namesBot) {
    fail(
      'A guarded route must say where its bot id stands: ":botId" in the path, "query", or a constant "bot".',
    );
  }
}

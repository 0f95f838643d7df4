import type { Resource } from '../policy/resource.ts';
import type { BodyReading } from './body.ts';
import type { Call, UNREADABLE } from './frames/calls.ts';
import { describeReading } from './describe-reading.ts';
import { decodeOnce, isEncoded } from './decoding.ts';
import { workFor, type Reading, type Work } from './closure.ts';
import { hostsOf, isStray, standsOnHost } from './host.ts';
import { judge } from './judge.ts';
import { hasLink } from './link-key.ts';
import { matchesOpen, matchTemplate, segmentsOf, unblanked, type Match } from './match.ts';
import { hasProgram, readPath } from './path-readings.ts';
import type { Route, RouteTable } from './route.ts';
import { splitTarget, type Readable } from './target-form.ts';

export { originForm } from './target-form.ts';

/** What readings depend on. */
export interface TargetRequest {
  /** Byte for byte (latin1). */
  readonly target: string;
  /** The Host header, for an absolute-form target and for routes of one host. */
  readonly host: string | undefined;
  /** True where the request has a urlencoded or multipart body. */
  readonly formBody: boolean;
  /** Left out: any that the route lists. */
  readonly method?: string;
  /** The host that a trusted proxy says the visitor asked for. */
  readonly forwardedHost?: string | undefined;
  /** Name, value, name, value: for ids in headers and cookies. */
  readonly headers?: readonly string[];
  /** False: it is no handshake of a WebSocket. */
  readonly upgrade?: boolean;
  /** What is asked for within the socket that it opened. */
  readonly call?: Call | typeof UNREADABLE | undefined;
  /** What the body says; undefined where it was not read. */
  readonly body?: BodyReading | undefined;
}

/** Told of each reading and what guards it; for explain. */
export type TraceReading = (line: string) => void;

/**
 * What a target asks for, by every reading that a plausible upstream could take of its bytes.
 *
 * Guarded as soon as one reading is; judged by the one bot that the guarded readings name.
 */
export function readTarget(table: RouteTable, asked: TargetRequest, trace?: TraceReading): Resource {
  const form = splitTarget(asked.target, asked.host);
  if (!form.ok) return { kind: 'ambiguous', why: form.why };
  const work = workFor(asked.target.length);
  const readings = pathReadings(form, table.frontController, work);
  if (readings === undefined) return { kind: 'ambiguous', why: 'The path has too many readings.' };
  const hosts = table.hosts.length === 0 ? NO_HOSTS : hostsOf(asked.host, asked.forwardedHost);
  const guarded: (readonly Match[])[] = [];
  const isPlain = readings.length === 1 && !ODD.test(form.path);
  const seen: [Reading, readonly Match[]][] | undefined = trace && [];
  let open = true;
  for (const reading of readings) {
    const segments = segmentsOf(reading.text);
    const matches = guardsOf(table, segments, reading, hosts, isPlain);
    seen?.push([reading, matches]);
    if (matches.length > 0) guarded.push(matches);
    open &&= isOpen(table, segments, reading, hosts);
  }
  for (const [reading, matches] of seen ?? []) trace?.(describeReading(reading, matches, hasLink(guarded)));
  if (guarded.length > 0) return judgeByMethod(table, guarded, form, asked, hosts, work);
  if (!table.guardsOthers || (open && isPlainlyOpen(table, form, hosts))) return { kind: 'other', open };
  return { kind: 'platform', route: OTHERS };
}

/** Names in the log what no route names, where that is guarded. */
const OTHERS = { path: 'otherPaths', whitelist: true } as const;
const NO_HOSTS: readonly string[] = [];

/** A route that does not list the method guards nothing that another one of the same reading does. */
function judgeByMethod(
  table: RouteTable,
  guarded: readonly (readonly Match[])[],
  form: Readable,
  asked: TargetRequest,
  hosts: readonly string[],
  work: Work,
): Resource {
  const { method } = asked;
  if (method === undefined || guarded.every((matches) => matches.every((match) => serves(match, method))))
    return judge(table, guarded, form, asked, hosts, work);
  const served = guarded.map((matches) => matches.filter((match) => serves(match, method)));
  if (served.every((matches) => matches.length > 0)) return judge(table, served, form, asked, hosts, work);
  const methods = new Set(
    guarded.flatMap((matches) => matches.flatMap(({ route }) => [...(route.methods ?? [])])),
  );
  return { kind: 'wrong-method', allowed: [...methods], route: guarded[0]?.[0]?.route.facts ?? OTHERS };
}

const serves = ({ route: { methods } }: Match, method: string): boolean =>
  methods === undefined || methods.has(method);

/** Anything but letters that mean the same to everybody, in segments that nobody takes away. */
const ODD = /[^A-Za-z0-9_~\-./]|\/\/|\/\.|\.(?:\/|$)/;

/** A query that climbs out of itself where a careless upstream takes it for a part of the path. */
const CLIMBS = /(?:\/|\\|%(?:25)?(?:2f|5c))(?:\.|%(?:25)?2e){2}/i;
/** A query that is taken for a path of its own. */
const IS_PATH = /^(?:\/|%2f)/i;
/** In no reading of such a path is a member of a query. */
const MEMBERLESS = /^[^&;%\x80-\uffff]*$/;

function pathReadings(
  { path, query }: Readable,
  program: RegExp | undefined,
  work: Work,
): readonly Reading[] | undefined {
  const behind = query === undefined ? [] : behindProgram(query, program);
  const seeds = query === undefined ? [path] : [path, ...pathsIn(path, query), ...behind];
  if (seeds.length === 1 && !ODD.test(path) && !hasProgram(path)) return [{ text: path, depth: 0 }];
  const readings = readPath(seeds, work);
  const isOwnPath = behind.length > 0 || (query !== undefined && IS_PATH.test(query));
  const joined = seeds.length > 1 && !isOwnPath && MEMBERLESS.test(path);
  return joined ? readings?.map((reading) => ({ ...reading, joined })) : readings;
}

/** Paths that a query can be a part of: one that climbs, and `/index.php?/path`. */
function pathsIn(path: string, query: string): string[] {
  const paths = CLIMBS.test(query) ? [`${path}?${query}`] : [];
  return IS_PATH.test(query) ? [...paths, decodeOnce(query.replace(/&.*$/s, ''))] : paths;
}

/**
 * `?any=index.php/path`: what eZ Publish and Live Helper Chat, who look for the name first, take for the path. There
 * `&` separates nothing; whoever asks for the query before ends the path at it.
 */
function behindProgram(query: string, program: RegExp | undefined): string[] {
  const found = program?.exec(query);
  if (!found) return [];
  const rest = `/${query.slice(found.index + found[0].length)}`;
  return [...new Set([rest.replaceAll('&', '_'), rest.replace(/&.*$/s, '')])];
}

const NO_MATCHES: readonly Match[] = [];

/** The guarded routes of a reading, in the configured order. */
function guardsOf(
  table: RouteTable,
  segments: readonly string[],
  reading: Reading,
  hosts: readonly string[],
  isPlain: boolean,
): readonly Match[] {
  let matches: Match[] | undefined;
  const stripped = unblanked(segments);
  for (const route of table.guarded) {
    // An odd spelling of an exception could be another thing to the platform.
    if (isPlain && route.except !== undefined && matchesOpen(route.except, segments)) continue;
    for (const template of route.templates) {
      const match = matchTemplate(route, template, segments, reading, false);
      const bare = stripped && matchTemplate(route, template, stripped, reading, true);
      if ((match ?? bare) === undefined || !guardsHost(table, route, hosts)) continue;
      matches ??= [];
      if (match !== undefined) matches.push(match);
      if (bare !== undefined) matches.push(bare);
    }
  }
  return matches ?? NO_MATCHES;
}

/** A host that no route names is guarded by all: a platform may serve what it serves on any. */
function guardsHost({ hosts: known }: RouteTable, route: Route, hosts: readonly string[]): boolean {
  return route.host === undefined || standsOnHost(route.host, hosts) || isStray(known, hosts);
}

/** Before any decoding, an encoded reading says nothing yet: the decoded ones must be open. */
function isOpen(
  table: RouteTable,
  segments: readonly string[],
  { text, depth }: Reading,
  hosts: readonly string[],
): boolean {
  if (table.open.length === 0) return false;
  return (depth === 0 && isEncoded(text)) || isOpenTo(table, segments, hosts);
}

function isOpenTo({ open }: RouteTable, segments: readonly string[], hosts: readonly string[]): boolean {
  return open.some(
    (route) =>
      (route.host === undefined || hosts.every((host) => standsOnHost(route.host, [host]))) &&
      matchesOpen(route, segments),
  );
}

/** Where all else is guarded, an odd spelling of what is open is guarded too. */
function isPlainlyOpen(table: RouteTable, { path }: Readable, hosts: readonly string[]): boolean {
  return isOpenTo(table, segmentsOf(path), hosts);
}

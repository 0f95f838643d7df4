import type { Resource } from '../policy/resource.ts';
import { decodeOnce, isEncoded } from './decoding.ts';
import type { Reading } from './closure.ts';
import { judge } from './judge.ts';
import { matchesOpen, matchGuarded, segmentsOf, type Match } from './match.ts';
import { readPath } from './path-readings.ts';
import type { RouteTable } from './route.ts';
import { splitTarget, type Readable } from './target-form.ts';

export { originForm } from './target-form.ts';

/** What readings depend on. */
export interface Asked {
  /** Byte for byte (latin1). */
  readonly target: string;
  /** The Host header, for an absolute-form target. */
  readonly host: string | undefined;
  /** True where the request has a urlencoded or multipart body. */
  readonly formBody: boolean;
}

/** Told of each reading and what guards it; for explain. */
export type TraceReading = (line: string) => void;

/**
 * What a target asks for, by every reading that a plausible upstream could take of its bytes.
 *
 * Guarded as soon as one reading is; judged by the one bot that the guarded readings name.
 */
export function readTarget(table: RouteTable, asked: Asked, trace?: TraceReading): Resource {
  const form = splitTarget(asked.target, asked.host);
  if (!form.ok) return { kind: 'ambiguous', why: form.why };
  const readings = readingsOf(form);
  if (readings === undefined) return { kind: 'ambiguous', why: 'The path has too many readings.' };
  const guarded: (readonly Match[])[] = [];
  let open = true;
  for (const reading of readings) {
    const segments = segmentsOf(reading.text);
    const matches = guardsOf(table, segments, reading);
    trace?.(describe(reading, matches));
    if (matches.length > 0) guarded.push(matches);
    open &&= isOpen(table, segments, reading);
  }
  if (guarded.length === 0) return { kind: 'other', open };
  return judge(guarded, form, asked.formBody);
}

/** Anything but letters that mean the same to everybody, in segments that nobody takes away. */
const ODD = /[^A-Za-z0-9_~\-./]|\/\/|\/\.|\.(?:\/|$)|^\/[^/.]*\.[^/]*\//;

/** A query that climbs out of itself where a careless upstream takes it for a part of the path. */
const CLIMBS = /(?:\/|\\|%(?:25)?(?:2f|5c))(?:\.|%(?:25)?2e){2}/i;

function readingsOf({ path, query }: Readable): readonly Reading[] | undefined {
  const seeds = query === undefined ? [path] : [path, ...pathsIn(path, query)];
  return seeds.length === 1 && !ODD.test(path) ? [{ text: path, depth: 0 }] : readPath(seeds);
}

/** Paths that a query can be a part of: one that climbs, and `/index.php?/path`. */
function pathsIn(path: string, query: string): string[] {
  const paths = CLIMBS.test(query) ? [`${path}?${query}`] : [];
  return /^(?:\/|%2f)/i.test(query) ? [...paths, decodeOnce(query.replace(/&.*$/s, ''))] : paths;
}

const NO_MATCHES: readonly Match[] = [];

/** The guarded routes of a reading, in the configured order. */
function guardsOf(table: RouteTable, segments: readonly string[], reading: Reading): readonly Match[] {
  let matches: Match[] | undefined;
  for (const route of table.guarded) {
    const match = matchGuarded(route, segments, reading);
    if (match !== undefined) (matches ??= []).push(match);
  }
  return matches ?? NO_MATCHES;
}

/** Before any decoding, an encoded reading says nothing yet: the decoded ones must be open. */
function isOpen({ open }: RouteTable, segments: readonly string[], { text, depth }: Reading): boolean {
  if (open.length === 0) return false;
  return (depth === 0 && isEncoded(text)) || open.some((route) => matchesOpen(route, segments));
}

function describe({ text }: Reading, matches: readonly Match[]): string {
  const shown = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  if (matches.length === 0) return `${shown} is not guarded`;
  return matches
    .map(
      ({ route, bots }) =>
        `${shown} is guarded by ${route.facts.path}${bots.map((bot) => `, bot ${bot}`).join('')}`,
    )
    .join('; ');
}

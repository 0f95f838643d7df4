import type { Link } from '../policy/link.ts';
import type { Resource } from '../policy/resource.ts';
import { toBytes, toCharacters } from './bytes.ts';
import { fitLetters } from './folding.ts';
import type { GuardedReadings } from './guarded-readings.ts';
import { idOf } from './match.ts';
import type { Named } from './named.ts';
import { parameterValues, type Members } from './query-readings.ts';
import type { RouteOptions } from './route.ts';
import type { Fail, Template } from './template.ts';

/** A route whose URL is itself a key, as configured. */
export interface LinkOptions {
  /** The name in the path in whose place the key stands. */
  readonly key?: string | undefined;
  /** The query parameter that holds it, in place of a name in the path. */
  readonly query?: string | undefined;
  /** So long an address counts with it, from when it was first seen. */
  readonly maxAgeSeconds?: number | null | undefined;
}

/** Where the key of a route's links stands, in the path or in the query, and how long it is good. */
export interface LinkPlace {
  readonly name?: string;
  readonly query?: string;
  readonly maxAgeSeconds?: number;
}

const OTHERS = ['botId', 'contactId'];

export function compileLink(
  { link, open }: RouteOptions,
  templates: readonly Template[],
  fail: Fail,
): LinkPlace | undefined {
  if (link === undefined) return undefined;
  if (open === true) fail('An open route is not guarded: "link" means nothing there.');
  const { key, query, maxAgeSeconds } = link;
  const age = typeof maxAgeSeconds === 'number' ? { maxAgeSeconds } : {};
  if (query !== undefined) {
    if (key !== undefined) fail('The key of a link stands in one place: "key" or "query".');
    if (!/^[\w.~-]+$/.test(query)) fail(`The query parameter "${query}" is not a plain name.`);
    return { query, ...age };
  }
  const name = key ?? 'key';
  if (OTHERS.includes(name)) fail(`"${name}" is no key of a link: it is written down.`);
  if (!templates.some(({ names }) => names.includes(name)))
    fail(
      `The path of a link must say where its key stands: ":${name}", or another name by "link.key", or "link.query".`,
    );
  return { name, ...age };
}

/** True where some reading is of a link: then no reading is ever shown. */
export function hasLink(guarded: GuardedReadings): boolean {
  return guarded.some((matches) => matches.some(({ route }) => route.link !== undefined));
}

/**
 * The keys of a link, from every reading. An address counts with the key only, so each reading has to have one: what
 * is guarded by another route as well is a link all the same.
 *
 * A rewrite of the path to `show.php?key=$1` keeps the query behind it, and there the last one of a name counts: so a
 * parameter of its name is a key too, but stands in for none. `hasParameters`: a body could name the key, and where
 * that stands in the query, some platforms take the body's.
 */
export function addKeys(
  named: Named,
  guarded: GuardedReadings,
  query: Members,
  hasParameters: boolean,
): void {
  if (!hasLink(guarded)) return;
  for (const matches of guarded) {
    let has = false;
    for (const { route, keys, hasKey } of matches) {
      for (const key of keys) named.keys.add(key);
      has ||= hasKey;
      if (route.link !== undefined) has = addParameter(named, route.link, query) || has;
      if (route.link?.query !== undefined && hasParameters) named.keyless = true;
    }
    if (!has) named.keyless = true;
  }
  for (const keys of [named.keys, named.keysBeside]) keys.delete('');
}

/** True where it is the place of the key, and has one. */
function addParameter(named: Named, { name, query: parameter }: LinkPlace, query: Members): boolean {
  const values = parameterValues(query, parameter ?? name ?? '');
  if (values === undefined) named.keyless = true;
  const keys = parameter === undefined ? named.keysBeside : named.keys;
  for (const { text, reading } of values ?? []) keys.add(idOf(text, reading) ?? '');
  return parameter !== undefined && values?.some(({ text }) => text !== '') === true;
}

/** More texts than this in the place of one key are none that anybody means. */
const MAX_KEYS = 32;

/** The resource as a link; of several routes, what the strictest says of its age holds. */
export function asLink(resource: Resource, guarded: GuardedReadings, named: Named): Resource {
  const { keys, keysBeside, keyless } = named;
  const { kind } = resource;
  if (!hasLink(guarded) || kind === 'other' || kind === 'wrong-method' || kind === 'no-upgrade')
    return resource;
  const ages = guarded.flatMap((matches) => matches.flatMap(({ route }) => route.link?.maxAgeSeconds ?? []));
  const link: Link = {
    keys: [...keys],
    ...(keysBeside.size > 0 && { beside: [...keysBeside] }),
    keyless: keyless === true || keys.size === 0 || keys.size + keysBeside.size > MAX_KEYS,
    ...(ages.length > 0 && { maxAgeSeconds: Math.min(...ages) }),
  };
  return { ...resource, link };
}

/**
 * The forms under which a key is known again, however it is written: platforms compare without letter case, spaces
 * around it, leading zeros of a number or the dashes of a UUID, databases without accents too (`é` is `e` to most
 * collations of MySQL), and some take an ending, or several short ones, for a format.
 */
export function formsOf(keys: readonly string[]): string[] {
  const plain = (text: string): string => {
    const letters = text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
    return letters === '' ? text : letters.replace(/^0+(?=\d+$)/, '');
  };
  const endings = [/\.[^.]*$/, /(?:\.[^.]{0,5})+$/];
  const spelled = keys.flatMap((key) => [key, ...endings.map((ending) => key.replace(ending, '') || key)]);
  return [...new Set(spelled.flatMap((key) => [key, ...withoutAccents(key)]).map(plain))];
}

/** Letters that are two where they are compared. */
const DOUBLE: readonly (readonly [letter: RegExp, letters: string])[] = [
  [/[ßẞ]/g, 'ss'],
  [/æ/gi, 'ae'],
  [/œ/gi, 'oe'],
  [/þ/gi, 'th'],
];

function withoutAccents(key: string): string[] {
  if (!/[^\x00-\x7f]/.test(key)) return [];
  const long = DOUBLE.reduce((text, [letter, letters]) => text.replace(letter, letters), key);
  const spelled = [key, key.replace(/[ßẞ]/g, 's'), long];
  const fitted = spelled.flatMap((text) => [text, ...fitLetters(toBytes(text)).map(toCharacters)]);
  return fitted.filter((text) => /[a-z0-9]/i.test(text));
}

import { fitLetters } from './folding.ts';
import { foldLiteral } from './literal.ts';
import type { Fail, Piece } from './template.ts';
import { trimEnds } from './trim.ts';

/**
 * Names between literals of one segment, `support-group-:botId-:rest`. As in path-to-regexp 8, what follows the
 * last literal does not hold it (`:botId-:rest` splits at the last `-`); before a tail it is the name that does
 * not (`:botId-*rest` splits at the first).
 */
export interface InnerNames {
  readonly names: readonly string[];
  /** Folded; one before each name and one behind the last, each of them may be empty. */
  readonly literals: readonly string[];
  /** The same without what platforms strip. */
  readonly bare: readonly string[];
  /** What is never stripped: characters of a separator that has no others. */
  readonly kept: string;
  /** True where the last name takes what stands below the segment too. */
  readonly wild: boolean;
}

export function innerNames(pieces: readonly Piece[], fail: Fail): InnerNames {
  const names: string[] = [];
  const literals = [''];
  let wild = false;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      literals[literals.length - 1] = foldLiteral(piece);
      continue;
    }
    if (names.length > 0 && literals.at(-1) === '') {
      fail(`There must be text between "${names.at(-1) ?? ''}" and "${piece.name}".`);
    }
    names.push(piece.name);
    literals.push('');
    wild = piece.wild;
  }
  const between = literals.slice(1, -1);
  const kept = between.filter((text) => strip(text, '') === '').join('');
  return { names, literals, bare: literals.map((text) => strip(text, kept)), kept, wild };
}

/** The ids of a segment; `bare` where it is met only without the characters that some platforms strip. */
export interface InnerMatch {
  readonly ids: Readonly<Record<string, string>>;
  readonly bare: boolean;
}

const PLAIN = /^[\w-]*$/;

/** What the segment gives the names; undefined where it is none of the template's. */
export function matchInner(inner: InnerNames, segment: string): InnerMatch | undefined {
  const found = matchText(inner, segment);
  if (found !== undefined || PLAIN.test(segment)) return found;
  for (const text of likely(segment)) {
    const fitted = matchText(inner, text) ?? matchBare(inner, text);
    if (fitted !== undefined) return fitted;
  }
  return undefined;
}

/** The segment, and what a server could make of it: ends trimmed, a suffix or a stream cut off, letters fitted. */
function likely(segment: string): string[] {
  const trimmed = trimEnds(segment, ' +', ' +.');
  const cut = [trimmed.replace(/\.[^.]*$/, ''), trimmed.replace(/::?\$.*$/s, '')];
  return [...new Set([trimmed, ...cut, segment, ...fitLetters(segment)])];
}

function matchText(inner: InnerNames, text: string): InnerMatch | undefined {
  const places = placesOf(lower(text), inner.literals, inner.wild);
  if (places === undefined) return undefined;
  const ids = inner.names.map((name, at) => [name, text.slice(...(places[at] ?? [0, 0]))] as const);
  return { ids: Object.fromEntries(ids), bare: false };
}

/** The same over the characters that are left, each of which knows where it stood. */
function matchBare(inner: InnerNames, text: string): InnerMatch | undefined {
  const left: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (PLAIN.test(character) || inner.kept.includes(character)) left.push(at);
  }
  const places = placesOf(lower(left.map((at) => text.charAt(at)).join('')), inner.bare, inner.wild);
  if (places === undefined) return undefined;
  const ids = inner.names.map((name, at) => {
    const [from = 0, to = 0] = places[at] ?? [];
    return [name, text.slice(left[from] ?? 0, left[to] ?? text.length)] as const;
  });
  return { ids: Object.fromEntries(ids), bare: true };
}

type Place = readonly [from: number, to: number];

/** Where each name stands between the literals; by hand, since a pattern would try every way to split. */
function placesOf(text: string, literals: readonly string[], wild: boolean): Place[] | undefined {
  const first = literals[0] ?? '';
  const last = literals.at(-1) ?? '';
  let from = first.length;
  let to = text.length - last.length;
  if (from >= to || !text.startsWith(first) || !text.endsWith(last)) return undefined;
  const between = literals.slice(1, -1);
  const places: Place[] = [];
  if (wild) {
    for (const literal of between) {
      const at = text.indexOf(literal, from + 1);
      if (at < 0 || at + literal.length >= to) return undefined;
      places.push([from, at]);
      from = at + literal.length;
    }
    return [...places, [from, to]];
  }
  for (const literal of between.reverse()) {
    const at = text.lastIndexOf(literal, to - 1 - literal.length);
    if (at <= from) return undefined;
    places.unshift([at + literal.length, to]);
    to = at;
  }
  return [[from, to], ...places];
}

function strip(text: string, kept: string): string {
  return [...text].filter((character) => PLAIN.test(character) || kept.includes(character)).join('');
}

/** Of ASCII only, so that every character stays where it is. */
function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

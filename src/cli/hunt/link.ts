/** A target in its parts, as it stands on the wire. */
export interface Link {
  readonly path: string;
  readonly segments: readonly string[];
  /** Without its `?`; absent where there is none. */
  readonly query?: string;
  /** Segments and values of parameters, decoded, that name something: a bot, a conversation, a key. */
  readonly ids: ReadonlySet<string>;
}

/** `v1`, `api2`: a number that names no conversation. */
const VERSION = /^(?:v|api|html|utf-?|mp|h)\d+$/i;

/** True for text that names something rather than says what it is: it has a digit. */
export function isIdLike(text: string): boolean {
  return /\d/.test(text) && !VERSION.test(text);
}

/** Percent-decoded; as it is where it cannot be. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Name and value, decoded. */
export function parametersOf(query: string): [name: string, value: string][] {
  return [...new URLSearchParams(query)];
}

/** Takes a target apart; `named` are ids that look like words, as a bot's often do. */
export function readLink(target: string, named: Iterable<string> = []): Link {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? undefined : target.slice(mark + 1);
  const segments = path.split('/').slice(1);
  const values = parametersOf(query ?? '').map(([, value]) => value);
  const ids = new Set([...named, ...[...segments.map(decoded), ...values].filter(isIdLike)]);
  return { path, segments, ...(query === undefined ? {} : { query }), ids };
}

/** Indexes of the segments that are words of the platform's. */
export function literalsOf({ segments, ids }: Link): number[] {
  return segments.flatMap((segment, at) => (segment === '' || ids.has(decoded(segment)) ? [] : [at]));
}

import { parse, PathError, type Token } from 'path-to-regexp';
import { bareOf, foldLiteral, literalOf } from './literal.ts';
import { innerNames, type InnerNames } from './inner-names.ts';

/** One segment of a template: a literal as it is compared, the place of an id, or names between literals. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string; readonly folded: string; readonly bare: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'inner'; readonly inner: InnerNames };

/** One way to fill the optional groups of a route's path. */
export interface Template {
  readonly segments: readonly Segment[];
  /** Name of a tail, `/*rest`: one segment at least, and all below it. */
  readonly tail?: string;
  /** Index of the last literal segment, -1 where there is none. */
  readonly lastLiteral: number;
  /** Every name in it, in order. */
  readonly names: readonly string[];
}

/** Throws what is wrong with a route, in one sentence. */
export type Fail = (sentence: string) => never;

/** More ways than this to fill the groups of one path are no path that anybody has. */
const MAX_TEMPLATES = 32;
const OURS = ['botId', 'contactId', 'conversationId'];

/** Every template of a path in the syntax of path-to-regexp 8, the longest first. */
export function compilePath(path: string, fail: Fail): Template[] {
  if (!/^(?:\{+)?\//.test(path)) fail('The path of a route must start with "/".');
  if (/[?#]|[^\x21-\x7e]/.test(path)) {
    fail('The path of a route must be plain ASCII without spaces, "?" and "#".');
  }
  const flat = flatten(tokensOf(path, fail), [[]]);
  if (flat.length > MAX_TEMPLATES)
    fail(`The path of a route has more than ${MAX_TEMPLATES} ways to be filled.`);
  const templates = flat.map((tokens) => compileTokens(tokens, fail));
  checkOptional(templates, fail);
  return templates.sort((one, other) => other.segments.length - one.segments.length);
}

function tokensOf(path: string, fail: Fail): Token[] {
  try {
    return parse(path).tokens;
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    const what = error.message.replace(/(?: at index|[:;] ).*$/s, '');
    return fail(
      `The path of a route cannot be read: ${what}. ":name" and "*name" are names, "{…}" is optional; ` +
        'a backslash before "{ } ( ) [ ] + ! : *" takes it as it is.',
    );
  }
}

type Flat = Exclude<Token, { type: 'group' }>;

function flatten(tokens: readonly Token[], before: readonly Flat[][]): Flat[][] {
  let made = before.map((one) => [...one]);
  for (const token of tokens) {
    if (token.type === 'group') made = [...flatten(token.tokens, made), ...made];
    else made = made.map((one) => [...one, token]);
    if (made.length > 4 * MAX_TEMPLATES) return made;
  }
  return made;
}

/** A piece of one segment: text, or a name. */
export type Piece = string | { readonly name: string; readonly wild: boolean };

function compileTokens(tokens: readonly Flat[], fail: Fail): Template {
  const segments = split(tokens);
  // The first is what stands before the first slash.
  if (segments.shift()?.length !== 0) fail('The path of a route must start with "/".');
  if (segments.length > 0 && segments.at(-1)?.length === 0) segments.pop();
  const names = segments.flatMap((pieces) =>
    pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece])),
  );
  for (const { name, wild } of names) checkName(name, wild, fail);
  if (names.some(({ wild }, at) => wild && at < names.length - 1)) failTail(fail);
  const last = segments.at(-1)?.at(-1);
  const endsWild = typeof last === 'object' && last.wild;
  if (names.at(-1)?.wild === true && !endsWild) failTail(fail);
  const tail = endsWild && segments.at(-1)?.length === 1 ? last.name : undefined;
  if (tail !== undefined) segments.pop();
  const compiled = segments.map((pieces) => compileSegment(pieces, fail));
  return {
    segments: compiled,
    ...(tail !== undefined && { tail }),
    lastLiteral: compiled.findLastIndex(({ kind }) => kind === 'literal'),
    names: names.map(({ name }) => name),
  };
}

function failTail(fail: Fail): never {
  return fail('A tail ("*rest") must be the end of a path.');
}

function split(tokens: readonly Flat[]): Piece[][] {
  const segments: Piece[][] = [[]];
  const put = (piece: Piece): void => {
    const pieces = segments.at(-1) ?? [];
    const last = pieces.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
    else if (piece !== '') pieces.push(piece);
  };
  for (const token of tokens) {
    if (token.type !== 'text') put({ name: token.name, wild: token.type === 'wildcard' });
    else
      token.value.split('/').forEach((text, at) => {
        if (at > 0) segments.push([]);
        put(text);
      });
  }
  return segments;
}

function checkName(name: string, wild: boolean, fail: Fail): void {
  if (!/^[A-Za-z_]\w*$/.test(name)) fail(`"${name}" cannot be a name: letters, digits and "_" only.`);
  const plain = name.replaceAll('_', '').toLowerCase();
  const ours = OURS.find((one) => one.toLowerCase() === plain);
  if (ours !== undefined && ours !== name) fail(`The path names "${name}"; our name for it is "${ours}".`);
  if (wild && (name === 'botId' || name === 'contactId')) {
    fail(`"${name}" cannot be a tail: it is one part of a path.`);
  }
}

function compileSegment(pieces: readonly Piece[], fail: Fail): Segment {
  const [first] = pieces;
  if (first === undefined || (pieces.length === 1 && (first === '.' || first === '..'))) {
    return fail('The path of a route must not have empty segments, "." or "..".');
  }
  if (pieces.length === 1 && typeof first === 'object') return { kind: 'parameter', name: first.name };
  const decoded = pieces.map((piece) => {
    if (typeof piece !== 'string') return piece;
    if (piece.includes('\\')) fail('The path of a route must not have a backslash: no target can.');
    return literalOf(piece) ?? fail(`The segment text "${piece}" is not a valid percent-encoded text.`);
  });
  const [text] = decoded;
  if (decoded.length > 1 || typeof text !== 'string')
    return { kind: 'inner', inner: innerNames(decoded, fail) };
  const folded = foldLiteral(text);
  return { kind: 'literal', text, folded, bare: bareOf(folded) };
}

/** With and without a group it must be the same bot's, and the same contact's. */
function checkOptional(templates: readonly Template[], fail: Fail): void {
  for (const name of ['botId', 'contactId']) {
    const naming = templates.filter(({ names }) => names.includes(name));
    if (naming.length > 0 && naming.length < templates.length) {
      fail(`"${name}" must not stand in an optional group.`);
    }
  }
}

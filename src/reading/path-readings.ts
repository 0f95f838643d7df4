import { KEPT_SLASH } from './bytes.ts';
import { readingsOf, type Reading, type Reshape, type Work } from './closure.ts';
import { decodeInSegments, decodeOnce } from './decoding.ts';
import * as has from './features.ts';
import { trimEnds } from './trim.ts';
import { reshapeBytes } from './text-readings.ts';

/** Every reading of a path; undefined where there are too many. */
export function readPath(seeds: readonly string[], work: Work): Reading[] | undefined {
  return readingsOf(seeds, reshapePath, decodePath, work);
}

const decodePath: Reshape = (text, add) => {
  const decoded = decodeOnce(text);
  add(decoded);
  // Where a path is split before it is decoded, an encoded slash separates nothing.
  const kept = decodeInSegments(text);
  if (kept !== decoded) add(kept);
};

/** What acts on a path that has one of the features. */
const STEPS: readonly (readonly [features: number, step: Reshape])[] = [
  [has.BACKSLASH, (text, add) => add(text.replaceAll('\\', '/'))],
  [has.SEMICOLON, withoutParameters],
  [has.QUESTION, cutQuery],
  [has.EMPTY_SEGMENT, (text, add) => add(text.replace(/\/{2,}/g, '/'))],
  [has.EMPTY_SEGMENT, withoutAuthority],
  [has.LEADING_DOT, (text, add) => add(resolveDots(text))],
  [has.LEADING_DOT | has.TRAILING_DOT, filterDots],
  [has.LEADING_DOT, climbBeforeName],
  [has.KEPT, resolveInside],
  [has.SPACE | has.TRAILING_DOT, trimSegments],
  [has.TRAILING_DOT, climbBehindName],
  [has.DOT, withoutFrontController],
  [has.PARENTHESIS, withoutSession],
  [has.AMPERSAND, injected],
];

function reshapePath(text: string, add: (next: string) => void): void {
  const features = has.featuresOf(text);
  if (features === 0) return;
  if ((features & has.CONTROL) !== 0) afterLineBreak(text, add);
  if ((features & (has.HIGH | has.CONTROL)) !== 0 && !reshapeBytes(text, add, 'segments')) return;
  for (const [wanted, step] of STEPS) if ((features & wanted) !== 0) step(text, add);
}

/** Patterns that match by line take what stands after a line break for the start. */
function afterLineBreak(text: string, add: (next: string) => void): void {
  for (const at of [text.search(/[\r\n]\//), text.search(/[\r\n]\/[^\r\n]*$/)]) {
    if (at >= 0) add(text.slice(at + 1));
  }
}

/** `;name=value` belongs to its segment, or ends the path. */
function withoutParameters(text: string, add: (next: string) => void): void {
  add(text.replace(/;[^/]*/g, ''));
  add(text.slice(0, text.indexOf(';')));
}

function cutQuery(text: string, add: (next: string) => void): void {
  for (const mark of ['?', '#']) {
    const at = text.indexOf(mark);
    if (at >= 0) add(text.slice(0, at));
  }
}

/** `//host/path`, as a URL parser reads it. */
function withoutAuthority(text: string, add: (next: string) => void): void {
  if (text.startsWith('//')) add(text.replace(/^\/+[^/]*/, '') || '/');
}

/** RFC 3986 section 5.2.4: an empty segment is one that `..` takes away; nothing is above the root. */
function resolveDots(text: string): string {
  return resolve(text, '/');
}

function resolve(text: string, separator: string): string {
  const out: string[] = [];
  const segments = text.split(separator);
  const floor = segments[0] === '' ? 1 : 0;
  segments.forEach((segment, at) => {
    const last = at === segments.length - 1;
    if (segment === '..') {
      if (out.length > floor) out.pop();
      if (last) out.push('');
    } else if (segment !== '.') out.push(segment);
    else if (last) out.push('');
  });
  return out.join(separator);
}

/** A filter that removes `../`, and one that removes `./`: once, without asking what a segment is. */
function filterDots(text: string, add: (next: string) => void): void {
  add(text.replaceAll('../', ''));
  add(text.replace(/\/(?:\.\/)+/g, '/'));
}

/** A server that takes `..name` for `../name`. */
function climbBeforeName(text: string, add: (next: string) => void): void {
  add(resolveDots(text.replace(/\/\.\.(?=[^/.])/g, '/../')));
}

/** `/static../file`, where a prefix without its slash is mapped to a directory with one. */
function climbBehindName(text: string, add: (next: string) => void): void {
  add(text.replace(/\/[^/]*[^/.]\.\.(?=\/)/g, ''));
}

/** An id with encoded slashes in it that ends in a file's path. */
function resolveInside(text: string, add: (next: string) => void): void {
  add(
    text
      .split('/')
      .map((segment) => (segment.includes(KEPT_SLASH) ? resolve(segment, KEPT_SLASH) : segment))
      .join('/'),
  );
}

/** Windows drops trailing dots and spaces of a name; others trim spaces only. */
function trimSegments(text: string, add: (next: string) => void): void {
  const segments = text.split('/');
  add(segments.map((segment) => trimEnds(segment, ' ', ' ')).join('/'));
  add(segments.map(asFileName).join('/'));
}

function asFileName(segment: string): string {
  const spaceless = trimEnds(segment, ' ', ' ');
  return spaceless === '.' || spaceless === '..' ? spaceless : trimEnds(segment, ' ', ' .');
}

/** A program in the path, and what stands behind it; of PHP's, whatever stands behind its name. */
const FRONT_CONTROLLER =
  /\/[^/]*\.(?:php\d?(?=.)|(?:phtml|f?cgi|pl|py|rb|aspx?|ashx|asmx|jspx?|cfm|dll|exe)(?=\/))/i;

/** True where a path goes on behind a program's name. */
export function hasProgram(path: string): boolean {
  const dot = path.indexOf('.');
  return dot >= 0 && dot < path.lastIndexOf('/') && FRONT_CONTROLLER.test(path);
}

/** `/index.php/path`, `/any/index.phppath` are served as `/path` by what routes in one program. */
function withoutFrontController(text: string, add: (next: string) => void): void {
  const found = FRONT_CONTROLLER.exec(text);
  // The next one in the path is found in what is added.
  if (found !== null) add(text.slice(found.index + found[0].length).replace(/^(?!\/)/, '/'));
}

/** `/(S(id))/path`: a session without cookies, as ASP.NET writes it. */
function withoutSession(text: string, add: (next: string) => void): void {
  add(text.replace(/\/\((?:[A-Za-z]\([^()/]*\))+\)/g, ''));
}

/** `/x&q=path`: a rewrite to `index.php?q=$1` ends `q` there or gives it twice, and the second one counts. */
function injected(text: string, add: (next: string) => void): void {
  add(text.slice(0, text.indexOf('&')));
  for (const found of text.matchAll(/&[^&=]*=\/*([^&]*)/g)) add(`/${found[1] ?? ''}`);
}

import { toCharacters } from './bytes.ts';
import { decodeOnce, hasBadPercent } from './decoding.ts';
import { fitLetters } from './folding.ts';
import { trimEnds } from './trim.ts';

/** A literal of a template as bytes, percent-decoded; undefined where its encoding is broken. */
export function literalOf(text: string): string | undefined {
  return hasBadPercent(text) ? undefined : decodeOnce(text);
}

/** A literal's bytes as they are compared: characters, in one form and one case. */
export function foldLiteral(bytes: string): string {
  return toCharacters(bytes).normalize('NFKC').toLowerCase();
}

/** A folded literal without the characters that some platforms strip from segments before they route. */
export function bareOf(folded: string): string {
  return folded.replace(/[^\w-]/g, '');
}

/** Suffixes of programs that web servers run with the rest of the path as an argument. */
const SCRIPT = /^\.(?:php\d?|phtml|f?cgi|pl|py|rb|aspx?|ashx|asmx|jspx?|do|action|cfm|dll|exe)$/i;
/** A stream of a file on NTFS, `::$DATA`. */
const STREAM = /^(?:\.[^/]*)?::?\$/;

/** How a segment can be taken for a literal: not, as it, as a program of its name, or by what strips characters. */
export type Likeness = 'none' | 'same' | 'script' | 'bare';

/** A literal in the forms that are compared. */
export interface Literal {
  readonly folded: string;
  readonly bare: string;
}

/** How `segment` can be taken for the literal: letter case, spaces around it, its suffix and odd characters may differ. */
export function likeness(segment: string, { folded, bare }: Literal, isLast: boolean): Likeness {
  if (segment.length === folded.length && segment.toLowerCase() === folded) return 'same';
  if (/^[\w-]*$/.test(segment))
    return segment.length === bare.length && segment.toLowerCase() === bare ? 'bare' : 'none';
  if (shortName(segment, folded)) return 'same';
  const { texts, bares } = formsOf(segment);
  for (const fitted of texts) {
    const found = suffixLikeness(fitted, folded, isLast);
    if (found !== 'none') return found;
  }
  return bare !== '' && bares.includes(bare) ? 'bare' : 'none';
}

/** What conversions make of a segment, and the same without what some platforms strip, in lower case. */
interface Forms {
  readonly segment: string;
  readonly texts: readonly string[];
  readonly bares: readonly string[];
}

let last: Forms = { segment: '', texts: [], bares: [] };

/** The last one is remembered: a segment is compared with the literals of all routes, one after another. */
function formsOf(segment: string): Forms {
  if (segment === last.segment) return last;
  const texts = [...new Set([foldLiteral(segment), ...fitLetters(segment)])];
  // What is stripped before it is converted is gone, whatever letter it would have become.
  last = { segment, texts, bares: [segment, ...texts].map((text) => bareOf(text).toLowerCase()) };
  return last;
}

/** True for a segment of which nothing is left where odd characters are stripped. */
export function isBlank(segment: string): boolean {
  const first = segment.charCodeAt(0) | 0x20;
  // Most begin with a letter; where there is none the code is NaN, which is 0x20 here.
  return (first < 0x61 || first > 0x7a) && segment !== '' && !/[\w-]/.test(segment);
}

function suffixLikeness(text: string, folded: string, isLast: boolean): Likeness {
  const bare = trimEnds(text, ' +', ' +').toLowerCase();
  if (bare === folded) return 'same';
  if (!bare.startsWith(folded)) return 'none';
  const suffix = bare.slice(folded.length);
  if (SCRIPT.test(suffix)) return 'script';
  if (STREAM.test(suffix)) return 'same';
  return isLast && suffix.startsWith('.') ? 'same' : 'none';
}

/** The 8.3 name that Windows file systems give a long one. */
function shortName(segment: string, folded: string): boolean {
  const tilde = segment.indexOf('~');
  if (tilde < 1 || tilde > 6 || folded.length <= 8) return false;
  return /^\d$/.test(segment.slice(tilde + 1)) && folded.startsWith(segment.slice(0, tilde).toLowerCase());
}

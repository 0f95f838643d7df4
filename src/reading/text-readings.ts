import { dropInvalid, firstInvalid, readOverlong } from './bytes.ts';
import { readingsOf, type Reading, type Reshape } from './closure.ts';
import { decodeOnce } from './decoding.ts';
import { foldForms, foldLowBytes } from './folding.ts';

const HAS_CONTROL = /[\x00-\x1f\x7f]/;
const CONTROLS = /[\x00-\x1f\x7f]+/g;
const HAS_HIGH = /[\x80-\xff]/;
const HAS_OVERLONG_LEAD = /[\xc0\xc1\xe0\xf0\xf8\xfc]/;

/** Every reading of a text without structure, such as a query's; undefined where there are too many. */
export function readText(seeds: readonly string[], separators: string): Reading[] | undefined {
  const reshape: Reshape = (text, add) => reshapeBytes(text, add, separators);
  return readingsOf(seeds, reshape, (text, add) => add(decodeOnce(text)));
}

/** What decoders of characters make of bytes; `separators` end what a cut takes away. */
export function reshapeBytes(text: string, add: (next: string) => void, separators: string): void {
  if (HAS_CONTROL.test(text)) {
    add(text.replace(CONTROLS, ''));
    cutAt(text, text.search(HAS_CONTROL), add);
    add(text.replace(new RegExp(`[\\x00-\\x1f\\x7f][^${separators}]*`, 'g'), ''));
  }
  if (!HAS_HIGH.test(text)) return;
  if (HAS_OVERLONG_LEAD.test(text)) add(readOverlong(text));
  add(foldForms(text));
  add(foldLowBytes(text));
  const invalid = firstInvalid(text);
  if (invalid < 0) return;
  add(dropInvalid(text));
  cutAt(text, invalid, add);
  cutSegments(text, separators, add);
}

function cutAt(text: string, at: number, add: (next: string) => void): void {
  if (at >= 0) add(text.slice(0, at));
}

/** Each part between separators, up to its first byte that is not UTF-8. */
function cutSegments(text: string, separators: string, add: (next: string) => void): void {
  add(
    text.replace(new RegExp(`[^${separators}]+`, 'g'), (part) => {
      const at = firstInvalid(part);
      return at < 0 ? part : part.slice(0, at);
    }),
  );
}

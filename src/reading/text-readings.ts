import { dropInvalid, firstInvalid, isValid, readCareless, readOverlong } from './bytes.ts';
import { readingsOf, type Reading, type Reshape, type WorkLimit } from './closure.ts';
import { decodeOnce } from './decoding.ts';
import { foldForms, foldLowBytes } from './folding.ts';

const HAS_CONTROL = /[\x00-\x1f\x7f]/;
const CONTROLS = /[\x00-\x1f\x7f]+/g;
const HAS_HIGH = /[\x80-\xff]/;

/** What ends a part of a path, and a part of a query. */
export type TextKind = 'segments' | 'members';
const AFTER_CONTROL = { segments: /[\x00-\x1f\x7f][^/\\]*/g, members: /[\x00-\x1f\x7f][^&;?=]*/g };
const PART = { segments: /[^/\\]+/g, members: /[^&;?=]+/g };

/** Without segments to rearrange, a text is no dozen other ones. */
const WORK: WorkLimit = { least: 3_000, each: 6 };

/** Every reading of a text without structure, such as a query's; undefined where there are too many. */
export function readText(seeds: readonly string[]): Reading[] | undefined {
  return readingsOf(seeds, reshapeMembers, decodeMembers, WORK);
}

const reshapeMembers: Reshape = (text, add) => void reshapeBytes(text, add, 'members');
const decodeMembers: Reshape = (text, add) => add(decodeOnce(text));

/**
 * What decoders of characters make of bytes. False where the text has what none of them leaves in it: then only
 * these readings go on, since with it in them no segment, dot or id is anything that they are not without.
 */
export function reshapeBytes(text: string, add: (next: string) => void, parts: TextKind): boolean {
  if (HAS_CONTROL.test(text)) {
    add(text.replace(CONTROLS, ''));
    add(text.slice(0, text.search(HAS_CONTROL)));
    add(text.replace(AFTER_CONTROL[parts], ''));
    return false;
  }
  if (!HAS_HIGH.test(text)) return true;
  add(foldForms(text));
  if (isValid(text)) {
    add(foldLowBytes(text));
    return true;
  }
  add(readOverlong(text));
  add(readCareless(text));
  add(dropInvalid(text));
  add(text.slice(0, firstInvalid(text)));
  add(text.replace(PART[parts], upToInvalid));
  return false;
}

function upToInvalid(part: string): string {
  const at = firstInvalid(part);
  return at < 0 ? part : part.slice(0, at);
}

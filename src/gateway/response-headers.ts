import type { Answer } from '../access/question.ts';
import { mayHoldToken } from './given-tokens.ts';
import { isNamed } from '../reading/raw-headers.ts';
import { nominations, responseHopByHop } from './header-names.ts';

/** How the head of an upstream's answer is to be changed on its way to the visitor. */
export interface ResponseTreatment {
  /** A transcript goes out so that nothing keeps it, indexes it or tells where it was. */
  readonly protect: boolean;
  /** The URL may hold a token: no page that it shows is to tell others of it. */
  readonly noReferrer: boolean;
  /** A preflight's answer goes out without its body. */
  readonly dropBody: boolean;
}

/** Transcripts are protected where the mode enforces; mode `report` adds nothing to an answer. */
export function treatmentFor(answer: Answer): ResponseTreatment {
  const { decision, mode, resource, inPlace } = answer;
  const dropBody = decision.reason === 'preflight';
  const noReferrer = mayHoldToken(answer);
  // What stands in for a transcript must not be kept as the transcript.
  if (inPlace === true) return { dropBody, noReferrer, protect: true };
  return { dropBody, noReferrer, protect: resource.kind !== 'other' && mode === 'enforce' && !dropBody };
}

/** The head of an answer as texts, name, value, name, value: one character for each byte, as Node writes it again. */
export function headTexts(raw: readonly (Buffer | string)[]): string[] {
  const [first] = raw;
  const last = raw.at(-1);
  if (typeof first !== 'object' || typeof last !== 'object') return raw.map((part) => latin1(part));
  // Decoded in one piece, since mostly its parts stand in one: each decoding costs more than what it decodes.
  const { buffer, byteOffset: start } = first;
  const length = last.byteOffset + last.length - start;
  const whole = last.buffer === buffer && length > 0 ? latin1(Buffer.from(buffer, start, length)) : '';
  return raw.map((part) => {
    if (typeof part === 'string' || part.buffer !== buffer) return latin1(part);
    const at = part.byteOffset - start;
    return at >= 0 && at + part.length <= whole.length ? whole.slice(at, at + part.length) : latin1(part);
  });
}

function latin1(part: Buffer | string): string {
  return typeof part === 'string' ? part : part.toString('latin1');
}

type Kind = 'hop' | 'length' | 'cache' | 'referrer' | 'robots';

/** What is not simply passed on, by its name in lower case. */
const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...[...responseHopByHop].map((name) => [name, 'hop'] as const),
  ['content-length', 'length'],
  // What tells caches to keep an answer: some go by the others, whatever Cache-Control says.
  ...['cache-control', 'cdn-cache-control', 'surrogate-control', 'x-accel-expires'].map(
    (name) => [name, 'cache'] as const,
  ),
  ['referrer-policy', 'referrer'],
  ['x-robots-tag', 'robots'],
]);
/** By the length of a name: most have none of these, and need not be looked at. */
const lengths: readonly boolean[] = Array.from({ length: 32 }, (_, length) =>
  [...kinds.keys()].some((name) => name.length === length),
);

function kindOf(name: string, nominated: ReadonlySet<string> | undefined): Kind | undefined {
  if (nominated === undefined && lengths[name.length] !== true) return undefined;
  const lower = name.toLowerCase();
  const kind = kinds.get(lower);
  return kind !== 'length' && nominated?.has(lower) === true ? 'hop' : kind;
}

/** The headers that go to the visitor, name, value, name, value: the upstream's, byte for byte and in order. */
export function responseHeaders(head: readonly string[], treatment: ResponseTreatment): string[] {
  const { protect, dropBody, noReferrer: mustNotRefer } = treatment;
  // They may stand behind the headers that they name.
  const nominated = nominations(valueOf(head, 'connection'));
  const kept: string[] = [];
  let noReferrer = false;
  let noIndex = false;
  for (let i = 0; i + 1 < head.length; i += 2) {
    const [name, value] = [head[i] ?? '', head[i + 1] ?? ''];
    const kind = kindOf(name, nominated);
    if (kind === 'hop' || (kind === 'length' && dropBody)) continue;
    if (protect && kind === 'cache') continue;
    if (protect && kind === 'referrer') {
      if (value.trim().toLowerCase() !== 'no-referrer') continue;
      noReferrer = true;
    }
    if (protect && kind === 'robots' && NO_INDEX.test(value)) noIndex = true;
    kept.push(name, value);
  }
  if (dropBody) kept.push('Content-Length', '0');
  if (protect) {
    kept.push('Cache-Control', 'no-store');
    if (!noReferrer) kept.push('Referrer-Policy', mustNotRefer ? 'no-referrer' : 'same-origin');
    if (!noIndex) kept.push('X-Robots-Tag', 'noindex');
  }
  return kept;
}

const NO_INDEX = /(?:^|[\s,:])(?:noindex|none)(?:$|[\s,])/i;

/** A header's value, joined where it comes more than once (RFC 9110 section 5.3); `name` in lower case. */
export function valueOf(head: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (let i = 0; i + 1 < head.length; i += 2) {
    if (isNamed(head[i], name)) value = value === undefined ? head[i + 1] : `${value}, ${head[i + 1] ?? ''}`;
  }
  return value;
}

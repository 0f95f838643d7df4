import type { Answer } from '../access/question.ts';
import { mayHoldToken } from './given-tokens.ts';
import { isResponseHopByHop, nominations } from './header-names.ts';

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

/** What tells caches before the gateway to keep an answer, whatever Cache-Control says. */
const otherCacheControls = new Set(['cdn-cache-control', 'surrogate-control', 'x-accel-expires']);

/** The headers that go to the visitor, name, value, name, value: the upstream's, byte for byte and in order. */
export function responseHeaders(raw: readonly (Buffer | string)[], treatment: ResponseTreatment): string[] {
  const { protect, dropBody, noReferrer: mustNotRefer } = treatment;
  const nominated = nominations(connectionOf(raw));
  const kept: string[] = [];
  let noReferrer = false;
  let noIndex = false;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = latin1(raw[i]);
    const lower = name.toLowerCase();
    if (isResponseHopByHop(lower) || (dropBody && isFraming(lower))) continue;
    if (nominated?.has(lower) && !isFraming(lower)) continue;
    const value = latin1(raw[i + 1]);
    if (protect) {
      if (lower === 'cache-control' || otherCacheControls.has(lower)) continue;
      if (lower === 'referrer-policy') {
        if (value.trim().toLowerCase() !== 'no-referrer') continue;
        noReferrer = true;
      }
      if (lower === 'x-robots-tag' && NO_INDEX.test(value)) noIndex = true;
    }
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

/** What the Connection headers say, which may stand behind the headers that they name. */
function connectionOf(raw: readonly (Buffer | string)[]): string | undefined {
  let connection: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.length !== 'connection'.length || latin1(raw[i]).toLowerCase() !== 'connection') continue;
    const value = latin1(raw[i + 1]);
    connection = connection === undefined ? value : `${connection},${value}`;
  }
  return connection;
}

function isFraming(name: string): boolean {
  return name === 'content-length';
}

/** A header's text with one character for each byte, as Node writes it again. */
export function latin1(part: Buffer | string | undefined): string {
  if (part === undefined) return '';
  return typeof part === 'string' ? part : part.toString('latin1');
}

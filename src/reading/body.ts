import { isObject, readJsonObject, type JsonObject } from '../json.ts';
import { headerValues, isNamed } from './raw-headers.ts';

/** What a body says that was read whole. */
export interface BodyReading {
  /** One sentence where no two platforms need agree on it, whatever a route wants of it. */
  readonly fault?: string;
  /** Its bytes, where it came as a form. */
  readonly form?: string;
  /** Its members, where it is one JSON object that cannot be disputed. */
  readonly json?: JsonObject;
  /** True where it is JSON of another kind, as a list is: it has no members. */
  readonly isMemberless?: boolean;
  /** True where there is nothing in it. */
  readonly isEmpty: boolean;
}

const FORM = /^application\/x-www-form-urlencoded$/i;
const MULTIPART = /multipart\//i;

/**
 * Reads a body as forms and JSON are read. The Content-Type decides for a form; JSON is read whatever the
 * Content-Type, since platforms that decode it themselves do not look either.
 */
export function readBody(bytes: Uint8Array, rawHeaders: readonly string[]): BodyReading {
  const isEmpty = bytes.length === 0;
  const types = headerValues(rawHeaders, 'content-type');
  const fault = faultOf(types, headerValues(rawHeaders, 'content-encoding'));
  if (fault !== undefined) return { fault, isEmpty };
  const [type = ''] = (types[0] ?? '').split(';');
  const json = jsonOf(bytes);
  return {
    isEmpty,
    ...((FORM.test(type.trim()) || !TYPED.test(type)) && { form: latin1(bytes) }),
    ...(json && { json }),
    ...(/^[\s]*[["\dtfn-]/.test(latin1(bytes.subarray(0, 64))) && { isMemberless: true }),
  };
}

/** A body that is larger than is looked at. */
export const OVERSIZED: BodyReading = { fault: 'The body is larger than what is looked at.', isEmpty: false };

function faultOf(types: readonly string[], encodings: readonly string[]): string | undefined {
  if (types.length > 1 || (types[0] ?? '').includes(',')) return 'The body has several types.';
  if (types.some((type) => MULTIPART.test(type))) return 'A body of several parts is not looked into.';
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(types[0] ?? '')?.[1];
  if (charset !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(charset)) return 'The body is not in UTF-8.';
  if (encodings.some((encoding) => !/^(?:identity)?$/i.test(encoding.trim())))
    return 'The body is compressed.';
  return undefined;
}

function jsonOf(bytes: Uint8Array): JsonObject | undefined {
  // An object, perhaps behind white space: nothing else is decoded.
  if (bytes.find((byte) => byte > 0x20) !== 0x7b) return undefined;
  try {
    const value = readJsonObject(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    return value === undefined || hasTwins(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

/** True where two members of one object differ in letter case or form only: some readers take either for the other. */
export function hasTwins(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasTwins);
  if (!isObject(value)) return false;
  const names = Object.keys(value);
  const folded = new Set(names.map((name) => name.normalize('NFKC').toLowerCase()));
  return folded.size < names.length || Object.values(value).some(hasTwins);
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

const ANY_FORM = /application\/x-www-form-urlencoded|multipart\//i;
/** What names a type at all: Rack takes a body without one for a form. */
const TYPED = /^\s*[\w!#$&^.+*%'`|~-]+\/[\w!#$&^.+*%'`|~-]/;

/**
 * True for a body in which an upstream could find parameters as it finds them in a query. Any of several types
 * counts, since upstreams differ in which they take, and so does a type in a list or behind a byte that trims away.
 */
export function hasFormBody(rawHeaders: readonly string[]): boolean {
  if (!hasBody(rawHeaders)) return false;
  const types = headerValues(rawHeaders, 'content-type');
  return types.length === 0 || types.some((type) => ANY_FORM.test(type) || !TYPED.test(type));
}

/** True for a body whose members some frameworks merge over the parameters of the query: Rails and Laravel do. */
export function hasJsonBody(rawHeaders: readonly string[]): boolean {
  return hasBody(rawHeaders) && headerValues(rawHeaders, 'content-type').some((type) => /json/i.test(type));
}

/** Many clients name a type where there is nothing to be typed. */
export function hasBody(rawHeaders: readonly string[]): boolean {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (isNamed(rawHeaders[i], 'transfer-encoding')) return true;
    if (isNamed(rawHeaders[i], 'content-length') && Number(rawHeaders[i + 1]) !== 0) return true;
  }
  return false;
}

import type { TokenCause } from '../policy/cause.ts';
import { own, readJsonObject, type JsonObject } from '../json.ts';

/** In characters, where nothing else is configured. */
export const DEFAULT_TOKEN_LENGTH = 8_192;

/** Longest token that is ever looked at. */
export const MAX_TOKEN_LENGTH = 16_384;

/** A signed JWT in compact form, read but not verified. */
export interface Token {
  readonly text: string;
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Reads the three parts; a cause where they are not a JWS of a JSON object with one spelling and one meaning. */
export function readToken(text: string, maxLength = MAX_TOKEN_LENGTH): Token | TokenCause {
  if (text.length > maxLength) return 'too-long';
  const parts = text.split('.', 6);
  if (parts.length === 5) return 'encrypted';
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined)
    return 'not-a-token';
  if (!isCanonical(signature) || !isCanonical(head) || !isCanonical(body)) return 'not-canonical';
  const header = decode(head);
  if (header === undefined) return 'not-json';
  const claims = decode(body);
  if (claims === undefined) return 'not-json';
  return { text, header, claims };
}

/** What the header says of how to verify. */
export interface HeaderFacts {
  readonly algorithm: string;
  readonly kid?: string;
}

// Each of these changes what is signed or how it is read, or belongs to encryption. Members that name a key (`jku`,
// `jwk`, `x5u`, `x5c`) are not read at all: no key ever comes from a token.
const REFUSED_MEMBERS = ['crit', 'b64', 'enc', 'zip'];
const TOKEN_TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/** The header's facts, or why it is refused. */
export function readJoseHeader(header: JsonObject, types = TOKEN_TYPES): HeaderFacts | TokenCause {
  if (REFUSED_MEMBERS.some((name) => Object.hasOwn(header, name))) return 'critical-header';
  const type = own(header, 'typ');
  if (type !== undefined && !(typeof type === 'string' && types.has(type.toLowerCase()))) return 'wrong-type';
  const algorithm = own(header, 'alg');
  if (typeof algorithm !== 'string') return 'no-algorithm';
  const kid = own(header, 'kid');
  if (kid === undefined) return { algorithm };
  if (typeof kid === 'number' && Number.isSafeInteger(kid)) return { algorithm, kid: String(kid) };
  return typeof kid === 'string' ? { algorithm, kid } : 'bad-key-id';
}

/** One text for one value (RFC 4648 section 3.5): no padding, no other characters, unused bits zero. */
function isCanonical(part: string): boolean {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return false;
  const last = alphabet.indexOf(part.charAt(part.length - 1));
  switch (part.length % 4) {
    case 1:
      return false;
    case 2:
      return (last & 0x0f) === 0;
    case 3:
      return (last & 0x03) === 0;
  }
  return true;
}

function decode(part: string): JsonObject | undefined {
  try {
    return readJsonObject(utf8.decode(Buffer.from(part, 'base64url')));
  } catch {
    return undefined;
  }
}

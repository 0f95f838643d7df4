import { own, readJsonObject, type JsonObject } from '../json.ts';

/** Longest token that is looked at, in characters. */
export const MAX_TOKEN_LENGTH = 8192;

/** A signed JWT in compact form, read but not verified. */
export interface Token {
  readonly text: string;
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Reads the three parts; a sentence where they are not a JWS of a JSON object with one spelling and one meaning. */
export function readToken(text: string): Token | string {
  if (text.length > MAX_TOKEN_LENGTH) return 'it is longer than 8 KiB';
  const parts = text.split('.', 6);
  if (parts.length === 5) return 'it is encrypted (JWE)';
  const [head, body, signature] = parts;
  if (parts.length !== 3 || head === undefined || body === undefined || signature === undefined)
    return 'it is not a JWT';
  if (!isCanonical(signature) || !isCanonical(head) || !isCanonical(body))
    return 'a part is empty or not canonical base64url';
  const header = decode(head);
  if (header === undefined) return 'its header is not one plain JSON object';
  const claims = decode(body);
  if (claims === undefined) return 'its payload is not one plain JSON object';
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
const TOKEN_TYPES = new Set(['jwt', 'at+jwt', 'application/jwt', 'application/at+jwt']);

/** The header's facts, or a sentence that says why it is refused. */
export function readHeader(header: JsonObject): HeaderFacts | string {
  const refused = REFUSED_MEMBERS.find((name) => Object.hasOwn(header, name));
  if (refused !== undefined) return `its header has ${refused}`;
  const type = own(header, 'typ');
  if (type !== undefined && !(typeof type === 'string' && TOKEN_TYPES.has(type.toLowerCase())))
    return 'its header names another type of token';
  const algorithm = own(header, 'alg');
  if (typeof algorithm !== 'string') return 'its header names no algorithm';
  const kid = own(header, 'kid');
  if (kid === undefined) return { algorithm };
  return typeof kid === 'string' ? { algorithm, kid } : 'its key id is not a string';
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

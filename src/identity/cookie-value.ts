import { own, readJsonObject } from '../json.ts';

/**
 * The token in a cookie's value, as frameworks write them: as it stands, URL-encoded, quoted, after `Bearer`, as
 * JSON (`j:` too), as Base64 of JSON (`base64-` too), or signed (`s:`, whose signature is not needed here). What is
 * none of these stays as it is: what it proves is found out where tokens are read.
 */
export function tokenInCookie(value: string): string {
  let text = value;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = unwrapped(text);
    if (next === undefined) return text;
    text = next;
  }
  return text;
}

const MAX_STEPS = 4;
/** JSON without a token in it is none, whatever dots there are. */
const NONE = '.';

function unwrapped(text: string): string | undefined {
  if (/^[\w-]+(?:\.[\w-]*)+$/.test(text)) return undefined;
  if (text.includes('%')) return decoded(text);
  const bearer = /^bearer[ \t]+/i.exec(text)?.[0];
  if (bearer !== undefined) return text.slice(bearer.length);
  if (text.startsWith('s:')) return text.slice(2, Math.max(2, text.lastIndexOf('.')));
  if (text.startsWith('j:')) return text.slice(2);
  if (/^["[{]/.test(text)) return fromJson(text) ?? NONE;
  const base64 = text.startsWith('base64-') ? text.slice('base64-'.length) : text;
  return /^(?:eyJ|W)[\w+/=-]+$/.test(base64) ? Buffer.from(base64, 'base64').toString('utf8') : undefined;
}

function decoded(text: string): string | undefined {
  try {
    const once = decodeURIComponent(text);
    return once === text ? undefined : once;
  } catch {
    return undefined;
  }
}

/** Where sessions that are kept as JSON have their access token; the first of a list, as older ones have it. */
const MEMBERS = ['access_token', 'accessToken', 'token', 'jwt', 'id_token', 'idToken'];

function fromJson(text: string): string | undefined {
  if (text.startsWith('{')) {
    const object = readJsonObject(text);
    const found = MEMBERS.map((name) => (object === undefined ? undefined : own(object, name)));
    return found.find((value) => typeof value === 'string');
  }
  try {
    const value: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' ? first : undefined;
  } catch {
    return undefined;
  }
}

import { isNamed } from './raw-headers.ts';
import { trimEnds } from './trim.ts';

/** Where the credential of one kind of session stands: all of these together are the credential. */
export interface SessionPlaces {
  readonly name: string;
  /** As configured: `bearer`, `cookie:<name>`, `cookie:<prefix>*`, `header:<name>`, `header:Authorization <scheme>`. */
  readonly from: readonly string[];
}

/** The credential of one kind, as a request presents it. */
export interface PresentedSession {
  readonly kind: string;
  /** Exactly its parts, as headers: name, value, name, value; cookies as they stood, in order, in one header. */
  readonly headers: readonly string[];
  /** True where a browser sends it of its own accord. */
  readonly ambient: boolean;
  /** True where it is a `Bearer`, which beats every cookie. */
  readonly bearer: boolean;
  /** The first value, without its name and scheme: what is introspected. */
  readonly token: string;
}

/** Reads raw headers for the credentials of every kind, in the configured order. */
export type ReadSessions = (rawHeaders: readonly string[]) => readonly PresentedSession[];

/** Longer credentials are none: no platform makes them, and each is kept for a while. */
const MAX_BYTES = 16_384;
const MAX_PIECES = 16;

type Part =
  | { readonly what: 'bearer' }
  | { readonly what: 'cookie'; readonly name: string; readonly prefix: boolean }
  | { readonly what: 'header'; readonly name: string; readonly scheme?: string };

/** Compiles the places of all kinds; undefined where there is none, so that nothing has to be looked for. */
export function compileSessions(kinds: readonly SessionPlaces[]): ReadSessions | undefined {
  if (kinds.length === 0) return undefined;
  const compiled = kinds.map(({ name, from }) => {
    const parts = from.map(readPlace);
    const cookies = parts.filter((part) => part.what === 'cookie');
    return { name, cookies, others: parts.filter((part) => part.what !== 'cookie') };
  });
  return (rawHeaders) => {
    const found: PresentedSession[] = [];
    for (const parts of compiled) {
      const presented = present(parts, rawHeaders);
      if (presented !== undefined) found.push(presented);
    }
    return found;
  };
}

/** True where a place is written as one can be. */
export function isSessionPlace(text: string): boolean {
  return /^(?:bearer|cookie:[!#$%&'+.^_`|~0-9A-Za-z-]+\*?|header:[!#$%&'*+.^_`|~0-9A-Za-z-]+(?: [!#$%&'*+.^_`|~0-9A-Za-z-]+)?)$/.test(
    text,
  );
}

function readPlace(text: string): Part {
  if (text === 'bearer') return { what: 'bearer' };
  const rest = text.slice(text.indexOf(':') + 1);
  if (text.startsWith('cookie:')) {
    const prefix = rest.endsWith('*');
    return { what: 'cookie', name: prefix ? rest.slice(0, -1) : rest, prefix };
  }
  const [name = '', scheme] = rest.split(' ');
  return { what: 'header', name: name.toLowerCase(), ...(scheme !== undefined && { scheme }) };
}

interface Parts {
  readonly name: string;
  readonly cookies: readonly CookiePart[];
  readonly others: readonly Exclude<Part, CookiePart>[];
}

/** All parts, or nothing. */
function present(
  { name: kind, cookies: named, others }: Parts,
  rawHeaders: readonly string[],
): PresentedSession | undefined {
  const headers: string[] = [];
  let token: string | undefined;
  let bearer = false;
  for (const part of others) {
    const values = part.what === 'bearer' ? bearersOf(rawHeaders) : headersOf(part, rawHeaders);
    const [value] = values;
    if (value === undefined) return undefined;
    bearer ||= part.what === 'bearer';
    token ??= part.what === 'bearer' || part.scheme !== undefined ? tokenOf(value) : value.trim();
    for (const one of values) headers.push(part.what === 'bearer' ? 'authorization' : part.name, one);
  }
  const cookies = named.length === 0 ? none : cookiesOf(named, rawHeaders);
  const [first] = cookies ?? none;
  if (cookies === undefined) return undefined;
  if (first !== undefined) {
    token ??= first.slice(first.indexOf('=') + 1);
    headers.push('cookie', cookies.length === 1 ? first : cookies.join('; '));
  }
  let bytes = 0;
  for (const text of headers) bytes += text.length;
  if (bytes > MAX_BYTES || headers.length > 2 * MAX_PIECES || cookies.length > MAX_PIECES) return undefined;
  return { kind, headers, ambient: cookies.length > 0, bearer, token: token ?? '' };
}

const none: readonly string[] = [];

type CookiePart = Part & { readonly what: 'cookie' };

/**
 * The cookies of all parts that are not empty, verbatim and in order, each text once; undefined where a part has
 * none. Two of one name are the platform's to choose from.
 */
function cookiesOf(
  parts: readonly CookiePart[],
  rawHeaders: readonly string[],
): readonly string[] | undefined {
  const found: string[] = [];
  const seen: CookiePart[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const header = rawHeaders[i + 1] ?? '';
    if (!isNamed(rawHeaders[i], 'cookie') || !parts.some(({ name }) => header.includes(name))) continue;
    for (const text of header.split(';')) {
      const piece = trimmed(text);
      const part = partOf(parts, piece);
      if (part === undefined || found.includes(piece)) continue;
      if (!seen.includes(part)) seen.push(part);
      found.push(piece);
    }
  }
  return seen.length === parts.length ? found : undefined;
}

function partOf(parts: readonly CookiePart[], piece: string): CookiePart | undefined {
  const equals = piece.indexOf('=');
  if (equals < 0 || equals === piece.length - 1) return undefined;
  const name = trimmed(piece.slice(0, equals));
  return parts.find((part) => (part.prefix ? name.startsWith(part.name) : name === part.name));
}

function headersOf({ name, scheme }: Part & { what: 'header' }, rawHeaders: readonly string[]): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const value = rawHeaders[i + 1] ?? '';
    if (value.trim() === '' || !isNamed(rawHeaders[i], name)) continue;
    if (scheme === undefined || schemeOf(value) === scheme.toLowerCase()) values.push(value);
  }
  return values;
}

const bearersOf = (rawHeaders: readonly string[]): string[] =>
  headersOf({ what: 'header', name: 'authorization', scheme: 'bearer' }, rawHeaders);

function schemeOf(value: string): string {
  const text = value.trimStart();
  const end = text.search(/[ \t]/);
  return end < 0 ? '' : text.slice(0, end).toLowerCase();
}

function tokenOf(value: string): string {
  const text = value.trim();
  return text.slice(text.search(/[ \t]/)).trim();
}

const trimmed = (text: string): string => trimEnds(text, ' \t', ' \t');

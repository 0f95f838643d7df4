export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 16;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Reads a JSON object whose meaning cannot be disputed: no member twice at any depth (RFC 7519 section 4 lets a
 * parser take either), at most 16 levels deep. Undefined for everything else.
 */
export function readJsonObject(text: string): JsonObject | undefined {
  const members = countMembers(text);
  if (members === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && countKeys(value) === members ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member, never one that comes from a prototype. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Colons outside strings: in valid JSON, one for each member. Undefined where it nests too deep. */
function countMembers(text: string): number | undefined {
  let members = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 0x3a:
        members++;
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > MAX_DEPTH) return undefined;
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        break;
    }
  }
  return members;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

/** Members that the parser kept; a name given twice shows as one too few. */
function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, item: unknown) => sum + countKeys(item), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}

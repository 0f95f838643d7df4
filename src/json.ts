export type JsonObject = Readonly<Record<string, unknown>>;

/** What was read, or why and where the text is not JSON as it is taken here; `field` is the member concerned. */
export type JsonReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string; readonly field?: string };

/** How deep it may nest, and the tokens between two rests of the reader. */
type Limits = { readonly maxDepth?: number; readonly tokensPerSlice?: number };

const MAX_DEPTH = 32;
const MAX_OBJECT_DEPTH = 16;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = new Map<string, unknown>(Object.entries({ true: true, false: false, null: null }));

type Container =
  | { readonly kind: 'array'; readonly items: unknown[] }
  | { readonly kind: 'object'; readonly members: Record<string, unknown>; name: string };

class Mistake extends Error {
  readonly field: string | undefined;
  constructor(message: string, field?: string) {
    super(message);
    this.field = field;
  }
}

interface Reader {
  readonly text: string;
  at: number;
  readonly maxDepth: number;
  readonly stack: Container[];
  root: unknown;
}

/**
 * Reads a JSON object whose meaning cannot be disputed: no member twice at any depth (RFC 7519 section 4 lets a
 * parser take either), at most 16 levels deep. Undefined for everything else.
 */
export function readJsonObject(text: string): JsonObject | undefined {
  const reading = readJson(text, { maxDepth: MAX_OBJECT_DEPTH });
  return reading.ok && isObject(reading.value) ? reading.value : undefined;
}

/** Reads JSON without a rest; see `readJsonInSlices`. */
export function readJson(text: string, limits: Pick<Limits, 'maxDepth'> = {}): JsonReading {
  const reading = readJsonInSlices(text, { ...limits, tokensPerSlice: Infinity }).next();
  return reading.done === true ? reading.value : { ok: false, message: 'no end' };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member, never one that comes from a prototype. */
export function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * Reads JSON (RFC 8259) with two things that `JSON.parse` lacks: a member named twice is a mistake, since two
 * readers may take different ones for the value, and it yields now and then, so that a large body does not hold
 * up other requests. As there, `__proto__` is a member like any other.
 */
export function* readJsonInSlices(text: string, limits: Limits = {}): Generator<undefined, JsonReading> {
  const { maxDepth = MAX_DEPTH, tokensPerSlice = 4_000 } = limits;
  const reader: Reader = { text, at: 0, maxDepth, stack: [], root: undefined };
  try {
    for (let tokens = 1; !step(reader); tokens += 1) if (tokens % tokensPerSlice === 0) yield;
    return { ok: true, value: reader.root };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { message, field } = error;
    return { ok: false, message, ...(field === undefined ? {} : { field }) };
  }
}

/** Reads one value or the beginning of one. True: the whole text is read. */
function step(reader: Reader): boolean {
  if (take(reader, '[')) {
    checkDepth(reader);
    if (take(reader, ']')) return put(reader, []);
    reader.stack.push({ kind: 'array', items: [] });
    return false;
  }
  if (take(reader, '{')) {
    checkDepth(reader);
    const members: Record<string, unknown> = {};
    if (take(reader, '}')) return put(reader, members);
    reader.stack.push({ kind: 'object', members, name: readName(reader, members) });
    return false;
  }
  return put(reader, readPlain(reader));
}

function checkDepth(reader: Reader): void {
  if (reader.stack.length >= reader.maxDepth) fail(reader, `nested deeper than ${reader.maxDepth}`);
}

/** Puts a whole value where it belongs, and closes what ends with it. True: the text's own value is whole. */
function put(reader: Reader, value: unknown): boolean {
  for (let whole = value; ;) {
    const container = reader.stack.at(-1);
    if (container === undefined) return finish(reader, whole);
    if (container.kind === 'array') container.items.push(whole);
    else setMember(container.members, container.name, whole);
    if (take(reader, ',')) {
      if (container.kind === 'object') container.name = readName(reader, container.members);
      return false;
    }
    if (!take(reader, container.kind === 'array' ? ']' : '}')) fail(reader, 'a comma or an end is missing');
    reader.stack.pop();
    whole = container.kind === 'array' ? container.items : container.members;
  }
}

/** An assignment to `__proto__` would set the prototype. */
function setMember(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true, writable: true });
}

function finish(reader: Reader, root: unknown): true {
  skipSpace(reader);
  if (reader.at < reader.text.length) fail(reader, 'something after the end');
  reader.root = root;
  return true;
}

function readName(reader: Reader, members: Record<string, unknown>): string {
  skipSpace(reader);
  if (reader.text[reader.at] !== '"') return fail(reader, "a member's name is missing");
  const name = readString(reader);
  if (Object.hasOwn(members, name)) throw new Mistake('is there twice', name);
  if (!take(reader, ':')) return fail(reader, 'a colon is missing');
  return name;
}

function readPlain(reader: Reader): unknown {
  const { text, at } = reader;
  if (text[at] === '"') return readString(reader);
  const word = [...WORDS].find(([spelling]) => text.startsWith(spelling, at));
  if (word !== undefined) {
    reader.at += word[0].length;
    return word[1];
  }
  NUMBER.lastIndex = at;
  const number = NUMBER.exec(text)?.[0];
  if (number === undefined) return fail(reader, at < text.length ? 'no value' : 'the text ends too early');
  reader.at += number.length;
  return Number(number);
}

/** By hand: a regular expression over a text of megabytes overflows its stack. */
function readString(reader: Reader): string {
  const { text, at: start } = reader;
  let escaped = false;
  for (reader.at += 1; reader.at < text.length; reader.at += 1) {
    const code = text.charCodeAt(reader.at);
    if (code === 0x22) {
      reader.at += 1;
      const end = reader.at;
      return escaped ? unescape(reader, text.slice(start, end)) : text.slice(start + 1, end - 1);
    }
    if (code < 0x20) return fail(reader, 'a control character in a text');
    if (code === 0x5c) {
      escaped = true;
      reader.at += 1;
    }
  }
  return fail(reader, 'a text without its end');
}

function unescape(reader: Reader, quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return fail(reader, 'an escape that is none, in the text that ends');
  }
}

function take(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  for (; reader.at < reader.text.length; reader.at += 1) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
  }
}

function fail(reader: Reader, what: string): never {
  const before = reader.text.slice(0, reader.at);
  const line = before.split('\n').length;
  throw new Mistake(`${what} at line ${line}, column ${reader.at - before.lastIndexOf('\n')}`);
}

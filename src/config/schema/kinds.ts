import * as Type from '../../json-schema.ts';

/** What a check by name looks at; the names are those of `checks/formats.ts`. */
export type FormatName =
  | 'site-url'
  | 'upstream-url'
  | 'jwks-url'
  | 'redis-url'
  | 'login-url'
  | 'origin'
  | 'listen-host'
  | 'cidr'
  | 'trust-source'
  | 'token-place'
  | 'session-place'
  | 'contact-place'
  | 'expression'
  | 'check-url'
  | 'lookup-url'
  | 'introspection-url'
  | 'path'
  | 'host-port'
  | 'header-name'
  | 'bot-id'
  | 'public-key'
  | 'certificate';

/** What the schema says of a key beyond JSON Schema. */
export interface Notes {
  /** One sentence or two for the reference. */
  readonly description: string;
  readonly default?: unknown;
  readonly format?: FormatName;
  /** A file or folder: made absolute, from the configuration file's folder or the working directory. */
  readonly path?: boolean;
  /** Keys of which at most one is given. */
  readonly alternatives?: readonly string[];
  /** Of an object: the key that a text in its place stands for. */
  readonly shorthand?: string;
  /** Of an object that may be left out: true in its place is one of defaults, false is none. */
  readonly switchable?: true;
  /** Never printed. */
  readonly secret?: boolean;
  /** How the example file shows it. */
  readonly example?: unknown;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly pattern?: string;
}

/** A JSON Schema node with our notes, as code that walks the schema reads it. */
export interface SchemaNode extends Partial<Notes> {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  /** Of an object whose keys the operator chooses: what each of them holds. */
  readonly additionalProperties?: boolean | SchemaNode;
  readonly enum?: readonly (string | null)[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** A reload (SIGHUP) takes it, and everything below it: set by `reloads`. */
  readonly reload?: true;
  /** Content that may also come from a file (`…File`) or, where it is bytes, as Base64 (`…Base64`). */
  readonly material?: 'bytes' | 'text';
}

/** The node of what a key of this object holds; undefined where it holds anything. */
export function childOf<N extends SchemaNode>(node: N, name: string): N | undefined {
  const { properties, additionalProperties: each } = node;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name] as N;
  return typeof each === 'object' && each.properties !== undefined ? (each as N) : undefined;
}

/** The mark of a key that a reload (SIGHUP) takes, with everything below it; in its type, too. */
export interface Reloads {
  readonly reload: true;
}

/** Marks a key: from then on it is no start option, and code that keeps it from the start does not compile. */
export function reloads<T extends Type.TSchema>(schema: T): T & Reloads {
  return Object.assign(schema, { reload: true } as const);
}

/** An object whose unknown keys are mistakes; left out, it is filled with its keys' defaults. */
export function group<P extends Type.TProperties>(properties: P, notes: Notes): Type.TObject<P> {
  return Type.Object(properties, { additionalProperties: false, default: {}, ...notes });
}

/** An object that may be left out as a whole, or is an entry of a list. */
export function entry<P extends Type.TProperties>(properties: P, notes: Notes): Type.TObject<P> {
  return Type.Object(properties, { additionalProperties: false, ...notes });
}

export function text(notes: Notes): Type.TString {
  return Type.String({ minLength: 1, ...notes });
}

export function textOrNull(notes: Notes): Type.TUnsafe<string | null> {
  return Type.Unsafe<string | null>({ minLength: 1, ...notes, type: ['string', 'null'] });
}

export function choice<const T extends string>(values: readonly T[], notes: Notes): Type.TUnsafe<T> {
  return Type.Unsafe<T>({ ...notes, type: 'string', enum: values });
}

export function flag(notes: Notes): Type.TBoolean {
  return Type.Boolean({ ...notes });
}

/** A whole number from `minimum` to `maximum`. */
export function whole(minimum: number, maximum: number, notes: Notes): Type.TInteger {
  return Type.Integer({ minimum, maximum, ...notes });
}

/** A whole number from `minimum` to `maximum`, or null. */
export function wholeOrNull(minimum: number, maximum: number, notes: Notes): Type.TUnsafe<number | null> {
  return Type.Unsafe<number | null>({ ...notes, type: ['integer', 'null'], minimum, maximum });
}

export function listOf<T extends Type.TSchema>(items: T, notes: Notes): Type.TArray<T> {
  return Type.Array(items, { ...notes });
}

export function listOrNull<T extends Type.TSchema>(
  items: T,
  notes: Notes,
): Type.TUnsafe<Type.Static<T>[] | null> {
  return Type.Unsafe<Type.Static<T>[] | null>({ ...notes, type: ['array', 'null'], items });
}

/** Names that the operator chooses, each with a text. */
export function mapOf(notes: Notes): Type.TUnsafe<Record<string, string>> {
  return Type.Unsafe<Record<string, string>>({
    ...notes,
    type: 'object',
    additionalProperties: { type: 'string' },
  });
}

/** Names that the operator chooses, each with an object. */
export function mapOfEntries<T extends Type.TSchema>(each: T, notes: Notes): Type.TUnsafe<Record<string, Type.Static<T>>> {
  return Type.Unsafe<Record<string, Type.Static<T>>>({ ...notes, type: 'object', additionalProperties: each });
}

/** Bytes that nobody may see: given as text, as `…File` or as `…Base64`. */
export function secretBytes(notes: Notes): Type.TOptional<Type.TUnsafe<Uint8Array>> {
  return Type.Optional(Type.Unsafe<Uint8Array>({ ...notes, type: 'string', material: 'bytes', secret: true }));
}

/** Text that nobody may see: given as it is or as `…File`. */
export function secretText(notes: Notes): Type.TOptional<Type.TUnsafe<string>> {
  return Type.Optional(Type.Unsafe<string>({ ...notes, type: 'string', material: 'text', secret: true }));
}

/** The same for bytes that are no secret, such as a public key. */
export function fileBytes(notes: Notes): Type.TOptional<Type.TUnsafe<Uint8Array>> {
  return Type.Optional(Type.Unsafe<Uint8Array>({ ...notes, type: 'string', material: 'bytes', secret: false }));
}

/** The content of a file that is no secret, such as a certificate: given as it is or as `…File`. */
export function fileText(notes: Notes): Type.TOptional<Type.TUnsafe<string>> {
  return Type.Optional(Type.Unsafe<string>({ ...notes, type: 'string', material: 'text', secret: false }));
}

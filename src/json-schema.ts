/**
 * JSON Schema with TypeBox's types: `import * as Type from './json-schema.ts'`. TypeBox's own builders make the same
 * objects, but bring 370 modules, a third of what a start takes; here its types are all that is used.
 */
import type Type from 'typebox';

export type { Static, TArray, TBoolean, TInteger, TObject, TOptional, TProperties } from 'typebox';
export type { TSchema, TSchemaOptions, TString, TUnsafe } from 'typebox';

/** For Ajv: these schemas are our own, and to check them against JSON Schema's would be half of its work at a start. */
export const ownSchemas = { strict: false, meta: false, validateSchema: false } as const;

const OPTIONAL = '~optional';

const node = <T extends Type.TSchema>(schema: object): T => schema as T;

const string = (options?: Type.TStringOptions) => node<Type.TString>({ type: 'string', ...options });
const boolean = (options?: Type.TSchemaOptions) => node<Type.TBoolean>({ type: 'boolean', ...options });
const integer = (options?: Type.TNumberOptions) => node<Type.TInteger>({ type: 'integer', ...options });
const number = (options?: Type.TNumberOptions) => node<Type.TNumber>({ type: 'number', ...options });
const unknown = (options?: Type.TSchemaOptions) => node<Type.TUnknown>({ ...options });
const nothing = (options?: Type.TSchemaOptions) => node<Type.TNull>({ type: 'null', ...options });

function array<T extends Type.TSchema>(items: T, options?: Type.TArrayOptions): Type.TArray<T> {
  return node<Type.TArray<T>>({ type: 'array', items, ...options });
}

function union<T extends Type.TSchema[]>(anyOf: [...T], options?: Type.TSchemaOptions): Type.TUnion<T> {
  return node<Type.TUnion<T>>({ anyOf, ...options });
}

/** An object; a member is required unless it is `Optional`. */
function object<P extends Type.TProperties>(properties: P, options?: Type.TObjectOptions): Type.TObject<P> {
  const required = Object.keys(properties).filter((name) => !(OPTIONAL in (properties[name] ?? {})));
  return node<Type.TObject<P>>({
    type: 'object',
    ...(required.length > 0 && { required }),
    properties,
    ...options,
  });
}

/** Marks a member; the mark is no part of the JSON. */
function optional<T extends Type.TSchema>(schema: T): Type.TOptional<T> {
  const marked = node<Type.TOptional<T>>({ ...schema });
  return Object.defineProperty(marked, OPTIONAL, { value: true, enumerable: false });
}

/** Any schema, for values whose type it cannot say itself. */
function unsafe<T>(schema: object): Type.TUnsafe<T> {
  return node<Type.TUnsafe<T>>({ ...schema });
}

export {
  string as String,
  boolean as Boolean,
  integer as Integer,
  number as Number,
  unknown as Unknown,
  nothing as Null,
  array as Array,
  union as Union,
  object as Object,
  optional as Optional,
  unsafe as Unsafe,
};

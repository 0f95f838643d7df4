import * as Type from '../../json-schema.ts';
import { otherPaths, privateDoor, publicDoor, routes, upstream, websockets } from './doors.ts';
import { identity, login, trustedProxies } from './identity.ts';
import { admin, limits, log, policy, shutdown, store, workers } from './keeping.ts';
import type { SchemaNode } from './kinds.ts';

/** The one schema: types, defaults, environment names, flags, reference and example are all derived from it. */
export const schema = Type.Object(
  {
    public: publicDoor,
    private: privateDoor,
    upstream,
    routes,
    otherPaths,
    identity,
    login,
    trustedProxies,
    policy,
    store,
    admin,
    websockets,
    limits,
    shutdown,
    log,
    workers,
  },
  { additionalProperties: false },
);

/** The schema as code walks it: plain JSON Schema with our notes. */
export const schemaRoot = schema as object as SchemaNode;

type Frozen<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Frozen<T[Key]> }
      : T;

/** The whole configuration, frozen: secrets as bytes, files read, paths absolute. */
export type Config = Frozen<Type.Static<typeof schema>>;

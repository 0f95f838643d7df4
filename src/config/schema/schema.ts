import * as Type from '../../json-schema.ts';
import { activity } from './activity.ts';
import { alerts } from './alerts.ts';
import { canaries, listUnguarded } from './canaries.ts';
import { privateDoor, publicDoor, upstream, warmUpMs, websockets } from './doors.ts';
import { identity, login } from './identity.ts';
import { lookups } from './lookups.ts';
import { platform } from './platform.ts';
import { botIdCase, frontController, otherPaths, routes } from './routes.ts';
import { trustedProxies } from './trust.ts';
import { admin, limits, log, policy, shutdown, store, workers } from './keeping.ts';
import type { Reloads, SchemaNode } from './kinds.ts';
import { pages } from './pages.ts';

/** The one schema: types, defaults, environment names, flags, reference and example are all derived from it. */
export const schema = Type.Object(
  {
    public: publicDoor,
    private: privateDoor,
    upstream,
    platform,
    routes,
    lookups,
    otherPaths,
    botIdCase,
    frontController,
    canaries,
    listUnguarded,
    identity,
    login,
    pages,
    trustedProxies,
    policy,
    store,
    activity,
    alerts,
    admin,
    websockets,
    limits,
    shutdown,
    log,
    workers,
    warmUpMs,
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

/** True where a reload takes the key, or some key below it. */
type Touched<S> = S extends Reloads
  ? true
  : S extends { readonly properties: infer P }
    ? true extends { [Key in keyof P]: Touched<P[Key]> }[keyof P]
      ? true
      : false
    : false;

type Kept<T, S> = S extends { readonly properties: infer P }
  ? T extends object
    ? {
        [Key in keyof T as Key extends keyof P ? (P[Key] extends Reloads ? never : Key) : never]: Key extends keyof P
          ? Kept<T[Key], P[Key]>
          : never;
      }
    : T
  : T;

type Taken<T, S> = S extends Reloads
  ? T
  : S extends { readonly properties: infer P }
    ? T extends object
      ? {
          [Key in keyof T as Key extends keyof P ? (Touched<P[Key]> extends true ? Key : never) : never]: Key extends keyof P
            ? Taken<T[Key], P[Key]>
            : never;
        }
      : T
    : never;

/** What holds from the start to the end: every key that a reload does not take, and no other. */
export type StartOptions = Kept<Config, typeof schema>;

/** What a reload takes, and nothing else: asked for anew each time, never kept. */
export type ReloadSettings = Taken<Config, typeof schema>;

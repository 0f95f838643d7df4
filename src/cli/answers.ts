import Type from 'typebox';
import { Check } from 'typebox/value';
import { CommandError, FAILED } from './io.ts';

const settings = {
  enabled: Type.Boolean(),
  mode: Type.Union([Type.String(), Type.Null()]),
  whenOff: Type.Union([Type.String(), Type.Null()]),
  requireLogin: Type.Union([Type.Boolean(), Type.Null()]),
  inheritPlatform: Type.Union([Type.Boolean(), Type.Null()]),
};

const range = {
  id: Type.String(),
  start: Type.String(),
  end: Type.String(),
  note: Type.Optional(Type.String()),
  expiresAt: Type.Optional(Type.String()),
  createdAt: Type.String(),
  createdBy: Type.String(),
  updatedAt: Type.Optional(Type.String()),
  updatedBy: Type.Optional(Type.String()),
};

const written = {
  revision: Type.Integer(),
  live: Type.Object({ replicas: Type.Integer(), of: Type.Integer(), ms: Type.Number() }),
};
const imported = {
  added: Type.Integer(),
  removed: Type.Integer(),
  updated: Type.Optional(Type.Integer()),
  present: Type.Optional(Type.Integer()),
};
const next = Type.Optional(Type.String());

/** What commands read of the admin API's answers; whatever else is there is left alone. */
export const answers = {
  whitelists: Type.Object({
    revision: Type.Integer(),
    whitelists: Type.Array(Type.Object({ scope: Type.String(), ...settings, ranges: Type.Integer() })),
    next,
  }),
  whitelist: Type.Object({
    revision: Type.Integer(),
    scope: Type.String(),
    ...settings,
    ranges: Type.Array(Type.Object(range)),
    next,
  }),
  written: Type.Object(written),
  range: Type.Object({ ...written, ...range }),
  imported: Type.Object(imported),
  importedLive: Type.Object({ ...written, ...imported }),
  explained: Type.Object({
    decision: Type.Object({
      outcome: Type.String(),
      reason: Type.String(),
      range: Type.Optional(Type.Object({ scope: Type.String(), id: Type.String() })),
    }),
    steps: Type.Array(Type.Object({ step: Type.String(), result: Type.String() })),
  }),
  replicas: Type.Object({
    replicas: Type.Array(
      Type.Object({ id: Type.String(), revision: Type.Integer(), ageSeconds: Type.Number() }),
    ),
  }),
  problem: Type.Object({
    title: Type.String(),
    detail: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ index: Type.Optional(Type.Integer()), field: Type.String(), message: Type.String() }),
      ),
    ),
  }),
  readiness: Type.Object({
    ready: Type.Boolean(),
    status: Type.String(),
    degraded: Type.Boolean(),
    dependencies: Type.Array(
      Type.Object({ name: Type.String(), state: Type.String(), detail: Type.String() }),
    ),
  }),
} as const;

export type RangeAnswer = Type.Static<(typeof answers)['whitelist']>['ranges'][number];
export type WhitelistAnswer = Type.Static<(typeof answers)['whitelists']>['whitelists'][number];
export type Written = Type.Static<(typeof answers)['written']>;
export type Problem = Type.Static<(typeof answers)['problem']>;

/** An answer of the shape that is expected, or the end of the command. */
export function expectAnswer<T extends Type.TSchema>(schema: T, value: unknown): Type.Static<T> {
  if (Check(schema, value)) return value;
  throw new CommandError(FAILED, 'the answer is not that of a gateway: is --url its private door?');
}

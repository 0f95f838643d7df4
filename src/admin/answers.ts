import * as Type from '../json-schema.ts';
import { Enum, NullableBoolean, NullableEnum } from './schemas.ts';

const settings = {
  enabled: Type.Boolean(),
  mode: NullableEnum(['enforce', 'report']),
  whenOff: NullableEnum(['members', 'anyone']),
  requireLogin: NullableBoolean(),
  inheritPlatform: NullableBoolean(),
};
const Live = Type.Object({ replicas: Type.Integer(), of: Type.Integer(), ms: Type.Number() });
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
  live: Live,
  acknowledged: Type.Optional(
    Type.Integer({
      description:
        'Copies of Redis that had the change at the answer (WAIT); absent where Redis has no copies. With 0, a failover at this moment would lose it.',
    }),
  ),
};
const next = Type.Optional(Type.String({ description: 'Where the next page starts; absent on the last.' }));

/** What the API answers with. */
export const Answers = {
  whitelists: Type.Object({
    revision: Type.Integer(),
    whitelists: Type.Array(Type.Object({ scope: Type.String(), ...settings, ranges: Type.Integer() })),
    next,
  }),
  whitelist: Type.Object({
    revision: Type.Integer(),
    scope: Type.String(),
    ...settings,
    inherited: Type.Optional(
      Type.Object(
        {
          enabled: Type.Boolean(),
          mode: Enum(['enforce', 'report']),
          whenOff: Enum(['members', 'anyone']),
          requireLogin: Type.Boolean(),
          inheritPlatform: Type.Boolean(),
        },
        {
          description: "Of a bot: the platform's toggle, and what counts where the bot's own record is null.",
        },
      ),
    ),
    total: Type.Integer(),
    ranges: Type.Array(Type.Object(range)),
    next,
  }),
  settings: Type.Object({ ...written, scope: Type.String(), ...settings, ranges: Type.Integer() }),
  range: Type.Object({ ...written, ...range }),
  import: Type.Object(
    {
      revision: Type.Integer(),
      live: Type.Optional(Live),
      scope: Type.String(),
      added: Type.Integer(),
      removed: Type.Integer(),
      updated: Type.Optional(Type.Integer()),
      present: Type.Optional(Type.Integer()),
    },
    { description: 'A dry run has errors and a preview instead of live.' },
  ),
  changes: Type.Object({
    changes: Type.Array(
      Type.Object({
        revision: Type.Integer(),
        scope: Type.String(),
        at: Type.String(),
        by: Type.String(),
        from: Type.Optional(Type.String()),
      }),
    ),
    next,
  }),
  revert: Type.Object({ ...written, scope: Type.String(), reverts: Type.Integer(), ...settings }),
} as const;

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    reason: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({ index: Type.Optional(Type.Integer()), field: Type.String(), message: Type.String() }),
      ),
    ),
    requestId: Type.String(),
  },
  { description: 'RFC 9457' },
);

import type { ChangeScope } from '../changes/change.ts';
import { revocation, RevocationsAnswer } from './revocation-schemas.ts';
import type { Scope } from '../policy/reason.ts';
import * as Type from '../json-schema.ts';
import { alertAnswers } from './answers-alerts.ts';
import { activityAnswers, Forecast } from './answers-activity.ts';
import { content, range, use } from './answers-range.ts';
import { auditAnswers } from './answers-audit.ts';
import { lookupAnswer } from './answers-lookup.ts';
import { trialAnswers } from './answers-trials.ts';
import { unguardedAnswers } from './answers-unguarded.ts';
import { whoAnswers } from './answers-who.ts';
import { Enum, NullableBoolean, NullableEnum } from './schemas.ts';

const ScopeText = Type.Unsafe<Scope>({ type: 'string' });
const settings = {
  enabled: Type.Boolean(),
  mode: NullableEnum(['enforce', 'report']),
  whenOff: NullableEnum(['members', 'anyone']),
  requireLogin: NullableBoolean(),
  inheritPlatform: NullableBoolean(),
};
const inForce = {
  mode: Enum(['enforce', 'report']),
  whenOff: Enum(['members', 'anyone']),
  requireLogin: Type.Boolean(),
};
const Live = Type.Object({ replicas: Type.Integer(), of: Type.Integer(), ms: Type.Number() });
const Range = Type.Object(range);
const written = {
  revision: Type.Integer(),
  live: Live,
  trialUntil: Type.Optional(Type.String({ description: 'When it lapses, unless it is confirmed.' })),
  acknowledged: Type.Optional(
    Type.Integer({
      description:
        'Copies of Redis that had the change at the answer (WAIT); absent where Redis has no copies. With 0, a failover at this moment would lose it.',
    }),
  ),
};
const next = Type.Optional(Type.String({ description: 'Where the next page starts; absent on the last.' }));
const counts = {
  added: Type.Integer(),
  removed: Type.Integer(),
  updated: Type.Optional(Type.Integer()),
  present: Type.Optional(Type.Integer({ description: 'There already, and left alone.' })),
};

/** What is wrong with a member; of an import, `index` counts its entries from 0 and `line` its lines from 1. */
const MemberError = Type.Object({
  index: Type.Optional(Type.Integer()),
  line: Type.Optional(Type.Integer()),
  field: Type.String(),
  message: Type.String(),
});

const Side = Type.Object({
  settings: Type.Optional(Type.Object(settings)),
  ranges: Type.Array(Range),
  revocations: Type.Optional(Type.Array(Type.Object(revocation))),
});
const sides = { before: Side, after: Side, addedCount: Type.Integer(), removedCount: Type.Integer() };
const Change = Type.Object({
  revision: Type.Integer(),
  scope: Type.Unsafe<ChangeScope>({ type: 'string' }),
  at: Type.String(),
  by: Type.String(),
  from: Type.Optional(Type.String()),
  reverts: Type.Optional(Type.Integer({ description: 'The revision that it undid.' })),
  reason: Type.Optional(Type.String({ description: 'Why it was made, where one was asked for.' })),
  trialUntil: Type.Optional(Type.String({ description: 'Of a change on trial: when it lapses.' })),
  confirms: Type.Optional(Type.Integer({ description: 'The revision, on trial, that it made stay.' })),
  ...sides,
  truncated: Type.Optional(
    Type.Boolean({ description: 'True where ranges are left out, as they are many.' }),
  ),
});
const summary = { scope: ScopeText, ...settings, ranges: Type.Integer() };

/** What the API answers with: one schema for its description, its types, the dashboard's and the command line's. */
export const ApiAnswers = {
  whitelists: Type.Object({
    revision: Type.Integer(),
    whitelists: Type.Array(
      Type.Object({
        ...summary,
        inForce: Type.Object(
          { ...inForce, platformList: Type.Boolean() },
          {
            description: "What counts for it now; `platformList`: the platform's addresses count for it too.",
          },
        ),
      }),
    ),
    next,
  }),
  whitelist: Type.Object({
    revision: Type.Integer(),
    scope: ScopeText,
    ...settings,
    inherited: Type.Optional(
      Type.Object(
        { enabled: Type.Boolean(), ...inForce, inheritPlatform: Type.Boolean() },
        {
          description: "Of a bot: the platform's toggle, and what counts where the bot's own record is null.",
        },
      ),
    ),
    known: Type.Optional(
      Type.Boolean({ description: 'Of a bot: false where no record and no recent request names it.' }),
    ),
    total: Type.Integer({ description: 'How many ranges the list has, found or not.' }),
    useKnown: Type.Optional(
      Type.Boolean({ description: 'True where their use was asked for, and the record could be read.' }),
    ),
    ranges: Type.Array(Type.Object({ ...range, ...use })),
    next,
  }),
  settings: Type.Object({ ...written, ...summary }),
  range: Type.Object({ ...written, ...range }),
  import: Type.Object(
    {
      ...written,
      live: Type.Optional(Live),
      scope: ScopeText,
      ...counts,
      ranges: Type.Optional(Type.Integer({ description: 'How many the list has now.' })),
      dryRun: Type.Optional(Type.Boolean()),
      errors: Type.Optional(Type.Array(MemberError)),
      preview: Type.Optional(
        Type.Object({
          added: Type.Array(Type.Object(content)),
          removed: Type.Array(Range),
          updated: Type.Array(Range),
          present: Type.Array(Range),
        }),
      ),
      forecast: Type.Optional(Forecast),
    },
    { description: 'A dry run has errors and a preview of up to 100 ranges each instead of live.' },
  ),
  changes: Type.Object({ changes: Type.Array(Change), next }),
  change: Change,
  revert: Type.Object({
    ...written,
    ...summary,
    reverts: Type.Integer(),
    added: Type.Integer(),
    removed: Type.Integer(),
  }),
  review: Type.Object({ ...written, scope: ScopeText, reviewed: Type.Integer(), ranges: Type.Integer() }),
  comparison: Type.Object({ scope: ScopeText, ...sides, forecast: Type.Optional(Forecast) }),
  restored: Type.Object({ ...written, ...summary, added: Type.Integer(), removed: Type.Integer() }),
  confirm: Type.Object({ ...written, ...summary, confirms: Type.Integer() }),
  ...whoAnswers,
  revocations: RevocationsAnswer,
  ...activityAnswers,
  ...auditAnswers,
  lookup: lookupAnswer({ ...range, ...use }),
  ...unguardedAnswers,
  ...alertAnswers,
  ...trialAnswers,
} as const;

/** The type of an answer, by its name. */
export type ApiAnswer<Name extends keyof typeof ApiAnswers> = Type.Static<(typeof ApiAnswers)[Name]>;

export const Problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    reason: Type.String(),
    errors: Type.Optional(Type.Array(MemberError)),
    login: Type.Optional(Type.String({ description: 'Where a browser signs in.' })),
    requestId: Type.String(),
  },
  { description: 'RFC 9457' },
);

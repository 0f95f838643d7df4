import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const text = Type.Optional(Type.String());
const number = Type.Optional(Type.Number());

export const Event = Type.Object({
  at: Type.String({ description: 'When it was answered.' }),
  requestId: Type.String(),
  outcome: Type.String(),
  reason: Type.String(),
  enforced: Type.Boolean(),
  mode: Type.String(),
  method: Type.String(),
  revision: Type.Integer({ description: 'Of the policy that it was decided by.' }),
  stale: Type.Boolean(),
  clientIpStatus: Type.String(),
  status: Type.Optional(Type.Integer({ description: 'Absent where the visitor left first.' })),
  route: text,
  bot: text,
  conversation: text,
  contact: text,
  subject: text,
  issuer: text,
  session: text,
  clientIp: text,
  scope: text,
  rangeId: text,
  cause: text,
  durationMs: number,
  upstreamMs: number,
});

const gaps = Type.Array(
  Type.Object({
    kind: Enum(['lost', 'pruned']),
    from: Type.String(),
    to: Type.String(),
    count: Type.Integer(),
  }),
  {
    description: 'What the record lacks in that time: lost for want of room or time, or deleted as too old.',
  },
);

const sums = {
  name: Type.String(),
  count: Type.Integer(),
  refused: Type.Integer({ description: 'Those of them that were not forwarded, or would not have been.' }),
  lastAt: Type.String(),
};
const Top = Type.Array(Type.Object(sums));

/** What was decided, as the access lines tell it. */
export const activityAnswers = {
  activity: Type.Object({
    events: Type.Array(Event),
    gaps,
    next: Type.Optional(Type.String({ description: 'Where the next page starts; absent on the last.' })),
  }),
  summary: Type.Object({
    from: Type.String(),
    to: Type.String(),
    bucketSeconds: Type.Number(),
    buckets: Type.Array(
      Type.Object({
        at: Type.String({ description: 'Its beginning.' }),
        outcome: Type.String(),
        reason: Type.String(),
        enforced: Type.Boolean(),
        count: Type.Integer(),
      }),
      { description: 'By time, then one for each outcome, reason and enforced; empty ones are left out.' },
    ),
    top: Type.Object(
      {
        reasons: Type.Array(
          Type.Object({ name: Type.String(), outcome: Type.String(), count: Type.Integer() }),
        ),
        bots: Top,
        addresses: Top,
        subjects: Top,
        ranges: Type.Array(Type.Object({ scope: Type.String(), ...sums })),
      },
      {
        description:
          'The most frequent first. Those of bots and ranges are of whole days where nothing but the time is asked.',
      },
    ),
    sampled: Type.Integer({
      description: 'What has to be counted one by one was counted of one in so many: 1 is exact.',
    }),
    gaps,
  }),
} as const;

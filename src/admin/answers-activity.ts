import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const text = Type.Optional(Type.String());
const number = Type.Optional(Type.Number());

const turned = (description: string) =>
  Type.Object(
    {
      visits: Type.Integer(),
      addresses: Type.Integer(),
      bots: Type.Integer(),
      people: Type.Integer({ description: 'Of those who were signed in.' }),
    },
    { description },
  );
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
  clientNetwork: Type.Optional(
    Type.String({
      description:
        'Where only a part of the address was recorded (`log.clientIp: truncated`): the network, as CIDR, whose first address clientIp is then.',
    }),
  ),
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

/** What a change would have changed of what was recorded. */
export const Forecast = Type.Object({
  says: Type.Array(Type.String(), { description: 'The same in sentences, what the record lacks included.' }),
  from: Type.String({ description: 'Since when there is a record.' }),
  to: Type.String(),
  countedFrom: Type.Optional(
    Type.String({
      description:
        'Of a part, in a stream: the visits since then are counted, and of older ones some. Absent where it is whole.',
    }),
  ),
  at: Type.Optional(
    Type.String({ description: 'Where a range would expire: judged as of then, and not as of now.' }),
  ),
  judged: Type.Integer({ description: 'Recorded visits that were decided again, by both policies.' }),
  unjudged: Type.Integer({ description: 'Visits of which the record holds too little for that.' }),
  refused: turned('Visits that passed, and would not have.'),
  admitted: turned('Visits that would have passed, and did not.'),
  groups: Type.Array(
    Type.Object({
      effect: Enum(['refused', 'admitted']),
      was: Type.String({ description: "The reason by today's policy." }),
      becomes: Type.String({ description: 'The reason after the change.' }),
      address: text,
      bot: text,
      subject: text,
      visits: Type.Integer(),
      first: Type.String(),
      last: Type.String(),
    }),
    { description: 'By address, bot and person; those with the most visits, up to 200.' },
  ),
  groupCount: Type.Integer({ description: 'How many of these groups there are.' }),
  gaps,
});
const sums = {
  name: Type.String(),
  count: Type.Integer(),
  refused: Type.Integer({ description: 'Those of them that were not forwarded, or would not have been.' }),
  lastAt: Type.String(),
};
const Top = Type.Array(Type.Object(sums));
const TopAddresses = Type.Array(
  Type.Object({
    ...sums,
    network: Type.Optional(Type.String({ description: 'Where only that is recorded, as CIDR.' })),
  }),
);

/** What was decided, as the access lines tell it. */
export const activityAnswers = {
  forecast: Forecast,
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
        addresses: TopAddresses,
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
    since: Type.String({ description: 'Since when there is a record, at the earliest `from`.' }),
    gaps,
  }),
  refusals: Type.Object({
    since: Type.String({ description: 'What is older was not looked at, or is not recorded.' }),
    refusals: Type.Array(
      Type.Object({
        address: Type.String(),
        bot: Type.String(),
        count: Type.Integer(),
        first: Type.String(),
        last: Type.String(),
        subjects: Type.Array(Type.String(), { description: 'Who was signed in, the newest five.' }),
        newest: Event,
        dismissed: Type.Optional(Type.Object({ by: Type.String(), at: Type.String() })),
      }),
      {
        description:
          'Those that came last first. Left out are who came in later from there, and who would come in now: of a network, where all of it would.',
      },
    ),
    more: Type.Optional(Type.Boolean({ description: 'True where there are more.' })),
    dismissedCount: Type.Integer(),
    gaps,
  }),
  dismissal: Type.Object({ address: Type.String(), bot: Type.String(), dismissed: Type.Boolean() }),
} as const;

import * as Type from '../json-schema.ts';
import { formats } from './reports/report.ts';
import { after, Enum, strict, time } from './schemas.ts';

const exactly = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 512, description }));

/** What narrows the record of decisions; what is left out narrows nothing. */
const filters = {
  from: time('Not before this time.'),
  to: time('Before this time.'),
  bot: exactly('Only of this bot.'),
  outcome: Type.Optional(Enum(['forward', 'login', 'deny', 'unavailable'])),
  reason: exactly('As in `X-Gateway-Reason`.'),
  enforced: Type.Optional(
    Type.Boolean({ description: 'False: what mode `report` let pass, or would have let pass.' }),
  ),
  subject: exactly('As it is recorded: with `log.subject: hashed`, the hash.'),
  contact: exactly('As it is recorded, too.'),
  conversation: exactly("The conversation's id."),
  address: Type.Optional(
    Type.String({
      maxLength: 40,
      description:
        'One address, an IPv4 network, or two IPv4 addresses with a dash between. With `log.clientIp: truncated`, addresses are recorded as their /24 or /48.',
    }),
  ),
  scope: exactly('Whose list let them in, else whose bot it was.'),
  rangeId: exactly('Only what this range let in.'),
  revision: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Only what was decided by this revision of the policy.' }),
  ),
  requestId: Type.Optional(
    Type.String({ minLength: 8, maxLength: 256, description: 'A request id, or its first characters.' }),
  ),
} as const;

export const ActivityQuery = Type.Object(
  {
    ...filters,
    after,
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, description: 'At most so many; else 50.' }),
    ),
  },
  strict,
);

export const SummaryQuery = Type.Object(
  {
    ...filters,
    buckets: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, description: 'About so many stretches of time; else 60.' }),
    ),
  },
  strict,
);

export const RefusalsQuery = Type.Object(
  {
    bot: filters.bot,
    address: filters.address,
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 366, description: 'So many; else 30.' })),
    dismissed: Type.Optional(Enum(['true', 'false'], { description: 'Only what was dismissed.' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, description: 'At most so many; else 100.' }),
    ),
  },
  strict,
);

export const RefusalBody = Type.Object(
  {
    address: Type.String({ maxLength: 45, description: 'As it is recorded.' }),
    bot: Type.String({ maxLength: 128 }),
  },
  strict,
);

const { from, to, ...narrowing } = filters;
export const StreamQuery = Type.Object(narrowing, strict);

export const format = Type.Optional(
  Enum(formats, { description: 'json where it is left out; html is to print.' }),
);

const { conversation, contact, subject, bot, rangeId } = filters;
export const AccessReportQuery = Type.Object(
  {
    ...{ from, to, conversation, contact, subject, bot, rangeId },
    forPerson: Type.Optional(
      Type.Boolean({ description: 'For the person who chatted: without anybody who works here.' }),
    ),
    format,
  },
  strict,
);

export const ReviewReportQuery = Type.Object(
  { scope: Type.String({ description: '`platform` or `bot:<id>`.' }), format },
  strict,
);

export const LookupQuery = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: 256,
      description:
        'An address, a network, a request id or its first eight characters, the id of a range, a person, a bot or a conversation.',
    }),
  },
  strict,
);

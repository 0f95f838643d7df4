import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const text = Type.Optional(Type.String());
const number = Type.Optional(Type.Number());

/** What was decided, as the access lines tell it. */
export const activityAnswers = {
  activity: Type.Object({
    events: Type.Array(
      Type.Object({
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
      }),
    ),
    gaps: Type.Array(
      Type.Object({
        kind: Enum(['lost', 'pruned']),
        from: Type.String(),
        to: Type.String(),
        count: Type.Integer(),
      }),
      {
        description:
          'What the record lacks in that time: lost for want of room or time, or deleted as too old.',
      },
    ),
    next: Type.Optional(Type.String({ description: 'Where the next page starts; absent on the last.' })),
  }),
} as const;

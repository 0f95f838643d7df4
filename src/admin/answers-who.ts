import type { Outcome, RangeMatch, Reason, Scope } from '../policy/reason.ts';
import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const actor = {
  principal: Type.Object({
    kind: Enum(['static-token', 'known']),
    issuer: Type.Optional(Type.String()),
    subject: Type.String(),
  }),
  via: Enum(['bearer', 'cookie', 'header', 'session', 'static-token']),
  superAdmin: Type.Boolean(),
  ownedBots: Type.Array(Type.String()),
  expiresAt: Type.Optional(Type.String()),
};

/** Who manages, who serves, and why a visitor is answered as they are. */
export const whoAnswers = {
  me: Type.Object({
    ...actor,
    door: Enum(['public', 'private']),
    remoteIp: Type.String(),
    clientIpStatus: Enum(['ipv4', 'ipv6', 'unknown']),
    clientIp: Type.Optional(Type.String()),
    why: Type.Optional(Type.String({ description: 'Why the client IP is unknown.' })),
    hops: Type.Array(Type.Object({ address: Type.String(), trusted: Type.Boolean(), source: Type.String() })),
    defaults: Type.Object(
      { mode: Enum(['enforce', 'report']), requireLogin: Type.Boolean() },
      { description: "What counts where neither the bot's nor the platform's record says." },
    ),
  }),
  session: Type.Object(actor),
  replicas: Type.Object({
    replicas: Type.Array(
      Type.Object({
        id: Type.String(),
        revision: Type.Integer(),
        ageSeconds: Type.Number({ description: 'Since its policy was last confirmed.' }),
        self: Type.Boolean(),
      }),
    ),
    store: Type.Optional(
      Type.Object(
        { state: Enum(['up', 'degraded', 'down']), detail: Type.String() },
        { description: 'While it is not up, nobody knows what the others serve.' },
      ),
    ),
  }),
  identity: Type.Object({
    known: Type.Boolean({ description: 'Whether it is somebody’s, and that is known now.' }),
    principal: Type.Object({}, { additionalProperties: true }),
    steps: Type.Array(Type.Object({ step: Type.String(), result: Type.String() })),
  }),
  explained: Type.Object(
    {
      decision: Type.Unsafe<{
        readonly outcome: Outcome;
        readonly reason: Reason;
        readonly range?: Readonly<RangeMatch>;
      }>(
        Type.Object({
          outcome: Enum(['forward', 'login', 'deny', 'unavailable']),
          reason: Type.String(),
          range: Type.Optional(Type.Object({ scope: Type.String(), id: Type.String() })),
        }),
      ),
      steps: Type.Array(
        Type.Object({
          step: Type.String(),
          result: Type.String(),
          scope: Type.Optional(Type.Unsafe<Scope>(Type.String({ description: 'Whose list it tells of.' }))),
        }),
      ),
    },
    {
      additionalProperties: true,
      description:
        'The decision, every step that led to it, and what it was made of: mode, resource, principal, client.',
    },
  ),
} as const;

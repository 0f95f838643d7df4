import { alertKinds } from '../alerts/alert.ts';
import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const alert = Type.Object({
  id: Type.String(),
  kind: Enum(alertKinds),
  at: Type.String(),
  summary: Type.String(),
  of: Type.Object({}, { additionalProperties: true, description: 'Whom or what it is of.' }),
});

/** What should not go unseen, and who is told of it. */
export const alertAnswers = {
  alerts: Type.Object({
    configured: Type.Boolean({ description: 'False: nothing is watched.' }),
    alerts: Type.Array(alert, {
      description: 'The newest first, at most 200, of all gateways on one Redis.',
    }),
    receivers: Type.Array(
      Type.Object({
        receiver: Type.String(),
        waiting: Type.Integer(),
        delivered: Type.Integer(),
        dropped: Type.Integer({ description: 'Given up after many attempts, or too many waited.' }),
        failedAttempts: Type.Integer(),
        gone: Type.Boolean({ description: 'It answered 410, and is told of nothing until a reload.' }),
      }),
      { description: 'As the gateway that is asked told them; of several workers, as one of them did.' },
    ),
  }),
  alertTest: Type.Object({
    receivers: Type.Array(
      Type.Object({
        receiver: Type.String(),
        ok: Type.Boolean(),
        status: Type.Optional(Type.Integer()),
        text: Type.Optional(Type.String({ description: 'The beginning of what it answered.' })),
        failed: Type.Optional(Type.String({ description: 'Why there was no answer.' })),
      }),
    ),
  }),
} as const;

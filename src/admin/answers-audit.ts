import type Type from 'typebox';
import * as Json from '../json-schema.ts';
import { Enum } from './schemas.ts';

const why = Enum(['changed', 'missing'], {
  description:
    '`changed`: it is not what was written. `missing`: it is not there, and nothing says that it was deleted.',
});

/** What was found of the log of changes and the record of decisions. */
const findings = Json.Object({
  whole: Json.Boolean({ description: 'Nothing is changed or missing, and no digest is forged.' }),
  changes: Json.Object({
    changes: Json.Integer(),
    firstRevision: Json.Integer({ description: 'Of the oldest change that is kept.' }),
    lastRevision: Json.Integer(),
    unlinked: Json.Integer({ description: 'Made by an older version, which did not link them.' }),
    broken: Json.Optional(Json.Object({ revision: Json.Integer(), why })),
  }),
  gateways: Json.Optional(
    Json.Array(
      Json.Object({
        gateway: Json.String({ description: 'One start of a gateway: its events are a chain.' }),
        events: Json.Integer({ description: 'That are kept.' }),
        first: Json.Integer({ description: 'Number of the first one that is kept.' }),
        broken: Json.Optional(
          Json.Object(
            { event: Json.Integer(), at: Json.Optional(Json.String()), why },
            { description: 'The first event of the chain that is not as it was, by its number.' },
          ),
        ),
      }),
      { description: 'Absent where no record of decisions is kept.' },
    ),
  ),
  digests: Json.Object({
    good: Json.Integer({ description: 'Signed by the key of this store.' }),
    unknownKey: Json.Integer({
      description: 'Signed by a key that is not in this store; nothing follows from them.',
    }),
    bad: Json.Integer({ description: 'Not signed by the key that they name.' }),
    last: Json.Optional(Json.String({ description: 'When the newest good one was signed.' })),
  }),
});

export type AuditFindings = Type.Static<typeof findings>;

/** One reading of the record of decisions. */
const reading = Json.Object({
  at: Json.String(),
  what: Json.String({ description: 'The call, as `activity` or `reports/access`.' }),
  of: Json.Object({}, { additionalProperties: true, description: 'What narrowed it.' }),
  by: Json.String(),
  from: Json.Optional(Json.String()),
  requestId: Json.String(),
});

export const auditAnswers = {
  readings: Json.Object({
    readings: Json.Array(reading, {
      description: 'One for each question of one reader in ten minutes, as log and record may show it.',
    }),
    next: Json.Optional(Json.String({ description: 'Where the next page starts; absent on the last.' })),
  }),
  audit: findings,
} as const;

import * as Type from '../json-schema.ts';
import { RangeBody, SettingsBody } from './schemas.ts';

const strict = { additionalProperties: false } as const;
const few = { maxItems: 200 };
export const ForecastBody = Type.Object(
  {
    scope: Type.String({ description: '`platform` or `bot:<id>`.' }),
    changes: Type.Object(
      {
        settings: Type.Optional(SettingsBody),
        remove: Type.Optional(
          Type.Array(Type.String({ maxLength: 64 }), { maxItems: 1_000, description: 'Ids of ranges.' }),
        ),
        put: Type.Optional(
          Type.Array(Type.Object({ id: Type.String({ maxLength: 64 }), range: RangeBody }, strict), few),
        ),
        add: Type.Optional(Type.Array(RangeBody, few)),
      },
      {
        ...strict,
        description: 'Made together, in this order; the bodies are those of the changes themselves.',
      },
    ),
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3_650,
        description: 'Of the record, up to now; else all that there are.',
      }),
    ),
  },
  strict,
);

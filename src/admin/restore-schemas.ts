import * as Type from '../json-schema.ts';
import { strict } from './schemas.ts';

const revision = (description: string) => Type.Integer({ minimum: 0, description });
export const CompareQuery = Type.Object(
  { from: revision('Of the earlier state; 0 is before all.'), to: revision('Of the later one.') },
  strict,
);
export const RestoreBody = Type.Object(
  {
    at: Type.String({
      maxLength: 40,
      description: 'When it was as it shall be again. RFC 3339 with an offset.',
    }),
  },
  strict,
);

const time = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));
export const ReadingsQuery = Type.Object(
  {
    from: time('Not before this time.'),
    to: time('Before this time.'),
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'Where the last page said that the next starts.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  },
  strict,
);

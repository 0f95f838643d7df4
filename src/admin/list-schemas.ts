import * as Type from '../json-schema.ts';
import { after, Enum, limit, q, strict, yesNo } from './schemas.ts';

/** What narrows the lists, and the ranges of one. */
export const WhitelistsQuery = Type.Object({ q: q('A part of the scope.'), after, limit }, strict);

export const RangesQuery = Type.Object(
  {
    q: q('An address in the range, a network, or a part of its ends, id, note or purpose.'),
    use: yesNo('Also when each was last used, and how often in 30 days.'),
    show: Type.Optional(
      Enum(['never-used', 'expiring', 'expired'], {
        description: 'Only those of which no use is recorded, that end within 14 days, or that have ended.',
      }),
    ),
    sort: Type.Optional(Enum(['start', 'id'], { description: 'By number; else by start.' })),
    after,
    limit,
  },
  strict,
);

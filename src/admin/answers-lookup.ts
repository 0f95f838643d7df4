import * as Type from '../json-schema.ts';
import type { Scope } from '../policy/reason.ts';
import { Event } from './answers-activity.ts';
import { whoAnswers } from './answers-who.ts';
import { Enum } from './schemas.ts';

/** What a text was found to name; `range` is what the API tells of one. */
export function lookupAnswer<Range extends Type.TProperties>(range: Range) {
  const ScopeText = Type.Unsafe<Scope>({ type: 'string' });
  return Type.Object({
    q: Type.String(),
    ranges: Type.Array(
      Type.Object({
        ...range,
        scope: ScopeText,
        enabled: Type.Boolean({ description: 'Whether its list is on.' }),
        expired: Type.Boolean(),
      }),
      { description: 'Every range that holds the address or a part of the network, or has the id.' },
    ),
    more: Type.Optional(Type.Boolean({ description: 'True where there are more ranges.' })),
    decisions: Type.Array(
      Type.Object({
        event: Event,
        now: Type.Optional(whoAnswers.explained),
      }),
      {
        description:
          'Of the request id: what was decided then, and `now`, what would be: from the same address, signed in as then.',
      },
    ),
    bot: Type.Optional(Type.Object({ scope: ScopeText, enabled: Type.Boolean(), ranges: Type.Integer() })),
    seen: Type.Array(
      Type.Object({
        as: Enum(['address', 'subject', 'contact', 'conversation', 'bot']),
        value: Type.String({
          description: 'As it is recorded: of a person, with `log.subject: hashed`, the hash.',
        }),
        events: Type.Array(Event),
        more: Type.Optional(Type.Boolean()),
      }),
      { description: 'The newest events in which the text stands for something.' },
    ),
  });
}

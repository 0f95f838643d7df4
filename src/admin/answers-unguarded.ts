import * as Type from '../json-schema.ts';
import { Enum } from './schemas.ts';

const count = {
  method: Type.String(),
  shape: Type.String({ description: 'Of the URL: `:id` for what is no word, of a query the names only.' }),
  open: Type.Boolean({ description: 'Whether an `open` route names it; false: no route at all.' }),
  count: Type.Integer(),
  firstAt: Type.String(),
  lastAt: Type.String(),
};

/** What passed that no route guards, as all gateways on the store saw it. */
export const unguardedAnswers = {
  unguarded: Type.Object({
    since: Type.String({ description: 'The start of the process that runs longest.' }),
    gateways: Type.Integer({
      description:
        'How many processes told of it, each worker being one: those that run, every few seconds, and those that ended within a day.',
    }),
    partial: Type.Boolean({ description: 'True: the store could not be asked for what the others saw.' }),
    shapes: Type.Array(Type.Object(count), {
      description: 'The most frequent first; empty where `listUnguarded` says that nothing is listed.',
    }),
    left: Type.Integer({ description: 'Requests of further shapes, for which there was no room.' }),
    canaries: Type.Array(
      Type.Object({ canary: Type.String(), action: Enum(['alarm', 'refuse']), ...count }),
      {
        description: 'Canaries that such a URL showed: it shows transcripts, and a route is missing.',
      },
    ),
    notSearched: Type.Object(
      {},
      {
        additionalProperties: true,
        description: 'Answers that could not be searched for canaries, by why.',
      },
    ),
  }),
} as const;

import { choice, entry, listOf, reloads, secretText, text } from './kinds.ts';

const canary = entry(
  {
    name: text({
      description: 'What the log, the metrics and the dashboard call it.',
      pattern: '^[A-Za-z0-9._-]{1,64}$',
    }),
    phrase: secretText({
      description: 'Words of that conversation that stand nowhere else, 8 to 200 characters.',
    }),
    action: choice(['alarm', 'refuse'], {
      description:
        '`refuse`: beside the alarm the answer is cut before the phrase is passed on. For that, what may be the beginning of a phrase is held back for up to a second.',
      default: 'alarm',
    }),
  },
  { description: 'One canary.' },
);

export const canaries = reloads(
  listOf(canary, {
    description:
      'Phrases of conversations that were made for this. What a URL answers that no route guards is searched for them, WebSocket messages too, also compressed and however JSON and HTML write them: one that carries a phrase shows transcripts, and is an alarm in log, metrics and dashboard. At most 16.',
    default: [],
    example: [{ name: 'print-view', phraseFile: '/run/secrets/canary' }],
  }),
);

export const listUnguarded = reloads(
  choice(['report', 'always', 'never'], {
    description:
      'When the gateway lists what URLs look like that it passes on unguarded, ids folded and without a value: while everything is in mode `report`, always, or never. The dashboard and `transcript-gateway unguarded` show the list.',
    default: 'report',
  }),
);

import * as Type from '../../json-schema.ts';
import { entry, text, wholeOrNull } from './kinds.ts';

/** Of a route whose URL is itself a key. */
export const link = entry(
  {
    key: Type.Optional(
      text({ description: 'The name in the path in whose place the key stands; left out: `key`, as in `/chat/:conversationId/:key`.' }),
    ),
    query: Type.Optional(text({ description: 'The query parameter that holds the key, in place of a name in the path.' })),
    maxAgeSeconds: Type.Optional(
      wholeOrNull(1, 315_360_000, {
        description:
          'So long an address counts with the link, from when this gateway first let somebody through by it; then it is `link-expired`. Kept in the store, as a keyed hash. A login counts as ever. null: for ever.',
        default: null,
      }),
    ),
  },
  {
    description:
      'For URLs that are themselves keys. `true` is `{ key: key }`. The key is in no log, record or way back on another host; an address (and `whenOff: anyone`) counts only where the key is there: with an optional group, `{/:key}`, the URL without it is for logins alone. It opens nothing by itself.',
    switchable: true,
  },
);

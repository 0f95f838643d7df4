import * as Type from '../../json-schema.ts';
import { defaultLookup } from '../../lookups/options.ts';
import { entry, mapOf, mapOfEntries, reloads, secretText, text, textOrNull, whole } from './kinds.ts';

const lookup = entry(
  {
    url: Type.Optional(
      text({
        description: 'An API that answers with JSON, with `{conversationId}` where the id stands. A path is asked at `upstream.url`, a URL wherever it leads; 404 and 410 say that there is none.',
        format: 'lookup-url',
      }),
    ),
    headers: secretText({ description: 'Headers of each call, `Name: value` on a line each: the credential of a service account.' }),
    redisHash: Type.Optional(
      text({ description: "Instead of `url`: the key of a hash, in the store's Redis, with a field for each conversation: JSON, or a bot id." }),
    ),
    file: Type.Optional(
      text({ description: 'Instead of `url`: a JSON object with a member for each conversation. It is read again when it has changed.', path: true }),
    ),
    bot: text({ description: "JMESPath over the answer for the bot's id, a text or a whole number.", format: 'expression' }),
    contact: textOrNull({
      description: "JMESPath for the id of the contact whose conversation it is, who then reads it; null: none is known.",
      default: null,
      format: 'expression',
    }),
    botNames: mapOf({ description: 'What `bot` gives → the bot id that it means, such as `{ 3: support }`; others are bot ids as they stand.', default: {} }),
    cacheSeconds: whole(1, 2_592_000, {
      description: 'How long an answer counts. It is asked again ahead of that.',
      default: defaultLookup.cacheSeconds,
    }),
    missSeconds: whole(1, 3_600, {
      description: 'How long it counts that there is no such conversation.',
      default: defaultLookup.missSeconds,
    }),
    timeoutMs: whole(1, 60_000, {
      description: 'For one whole question, the wait for its turn included; past it the answer is 503.',
      default: defaultLookup.timeoutMs,
    }),
    bodyBytes: whole(64, 16_777_216, { description: 'A longer answer is none.', default: defaultLookup.bodyBytes }),
  },
  { description: 'One lookup.', alternatives: ['url', 'redisHash', 'file'] },
);

export const lookups = reloads(
  mapOfEntries(lookup, {
    description: 'What knows the bot of a conversation, for routes whose URL has none: by name, as `lookup` of a route says it.',
    default: {},
    example: { chats: { url: '/api/chats/{conversationId}', headersFile: '/run/secrets/chats', bot: 'dep_id' } },
  }),
);

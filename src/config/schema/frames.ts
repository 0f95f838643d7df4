import * as Type from '../../json-schema.ts';
import { frameProtocols } from '../../reading/frames/calls.ts';
import { choice, entry, flag, listOf, text } from './kinds.ts';

/** Where ids stand beside the path: our name for an id, then where it is. */
export const ids = (what: string, description: string) =>
  Type.Optional(
    entry(
      {
        botId: Type.Optional(text({ description: `${what} the bot id.` })),
        contactId: Type.Optional(text({ description: `${what} the contact id.` })),
        conversationId: Type.Optional(text({ description: `${what} the conversation id.` })),
      },
      { description },
    ),
  );

const channel = entry(
  {
    name: text({
      description:
        'The channel (ActionCable), topic (Phoenix), publication or method (DDP), or event (socket.io; behind its namespace, `/admin join`; to connect is `connect`), to the letter. `{conversationId}`, `{botId}` and `{contactId}` stand for an id in it, a `*` at the end for anything (not with ActionCable).',
    }),
    when: Type.Optional(
      text({
        description:
          'JMESPath over the message: where it gives false or nothing, the next entry of this name counts. Where it cannot be asked, this one does.',
      }),
    ),
    ids: ids(
      'JMESPath for',
      'Ids in the message. It has `params`, and `command` and `data` (ActionCable), `event` and `payload` in place of `params` (Phoenix), `type` (DDP, socket.io), `namespace` (socket.io).',
    ),
    bot: Type.Optional(
      text({
        description: 'A constant bot id. `any`: it shows what is of every bot, for members of some bot and addresses on the list of the platform.',
        format: 'bot-id',
      }),
    ),
    lookup: Type.Optional(text({ description: 'The name, in `lookups`, of what knows the bot of its `conversationId`.' })),
    whitelist: Type.Optional(
      flag({ description: 'False: an address never opens it. Left out: as the route, and false where it names a contact.' }),
    ),
    open: Type.Optional(
      flag({ description: 'True: it shows nothing of a conversation, and is for whoever may open the socket.', default: false }),
    ),
  },
  { description: 'What may be asked for within a socket.' },
);

export const frames = entry(
  {
    protocol: choice(frameProtocols, { description: 'What is spoken there; DDP is that of Meteor.' }),
    channels: listOf(channel, {
      description:
        'Each subscription, and whatever else names a channel, is judged as a request is; the first entry of its name counts, and what none has is refused.',
      minItems: 1,
    }),
    forAnyone: Type.Optional(
      flag({
        description:
          'True: everybody opens the socket, and asks for what is `open` in it. For platforms whose people sign in within it, and which show nothing there that they were not asked for.',
        default: false,
      }),
    ),
  },
  {
    description:
      'For a `socket` that names no bot: its messages are read, up to `limits.inspectedBodyBytes`. Whoever may read some bot opens it (`forAnyone`: everybody), and each subscription is judged by itself. What is refused or cannot be read ends the socket (close 1008, 1002, 1009; 1013 where it cannot be known now). Its messages are not compressed. Plain requests there (long polling) get 426.',
  },
);

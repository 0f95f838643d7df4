import * as Type from '../../json-schema.ts';
import { choice, entry, flag, reloads, text, textOrNull } from './kinds.ts';

export const platform = reloads(
  Type.Optional(
    entry(
      {
        name: text({ description: 'A file of `config/packs`, without its `.yaml`.' }),
        bot: Type.Optional(
          textOrNull({
            description:
              'The one bot that all conversations are of, where URLs name none. Left out: it is called as the pack is.',
            format: 'bot-id',
          }),
        ),
        lookup: flag({
          description:
            'True: each conversation’s own bot is looked up, by the lookup of the pack. It needs a key: `lookups.<name>.headersFile`.',
          default: false,
        }),
        visitors: choice(['guarded', 'open'], {
          description:
            'The calls of a visitor’s own live chat, by which whoever has its link or key reads it: guarded, so that visitors chat from listed addresses only; or open, as they were.',
          default: 'guarded',
        }),
      },
      {
        description:
          'A platform that is known: its routes, sessions, lookups and login page are a file of `config/packs`, below all that is said elsewhere. Also its name alone: `platform: mibew`. Own routes come before those of the pack, and one with the same `path` replaces them; a session of the same `name` is merged key by key, as objects are. What it was read from and what it does not cover is in its file (`pack`); `check-config --show` prints what comes out.',
        shorthand: 'name',
        example: { name: 'live-helper-chat', bot: 'support', visitors: 'open' },
      },
    ),
  ),
);

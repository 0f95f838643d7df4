import * as Type from '../../json-schema.ts';
import { routeKinds } from '../../policy/resource.ts';
import { routeTokenPlaces } from '../../reading/token-places.ts';
import { frames, ids } from './frames.ts';
import { link } from './link.ts';
import { choice, entry, flag, listOf, reloads, text, textOrNull } from './kinds.ts';

const route = entry(
  {
    path: text({
      description:
        'Template in the syntax of path-to-regexp 8: literals, `:botId`, `:contactId`, `:conversationId`; another `:name` only has to be there. `{/:lang}` is optional, `support-group-:botId-:rest` has names inside a segment (it splits at the last `-`; `:botId-*rest` at the first), `/*rest` is a tail.',
    }),
    exact: Type.Optional(
      flag({ description: 'True: itself only. Otherwise it guards everything below it too.', default: false }),
    ),
    except: Type.Optional(
      listOf(text({ description: 'A path as `path`, with all below it.' }), {
        description:
          'What this route does not guard, such as `/chat/style` where `/chat/:conversationId/:token` would take it for a conversation. To the letter: an odd spelling is guarded.',
      }),
    ),
    methods: Type.Optional(
      listOf(text({ description: 'A method in upper case; HEAD goes with GET.' }), {
        description: 'Methods that are served; others of this path are guarded all the same, and refused with 405. Left out: any.',
      }),
    ),
    host: Type.Optional(
      textOrNull({
        description:
          'The host, without its port, exactly or with `:botId` as one label. Where a request is for a host that no route names, every route guards its path and nobody is let in.',
      }),
    ),
    query: ids(
      'Query parameter that holds',
      "Ids in the query: our name (`botId`, `contactId`, `conversationId`), then the parameter's. Missing, empty or twice is unresolved: nobody is let in. `narrow[0].operand` is JMESPath over a parameter that holds JSON.",
    ),
    form: ids('Field that holds', 'Ids in an urlencoded form body, read up to `limits.inspectedBodyBytes`.'),
    body: ids(
      'JMESPath for',
      'Ids in a JSON body, read up to `limits.inspectedBodyBytes`. A body that is larger, compressed, of several parts, or has a member twice is refused.',
    ),
    header: ids('Header that holds', 'Ids in headers, as they stand.'),
    cookie: ids('Cookie that holds', 'Ids in cookies, as they stand.'),
    kind: Type.Optional(
      choice(routeKinds, {
        description:
          'What stands there. `page`: as where it is left out. `data`: whoever is refused gets a status and a problem (RFC 9457), never the login page. `file`: it may be `bot: any`. `socket`: it may name no bot, and is for members of some bot and addresses on the list of the platform, asked again each second.',
      }),
    ),
    bot: Type.Optional(
      text({
        description:
          'A constant bot id, where the URL has none. `any`, where its `kind` is said: it is of no single bot, such as a list of all conversations; for members of some bot, and addresses on the list of the platform, of a `file` on an enabled list, whichever. Never by the link alone.',
        format: 'bot-id',
      }),
    ),
    contacts: Type.Optional(
      flag({
        description:
          'True: what is of any bot is open to verified contacts too, such as the files of their own conversation, and of every other one whose URL they have.',
        default: false,
      }),
    ),
    lookup: Type.Optional(
      text({
        description: 'Where the URL has no bot: the name, in `lookups`, of what knows the bot of its `conversationId`.',
      }),
    ),
    whitelist: Type.Optional(
      flag({
        description:
          'False: an address never opens it. Left out: false where the route names a contact, true elsewhere.',
      }),
    ),
    link: Type.Optional(link),
    members: Type.Optional(
      choice(['token', 'platform'], {
        description:
          'Who decides for members: their token or session, or (`platform`) the platform’s own answer to whoever brings a session. Only for URLs that the platform itself refuses to strangers: it is asked as one, and shut where it answers.',
              }),
    ),
    tokenPlaces: Type.Optional(
      listOf(choice(routeTokenPlaces, { description: 'A place.' }), {
        description:
          'Tokens may also stand in a query parameter (`query`) or among the subprotocols of a WebSocket (`protocol`) here, as an issuer’s `from` names them. What a URL holds is kept by browsers and by whoever logs URLs: only where a script can send no header.',
      }),
    ),
    forwardTokens: Type.Optional(
      flag({ description: 'True: the platform needs the tokens of `tokenPlaces` too. Otherwise they do not reach it.', default: false }),
    ),
    frames: Type.Optional(frames),
    open: Type.Optional(
      flag({ description: 'True: not guarded. Matters under `otherPaths: reject` and `guard`.', default: false }),
    ),
  },
  { description: 'One guarded (or open) template.' },
);

export const routes = reloads(listOf(route, {
  description:
    'Guarded URLs, each with all below it. Guarded beats open, then the first listed. Needed: without one nothing is guarded.',
  example: [
    { path: '/transcripts/:botId/:conversationId' },
    { path: '/api/bots/:botId/conversations/:conversationId/transcript', exact: true },
    { path: '/history', query: { botId: 'botId' } },
    { path: '{/:lang}/chat/printchat/:conversationId/:key', bot: 'support', methods: ['GET'], link: true },
    { path: '/contacts/:contactId/conversations', bot: 'support', whitelist: false },
    { path: '/file/:id', kind: 'file', bot: 'any' },
    { path: '/assets', open: true },
  ],
}));

export const otherPaths = reloads(choice(['forward', 'reject', 'guard'], {
  description:
    'What no route names: passed on; or 404; or `guard`: for who may see some bot, or an address on the list of the platform. Under `reject` and `guard` the login page and everything it loads must be `open` routes; under `guard` these are open to the letter only, an odd spelling is guarded.',
  default: 'forward',
}));

export const botIdCase = reloads(
  choice(['exact', 'lower'], {
    description:
      '`lower`: for a platform that takes `Support` and `support` for one bot. Bot ids of URLs are then read in lower case: write them so in lists, tokens and routes.',
    default: 'exact',
  }),
);

export const frontController = reloads(
  textOrNull({
    description:
      'The program that the platform routes in. What stands behind its name is read as a path, in the query too: Live Helper Chat and eZ Publish show `/?x=index.php/path` as `/path`. null: not in the query.',
    default: 'index.php',
    pattern: '^[A-Za-z0-9._~-]+$',
  }),
);

import * as Type from '../../json-schema.ts';
import type { KeyOptions } from '../../identity/options.ts';
import type { TokenPlace } from '../../identity/place.ts';
import {
  defaultClaims,
  allGrants,
  hmacAlgorithms,
  publicAlgorithms,
  tokenUses,
} from '../../identity/options.ts';
import {
  choice,
  entry,
  fileBytes,
  flag,
  group,
  listOf,
  listOrNull,
  secretBytes,
  text,
  textOrNull,
  wholeOrNull,
} from './kinds.ts';

const keyFields = entry(
  {
    jwksUrl: Type.Optional(
      text({ description: 'A JWK set to fetch and keep fresh; its keys say their own algorithm.', format: 'jwks-url' }),
    ),
    kid: Type.Optional(text({ description: 'Only tokens with this `kid` use the key; left out: any.' })),
    algorithm: Type.Optional(
      choice([...hmacAlgorithms, ...publicAlgorithms], { description: 'The one algorithm of a `secret` or `publicKey`.' }),
    ),
    secret: secretBytes({
      description: 'Shared secret of an HS algorithm, at least as long as its hash (HS256: 32 bytes).',
    }),
    publicKey: fileBytes({ description: 'Public key as PEM (SPKI or certificate) or JWK.', format: 'public-key' }),
  },
  { description: 'A key: one of `jwksUrl`, `secret`, `publicKey`.' },
);

/** The rules make sure that it is one of the room's kinds. */
const key = Type.Unsafe<KeyOptions>(keyFields);

const claim = (description: string, name: string): Type.TString =>
  text({ description, default: name });

const claims = group(
  {
    subject: claim(
      'The person. A whole number counts by its digits where the claim is not `sub`; `to_string(sub)` where it is.',
      defaultClaims.subject,
    ),
    bots: claim('Bots that the person has access to.', defaultClaims.bots),
    roles: claim("The person's roles.", defaultClaims.roles),
    ownedBots: claim('Bots that the person owns.', defaultClaims.ownedBots),
    contact: claim('Stable id of the contact; an e-mail claim is refused.', defaultClaims.contact),
    conversations: claim('Conversations that are theirs.', defaultClaims.conversations),
    scope: textOrNull({
      description:
        'The claim that is words with spaces between them, as OAuth writes `scope`, wherever another of these names it too (`bots: scope`, `scope: scope`). null: none is.',
      default: defaultClaims.scope,
    }),
  },
  {
    description:
      'Where in a token its facts stand: the whole name of a claim, dotted steps, or a JMESPath expression (jmespath.site), as in `split(bots, \',\')`. Each is an array of strings, or one string as its only entry: it is not split.',
  },
);

/** Who signs tokens, as it is configured. */
export const issuer = entry(
  {
    name: text({ description: 'Its name in logs and answers; each issuer has its own.' }),
    discover: textOrNull({
      description:
        'Instead of `issuer` and `keys`: the `iss` of its tokens, exactly, whose discovery document (OpenID Connect or RFC 8414) names its key set. https.',
      default: null,
    }),
    issuer: Type.Optional(
      textOrNull({
        description:
          'The `iss` of its tokens, exactly. One part may be a name in braces, as in `https://login.example/{tenant}/v2.0`: it is then a claim of that name. null: tokens without one (warned).',
      }),
    ),
    tenants: listOrNull(text({ description: 'A value.' }), {
      description: 'The values that the name in braces may have; null: any (warned: whoever has a tenant there can sign).',
      default: null,
    }),
    audience: Type.Unsafe<string | string[] | null>({
      type: ['string', 'array', 'null'],
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      minLength: 1,
      description: 'The `aud` that its tokens must name, or a list of which one. null: tokens without one (warned).',
    }),
    keys: listOf(key, { description: 'Any mix of keys; the algorithm is fixed per key.', default: [] }),
    from: listOf(
      Type.Unsafe<TokenPlace>(text({ description: 'A place.', format: 'token-place' })),
      { description: 'Where its tokens are looked for: `bearer`; `header:<name>`, also with a scheme (`header:Authorization JWT`); `cookie:<name>`, in which `*` stands for anything (`cookie:sb-*-auth-token`); `query:<name>` and `protocol:<name>` on routes whose `tokenPlaces` allow it. A cookie may hold the token as it is, URL-encoded, quoted, after `Bearer`, in JSON (its `access_token`), in Base64 of JSON, or in pieces `.0`, `.1`.', default: ['bearer'], minItems: 1 },
    ),
    grants: listOf(choice(allGrants, { description: 'A grant.' }), {
      description: 'What its tokens may be good for: `member`, `contact`, `admin`.',
      default: ['member'],
      minItems: 1,
    }),
    bots: listOrNull(text({ description: 'A bot id.', format: 'bot-id' }), {
      description: 'Its tokens open no other bot than these; null: any.',
      default: null,
    }),
    claims,
    botNames: Type.Unsafe<Readonly<Record<string, string>>>({
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'The bot that an entry of the bots claims means, such as `{ 8f2c-…: support }`; others are bot ids as they stand.',
      default: {},
    }),
    botNamesOnly: flag({ description: 'True: an entry that is not among `botNames` means no bot.', default: false }),
    clientIds: listOrNull(text({ description: 'A client id.' }), {
      description: 'The `azp` or `client_id` of its tokens must be one of these; null: whatever it is.',
      default: null,
    }),
    logoutClientIds: listOrNull(text({ description: 'A client id.' }), {
      description: 'Whom its logout tokens (OpenID Connect Back-Channel Logout, sent to `/_gateway/backchannel-logout`) may be for: the client that the platform is there. null: those of `clientIds`, else `audience`.',
      default: null,
    }),
    maxAgeSeconds: wholeOrNull(1, 31_536_000, {
      description: 'How long its tokens hold from `iat` on: ends them by then, and lets in those without `exp`. null: by `exp` alone, which must be there.',
      default: null,
    }),
    tokenUse: choice(tokenUses, {
      description: '`access`: ID tokens are refused. `id`: ID tokens instead, and access tokens are refused.',
      default: 'access',
    }),
    superAdminRole: text({ description: 'The role that manages every scope.', default: 'super_admin' }),
    allBots: textOrNull({
      description: 'The entry of the bots claim that means every bot, e.g. "*"; null: none does.',
      default: null,
    }),
  },
  { description: 'Who signs tokens.' },
);

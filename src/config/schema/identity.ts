import * as Type from '../../json-schema.ts';
import type { KeyOptions, Place } from '../../identity/options.ts';
import {
  defaultCacheEntries,
  defaultClaims,
  defaultClockToleranceSeconds,
  defaultJwks,
  defaultRevocationSeconds,
  grants,
  hmacAlgorithms,
  maxClockToleranceSeconds,
  publicAlgorithms,
} from '../../identity/options.ts';
import {choice, entry, fileBytes, flag, group, listOf, listOrNull, reloads, secretBytes, text, textOrNull, whole} from './kinds.ts';
import { sessions } from './sessions.ts';

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

const issuer = entry(
  {
    name: text({ description: 'Its name in logs and answers; each issuer has its own.' }),
    issuer: textOrNull({ description: 'The `iss` of its tokens, exactly. null: tokens without one (warned).' }),
    audience: Type.Unsafe<string | string[] | null>({
      type: ['string', 'array', 'null'],
      items: { type: 'string', minLength: 1 },
      minItems: 1,
      minLength: 1,
      description: 'The `aud` that its tokens must name, or a list of which one. null: tokens without one (warned).',
    }),
    keys: listOf(key, { description: 'Any mix of keys; the algorithm is fixed per key.', minItems: 1 }),
    from: listOf(
      Type.Unsafe<Place>(text({ description: '`bearer` or `cookie:<name>`.', format: 'token-place' })),
      { description: 'Where its tokens are looked for: `bearer`, `cookie:<name>`.', default: ['bearer'], minItems: 1 },
    ),
    grants: listOf(choice(grants, { description: 'A grant.' }), {
      description: 'What its tokens may be good for: `member`, `contact`, `admin`.',
      default: ['member'],
      minItems: 1,
    }),
    bots: listOrNull(text({ description: 'A bot id.', format: 'bot-id' }), {
      description: 'Its tokens open no other bot than these; null: any.',
      default: null,
    }),
    claims,
    superAdminRole: text({ description: 'The role that manages every scope.', default: 'super_admin' }),
    allBots: textOrNull({
      description: 'The entry of the bots claim that means every bot, e.g. "*"; null: none does.',
      default: null,
    }),
  },
  { description: 'Who signs tokens.' },
);

const jwks = group(
  {
    refreshSeconds: whole(10, 86_400, {
      description: 'A JWK set is fetched again after this time.',
      default: defaultJwks.refreshSeconds,
    }),
    cooldownSeconds: whole(1, 3_600, {
      description: 'At most one fetch for unknown key ids in this time, whatever tokens come.',
      default: defaultJwks.cooldownSeconds,
    }),
    keepSeconds: whole(60, 2_592_000, {
      description: 'How long the last good set counts when it cannot be fetched; then 503.',
      default: defaultJwks.keepSeconds,
    }),
    timeoutMs: whole(1, 60_000, {
      description: 'For one fetch, connection to last byte.',
      default: defaultJwks.timeoutMs,
    }),
  },
  { description: 'How JWK sets are fetched and kept.' },
);

export const identity = reloads(group(
  {
    issuers: listOf(issuer, {
      description: 'Who signs tokens. None: whitelist only, nobody is asked to log in.',
      default: [],
      example: [
        {
          name: 'staff',
          issuer: 'https://issuer.example/',
          audience: 'transcript-gateway',
          keys: [
            { jwksUrl: 'https://issuer.example/jwks.json' },
            { kid: 'hs-1', algorithm: 'HS256', secretFile: '/run/secrets/hs' },
            { kid: 'rs-9', algorithm: 'RS256', publicKeyFile: './rs.pem' },
          ],
          from: ['bearer', 'cookie:session'],
          grants: ['member', 'admin'],
          bots: null,
        },
      ],
    }),
    sessions,
    clockToleranceSeconds: whole(0, maxClockToleranceSeconds, {
      description: 'Leeway for `exp`, `nbf` and `iat`.',
      default: defaultClockToleranceSeconds,
    }),
    forwardCredentials: flag({
      description: 'False: our cookies and bearer are not sent upstream.',
      default: true,
    }),
    cacheEntries: whole(0, 1_000_000, {
      description: 'Verified tokens remembered, by a hash; never past their end.',
      default: defaultCacheEntries,
    }),
    strangerTestSeconds: whole(5, 86_400, {
      description: 'How often the platform is asked, as a stranger, for what `members: platform` leaves to it.',
      default: 180,
    }),
    revocationSeconds: whole(60, 31_622_400, {
      description:
        'How long a revocation counts that does not say, and each that a logout makes: at least as long as the longest-lived token.',
      default: defaultRevocationSeconds,
    }),
    jwks,
  },
  { description: 'Who people are: issuers and their tokens.' },
));

export const login = reloads(group(
  {
    url: textOrNull({
      description: "The platform's login page: a path on the site, or absolute. null: a 401 page instead.",
      default: '/login',
      format: 'login-url',
    }),
    mode: choice(['redirect', 'inPlace', 'pathParameter', 'fragment'], {
      description:
        '`redirect`: a page is sent to `url`, with the way back in `returnParam`. `inPlace`: what the platform shows at `url` is shown where the visitor is, for platforms that sign people in on every URL; the transcript itself is not asked for. `pathParameter`: `url` holds `{return}` or `{returnBase64}`, where the way back goes. `fragment`: a small page of ours takes what stands behind `#`, which no server is sent, along in the way back.',
      default: 'redirect',
    }),
    explainFirst: flag({
      description: 'A page that says why comes before the login page, and leads there.',
      default: false,
    }),
    switchUrl: textOrNull({
      description:
        'Where somebody who is signed in without access changes to another account: a path on the site, or absolute. null: `url`.',
      default: null,
      format: 'login-url',
    }),
    returnParam: text({
      description: 'Query parameter that carries the way back.',
      default: 'return_to',
      pattern: '^[A-Za-z0-9._~-]+$',
    }),
  },
  { description: 'Where people are sent to log in.' },
));

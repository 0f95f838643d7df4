import {
  defaultCacheEntries,
  defaultClockToleranceSeconds,
  defaultJwks,
  defaultRevocationSeconds,
  maxClockToleranceSeconds,
} from '../../identity/options.ts';
import { issuer } from './issuers.ts';
import { choice, entry, flag, group, listOf, listOrNull, reloads, secretBytes, text, textOrNull, whole } from './kinds.ts';
import { sessions } from './sessions.ts';

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

const hmacContact = entry(
  {
    name: text({ description: 'Its name in logs and answers; no issuer or session has the same.' }),
    contact: text({ description: 'Where the id stands.', format: 'contact-place' }),
    hash: text({ description: 'Where HMAC-SHA256(secret, id) stands, in hex.', format: 'contact-place' }),
    secret: secretBytes({ description: 'The secret that the platform makes hashes with, as it stands.' }),
    bots: listOrNull(text({ description: 'A bot id.', format: 'bot-id' }), {
      description: 'Nothing of another bot is theirs; null: any.',
      default: null,
    }),
  },
  { description: 'One kind of contact.' },
);

const hmacContacts = listOf(hmacContact, {
  description:
    'Contacts that a hash of their id proves, the `user_hash` of chat widgets: `query:<name>` (on routes with `tokenPlaces: [query]`; the hash does not reach the platform unless these say `forwardTokens`), `header:<name>` or `cookie:<name>`. Such a hash has no end (warned): who has learned one is that contact until the secret changes. A contact sees their own conversations only.',
  default: [],
});

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
    hmacContacts,
    clockToleranceSeconds: whole(0, maxClockToleranceSeconds, {
      description: 'Leeway for `exp`, `nbf` and `iat`.',
      default: defaultClockToleranceSeconds,
    }),
    forwardCredentials: flag({
      description: 'False: our cookies, tokens in headers and hashes of contacts are not sent upstream.',
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

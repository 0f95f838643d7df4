import type { Rules } from '../access/rules.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import { compileCanaries } from '../gateway/canaries/canaries.ts';
import { compileIdentityHeaders } from '../gateway/identity-headers.ts';
import { compilePages } from '../gateway/pages/page.ts';
import type { GatewaySettings } from '../gateway/index.ts';
import type { Ends } from '../identity/sessions/ends.ts';
import type { Sessions } from '../identity/sessions/index.ts';
import { createVerifier, type Verifier, type VerifierDependencies } from '../identity/verifier.ts';
import { compileHashPlaces } from '../reading/contact-parts.ts';
import { compileTrust } from '../reading/forwarded.ts';
import { compileRoutes } from '../reading/route.ts';
import { compileTokenPlaces } from '../reading/token-places.ts';
import { identityOf, sessionsOf } from './identity.ts';
import { lookupsOf } from './lookups.ts';
import type { Lookups, LookupsParts } from '../lookups/index.ts';

/** Everything that a reload replaces: immutable, swapped whole. */
export interface Ruling {
  readonly config: ReloadSettings;
  readonly rules: Rules;
  readonly verifier: Verifier;
  readonly sessions: Sessions;
  readonly lookups: Lookups;
  readonly settings: GatewaySettings;
}

/** What outlives a reload. */
export interface RulingParts {
  readonly log: VerifierDependencies['log'];
  readonly ends: Ends;
  readonly readHash: LookupsParts['readHash'];
  readonly revoked: NonNullable<VerifierDependencies['revoked']>;
}

/**
 * Makes what questions are judged by: of the options from the start, and of settings that may be newer. Throws for
 * what the checks of the configuration did not see.
 */
export function createRuling(
  start: StartOptions,
  config: ReloadSettings,
  { log, ends, readHash, revoked }: RulingParts,
  previous?: Ruling,
): Ruling {
  const hmacContacts = config.identity.hmacContacts.map(withSecret);
  const verifierOptions = { ...config.identity, hmacContacts, maxTokenBytes: start.limits.tokenBytes };
  const kept = previous && { previous: previous.verifier };
  const verifier = createVerifier(verifierOptions, { log, revoked, ...kept });
  const sessions = sessionsOf(start, config, log, ends, previous?.sessions);
  const lookups = lookupsOf(start, config, { log, readHash }, previous?.lookups);
  const { routes, otherPaths, identity, policy, trustedProxies } = config;
  return {
    config,
    verifier,
    sessions,
    lookups,
    rules: {
      lookups,
      routes: compileRoutes(routes, config),
      trust: compileTrust(trustedProxies),
      identity: identityOf(config, verifier, sessions),
      options: {
        otherPaths,
        canLogIn: identity.issuers.length + identity.sessions.length > 0,
        defaults: policy.defaults,
      },
    },
    settings: gatewaySettings(config, verifier, log),
  };
}

const withSecret = (one: ReloadSettings['identity']['hmacContacts'][number]) => ({
  ...one,
  secret: one.secret ?? new Uint8Array(),
});

/** What the public door goes by. */
function gatewaySettings(
  { public: site, login, identity, pages, trustedProxies, upstream, canaries }: ReloadSettings,
  verifier: Verifier,
  log: RulingParts['log'],
): GatewaySettings {
  return {
    publicUrl: site.url,
    corsOrigins: site.corsOrigins,
    login,
    forwardCredentials: identity.forwardCredentials,
    cookieNames: verifier.cookieNames,
    tokenCookies: tokenCookiesOf(identity),
    tokenPlaces: compileTokenPlaces([...verifier.places, ...identity.hmacContacts.map(({ hash }) => hash)]),
    hashPlaces: compileHashPlaces(identity.hmacContacts),
    pages: compilePages(pages),
    canaries: compileCanaries(canaries.map((one) => ({ ...one, phrase: one.phrase ?? '' }))),
    identityHeaders: compileIdentityHeaders(
      { passHeaders: trustedProxies?.passHeaders ?? [], allowHeaders: upstream.allowHeaders },
      (header) => log.warn({ header }, lostHeader),
    ),
  };
}

const lostHeader =
  'a trusted proxy sends an identity header that does not reach the platform: list it in trustedProxies.passHeaders';

/** Cookies that can hold nothing but an issuer's token, by their whole name. */
function tokenCookiesOf({ issuers, sessions }: ReloadSettings['identity']): ReadonlySet<string> {
  const sessionPlaces = new Set<string>(sessions.flatMap(({ from }) => from));
  const places = issuers.flatMap(({ from }) => from.filter((place) => /^cookie:[^*]+$/.test(place)));
  const alone = places.filter((place) => !sessionPlaces.has(place));
  return new Set(alone.map((place) => place.slice('cookie:'.length)));
}

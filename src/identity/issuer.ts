import type { Bots } from '../policy/principal.ts';
import { createStandingRules, readStanding, type TokenFacts, type StandingRules } from './claims.ts';
import { createGrantRules, type GrantRules } from './grants.ts';
import { own, type JsonObject } from '../json.ts';
import { compileIssuerName, type IssuerName } from './issuer-name.ts';
import { createKeyRing, type KeyRing, type RemoteSource } from './keys.ts';
import type { IssuerOptions } from './options.ts';
import { canonicalPlace, type TokenPlace } from './place.ts';
import { bad, type Bad } from './verdict.ts';

/** An issuer as the verifier uses it. */
export interface Issuer {
  readonly name: string;
  /** The `iss` of its tokens; null: they have none. */
  readonly iss: IssuerName | null;
  readonly places: ReadonlySet<TokenPlace>;
  readonly bots: Bots;
  readonly standing: StandingRules;
  /** What a logout token's `aud` must name: it is made for a client, not for what access tokens are for. */
  readonly logoutAudiences: ReadonlySet<string>;
  readonly rules: GrantRules;
  readonly ring: KeyRing;
}

export function createIssuer(options: IssuerOptions, remote: RemoteSource): Issuer {
  const { name, from, discover = null } = options;
  const issuer = discover ?? options.issuer ?? null;
  const rules = createGrantRules(options);
  return {
    name,
    iss: issuer === null ? null : compileIssuerName(issuer, options.tenants ?? null),
    places: new Set(from.map(canonicalPlace)),
    bots: rules.bots,
    standing: createStandingRules(options),
    logoutAudiences: logoutAudiencesOf(options),
    rules,
    ring: createKeyRing(options.keys, discover, remote),
  };
}

function logoutAudiencesOf({ logoutClientIds, clientIds, audience }: IssuerOptions): ReadonlySet<string> {
  const named = logoutClientIds ?? clientIds ?? audience ?? [];
  return new Set(typeof named === 'string' ? [named] : named);
}

/** An issuer that may have signed the token, and what the token's registered claims say for it. */
export interface Candidate {
  readonly issuer: Issuer;
  /** With what its `iss` says where the issuer is a pattern. */
  readonly claims: JsonObject;
  readonly standing: TokenFacts;
}

/**
 * Issuers whose token this can be by its claims alone, so that what no key could save costs no signature check.
 * Several may share one `iss` and differ in audience, keys or places.
 */
export function findCandidates(
  issuers: readonly Issuer[],
  claims: JsonObject,
  place: TokenPlace,
  toleranceMs: number,
): readonly [Candidate, ...Candidate[]] | Bad {
  const iss = own(claims, 'iss');
  if (iss !== undefined && typeof iss !== 'string') return bad('no-issuer');
  const named = issuers.flatMap((issuer) => {
    const read = iss === undefined ? issuer.iss === null && claims : issuer.iss?.match(iss, claims);
    return read ? [{ issuer, claims: read }] : [];
  });
  if (named.length === 0) return bad(iss === undefined ? 'no-issuer' : 'unknown-issuer');
  const looking = named.filter(({ issuer }) => issuer.places.has(place));
  if (looking.length === 0) return bad('wrong-place', named[0]?.issuer.name);
  const readings = looking.map((one) => ({
    ...one,
    read: readStanding(one.claims, one.issuer.standing, toleranceMs),
  }));
  const [first, ...more] = readings.flatMap(({ read, ...one }) =>
    typeof read === 'string' ? [] : [{ ...one, standing: read }],
  );
  if (first !== undefined) return [first, ...more];
  const faults = readings.flatMap(({ issuer, read }) =>
    typeof read === 'string' ? [bad(read, issuer.name)] : [],
  );
  return faults[0] ?? bad('not-json');
}

import type { Bots } from '../policy/principal.ts';
import { readStanding, type Standing } from './claims.ts';
import { createGrantRules, type GrantRules } from './grants.ts';
import { own, type JsonObject } from '../json.ts';
import { createKeyRing, type KeyRing } from './keys.ts';
import type { IssuerOptions, Place } from './options.ts';
import type { RemoteKeys } from './key-source.ts';

/** An issuer as the verifier uses it. */
export interface Issuer {
  readonly name: string;
  /** The `iss` of its tokens; null: they have none. */
  readonly iss: string | null;
  readonly audiences: ReadonlySet<string> | null;
  readonly places: ReadonlySet<Place>;
  readonly bots: Bots;
  readonly rules: GrantRules;
  readonly ring: KeyRing;
}

export function createIssuer(options: IssuerOptions, remote: (url: string) => RemoteKeys): Issuer {
  const { name, issuer, audience, from } = options;
  const rules = createGrantRules(options);
  return {
    name,
    iss: issuer,
    audiences: audience === null ? null : new Set(typeof audience === 'string' ? [audience] : audience),
    places: new Set(from),
    bots: rules.bots,
    rules,
    ring: createKeyRing(options.keys, remote),
  };
}

/** An issuer that may have signed the token, and what the token's registered claims say for it. */
export interface Candidate {
  readonly issuer: Issuer;
  readonly standing: Standing;
}

export type Rejected = { readonly reason: 'invalid' | 'foreign'; readonly why: string };

/**
 * Issuers whose token this can be by its claims alone, so that what no key could save costs no signature check.
 * Several may share one `iss` and differ in audience, keys or places.
 */
export function findCandidates(
  issuers: readonly Issuer[],
  claims: JsonObject,
  place: Place,
  toleranceMs: number,
): readonly [Candidate, ...Candidate[]] | Rejected {
  const iss = own(claims, 'iss');
  if (iss !== undefined && typeof iss !== 'string') return invalid('its iss is not a string');
  const named = issuers.filter((issuer) => issuer.iss === (iss ?? null));
  if (named.length === 0)
    return iss === undefined
      ? invalid('it has no iss')
      : { reason: 'foreign', why: 'no issuer here has its iss' };
  const looking = named.filter(({ places }) => places.has(place));
  if (looking.length === 0) return invalid('its issuer does not send tokens this way');
  const readings = looking.map((issuer) => ({
    issuer,
    read: readStanding(claims, issuer.audiences, toleranceMs),
  }));
  const [first, ...more] = readings.flatMap(({ issuer, read }) =>
    typeof read === 'string' ? [] : [{ issuer, standing: read }],
  );
  if (first !== undefined) return [first, ...more];
  const fault = readings.map(({ read }) => read).find((read) => typeof read === 'string');
  return invalid(fault ?? 'its claims cannot hold');
}

function invalid(why: string): Rejected {
  return { reason: 'invalid', why };
}

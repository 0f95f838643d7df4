import type { Known, Principal } from '../policy/principal.ts';
import { createBudget, MAX_CHECKS, type Budget } from './budget.ts';
import type { IsRevoked } from './validity.ts';
import { createExaminer } from './examiner.ts';
import { identify, type Credentials } from './identify.ts';
import { compileCookiePlaces } from './cookie-places.ts';
import { createHmacContacts } from './hmac-contact.ts';
import { createIssuer } from './issuer.ts';
import { readLogout, type LogoutReading } from './logout.ts';
import type { TokenPlace } from './place.ts';
import type { JsonObject } from '../json.ts';
import type { RemoteSource } from './keys.ts';
import { imagineKnown } from './known.ts';
import type { IdentityOptions } from './options.ts';
import type { KeptKeys, KeyLog, RemoteKeys } from './key-source.ts';
import { createRemoteKeys } from './remote-keys.ts';
import { collectKept, statsOf, statusOf, type KeySourceStatus, type VerifierStats } from './status.ts';

/** Turns credentials into a principal. */
export interface Verifier {
  /** Starts to fetch keys; waits for none. */
  start(): void;
  /** At once where every token was seen before; `trace` hears, for people, what each token proved. Without a budget it is that of one request. */
  identify(
    presented: Credentials,
    nowMs: number,
    trace?: (line: string) => void,
    by?: { readonly budget?: Budget | undefined },
  ): Principal | Promise<Principal>;
  /** Whom such claims would make, unsigned: for explain only. */
  fromClaims(issuer: string | undefined, claims: JsonObject, nowMs: number): Known | undefined;
  /** The cookies that may hold a token. */
  readonly cookieNames: ReadonlySet<string>;
  /** Every place that some issuer's tokens stand in. */
  readonly places: ReadonlySet<TokenPlace>;
  /** Whom a logout token signs out. */
  readLogout(token: string, nowMs: number): Promise<LogoutReading>;
  status(): readonly KeySourceStatus[];
  stats(): VerifierStats;
  /** The last good remote keys, for the verifier that takes this one's place. */
  keptKeys(): ReadonlyMap<string, KeptKeys>;
  close(): Promise<void>;
}

export interface VerifierDependencies {
  readonly log: KeyLog;
  /** The verifier whose place this one takes: its remote keys are used until newer ones are there. */
  readonly previous?: Verifier;
  /** Absent: nothing was ever taken back. */
  readonly revoked?: IsRevoked;
}

/** Makes a verifier. Throws for a key that cannot be used; `checkIdentity` names such mistakes before. */
export function createVerifier(
  options: IdentityOptions,
  { log, previous, revoked }: VerifierDependencies,
): Verifier {
  const kept = previous?.keptKeys();
  const sources = new Map<string, RemoteKeys>();
  const remote: RemoteSource = (url, kind) => {
    const id = `${kind} ${url}`;
    const source = sources.get(id) ?? createRemoteKeys({ url, kind }, options.jwks, log, kept?.get(id));
    sources.set(id, source);
    return source;
  };
  const issuers = options.issuers.map((issuer) => createIssuer(issuer, remote));
  const examiner = createExaminer(
    issuers,
    options.clockToleranceSeconds * 1000,
    options.cacheEntries,
    options.maxTokenBytes,
    revoked,
  );
  const places = new Set(issuers.flatMap((issuer) => [...issuer.places]));
  const cookies = compileCookiePlaces(places);
  const contacts = createHmacContacts(options.hmacContacts ?? []);
  return {
    start: () => [...sources.values()].forEach((source) => source.start()),
    identify: (presented, nowMs, trace, { budget = createBudget(MAX_CHECKS) } = {}) =>
      identify({ examiner, places: cookies, contacts }, presented, nowMs, trace, budget),
    fromClaims: (issuer, claims, nowMs) => imagineKnown(issuers, issuer, claims, nowMs),
    cookieNames: cookies.names,
    places,
    readLogout: (token, nowMs) => readLogout(examiner, token, nowMs),
    status: () => issuers.flatMap(statusOf),
    stats: () => statsOf(examiner, [...sources.values()]),
    keptKeys: () => collectKept(sources),
    close: async () => void (await Promise.all([...sources.values()].map((source) => source.close()))),
  };
}

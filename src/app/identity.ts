import type { Rules } from '../access/rules.ts';
import { sessionOptionsOf, type ReloadSettings, type StartOptions } from '../config/index.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { OnPassed } from '../gateway/index.ts';
import type { Ends } from '../identity/sessions/ends.ts';
import { createSessions, type Sessions, type SessionsDependencies } from '../identity/sessions/index.ts';
import { whoAsks } from '../identity/sessions/who.ts';
import type { Verifier } from '../identity/verifier.ts';
import { readClientIp } from '../reading/forwarded.ts';
import { firstOf } from '../reading/raw-headers.ts';
import { compileSessions } from '../reading/session-parts.ts';
import { compileTokenPlaces, type TokenPlaces } from '../reading/token-places.ts';
import { originForm } from '../reading/target.ts';

type Log = SessionsDependencies['log'];

/** Makes the sessions of one configuration. */
export function sessionsOf(
  start: StartOptions,
  { identity, login }: ReloadSettings,
  log: Log,
  ends: Ends,
  previous: Sessions | undefined,
): Sessions {
  const { store, limits } = start;
  const secret = store.redis === undefined ? ownSecret : `transcript-gateway ${store.redis.prefix}`;
  return createSessions(
    {
      sessions: identity.sessions.map((session) => sessionOptionsOf(session, start.upstream)),
      strangerChecksPerMinute: limits.strangerChecksPerMinute,
      cacheEntries: identity.cacheEntries,
      loginPath: login.url?.startsWith('/') === true ? login.url : null,
    },
    { log, ends, secret, previous },
  );
}

const ownSecret = crypto.randomUUID();

function tokenPlacesOf(places: Verifier['places']): TokenPlaces | undefined {
  const found = compileTokenPlaces(places);
  const { headers, query, protocols } = found;
  return headers.length + query.size + protocols.size > 0 ? found : undefined;
}

/** What questions are asked with: tokens and sessions, as one. */
export function identityOf(
  config: ReloadSettings,
  verifier: Verifier,
  sessions: Sessions,
): Rules['identity'] {
  const readSessions = compileSessions(config.identity.sessions);
  const { cookieNames, places } = verifier;
  const { hmacContacts } = config.identity;
  const contactPlaces = hmacContacts.length > 0 ? hmacContacts : undefined;
  const own = { cookieNames, contactPlaces, tokenPlaces: tokenPlacesOf(places) };
  if (readSessions === undefined) return { ...verifier, ...own };
  return {
    ...own,
    readSessions,
    identify: (presented, nowMs, trace, by) => whoAsks(verifier, sessions, { presented, by, nowMs, trace }),
  };
}

/** Looks at what passes: for the ends of sessions, and for what the platform was left to decide about. */
export function headWatch(
  ruling: () => { rules: Rules; sessions: Sessions },
  delegation: Pick<DelegationWatch, 'passed'>,
): OnPassed {
  return (question, status, rawHeaders) => {
    const { rules, sessions } = ruling();
    const { readSessions } = rules.identity;
    if (readSessions === undefined) return;
    delegation.passed(question, status);
    const presented = readSessions(question.headers);
    if (presented.length === 0) return;
    const { method, target, headers } = question;
    const { client } = readClientIp(rules.trust, question.peer, headers);
    const address = client.status === 'unknown' ? undefined : client.address;
    const by = { address, host: firstOf(headers, 'host') };
    sessions.passed({ method, target: originForm(target), status, rawHeaders }, presented, by);
  };
}

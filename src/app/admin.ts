import { randomBytes } from 'node:crypto';
import { judgeAgain } from '../access/judge-again.ts';
import { tryIdentity } from '../access/try-identity.ts';
import type { Authorize } from '../access/question.ts';
import { createDashboard } from '../admin/dashboard/index.ts';
import {
  ADMIN_PREFIX,
  createRecentBots,
  type AdminLog,
  type AdminOptions,
  type Located,
} from '../admin/index.ts';
import { createChangeLog, createReadLog, type ChangeSink } from '../audit/change-log.ts';
import { personOf, shortenedAddress } from '../audit/shortened.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import { describeClaims } from '../identity/describe-claims.ts';
import { loginLocation } from '../gateway/login.ts';
import type { RevokeRules } from '../changes/revoke.ts';
import type { Principal } from '../policy/principal.ts';
import { withoutRevoked } from '../policy/revocation.ts';
import { createRevoker } from '../policy-store/revoker.ts';
import { createEditor, type EditorOptions } from '../policy-store/editor.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Store } from '../policy-store/store.ts';
import { readCredential } from '../reading/credential.ts';
import { readClientIp } from '../reading/forwarded.ts';
import { shownBy } from './hash-key.ts';
import { readPlaced } from '../reading/token-places.ts';
import { audit } from './audit.ts';
import type { Limits } from './limits.ts';
import type { DecisionRecord } from './record.ts';
import type { Ruling } from './rules.ts';

export interface AdminParts {
  readonly start: StartOptions;
  readonly ruling: () => Ruling;
  readonly authorize: Authorize;
  readonly store: Store;
  readonly live: LivePolicy;
  readonly limits: Pick<Limits, 'failures'>;
  readonly activity: DecisionRecord | undefined;
  readonly unguarded: { readonly shares: AdminOptions['unguarded'] };
  readonly log: ChangeSink & AdminLog;
}

/** What both doors' admin API is built from; each door adds where its requests come from. */
export function createAdmin(parts: AdminParts): Omit<AdminOptions, 'door' | 'peerOf'> {
  const { start, ruling, authorize, store, live, limits, activity, unguarded, log } = parts;
  const editing = editingOf(store, live);
  const shown = shownBy(() => ruling().config.log, start.store);
  return {
    authorize,
    store,
    authenticate: authenticating(ruling, live),
    cookieNames: () => ruling().verifier.cookieNames,
    headerPlaces: () => ruling().settings.tokenPlaces.headers,
    identity: identityTrying(ruling, live),
    fromClaims: (issuer, claims, nowMs) => ruling().verifier.fromClaims(issuer, { ...claims }, nowMs),
    locate: (headers, peer): Located => readClientIp(ruling().rules.trust, peer, headers),
    staticToken: () => encoded(ruling().config.admin.token),
    editor: createEditor(editing),
    revocations: { revoker: createRevoker(editing), rules: () => revokeRules(ruling().config) },
    failures: limits.failures,
    activity,
    audit: (digests) => audit(store, activity, digests),
    decideOptions: () => ruling().rules.options,
    policy: () => live.view(Date.now()),
    judgeAgain: (judged) => judgeAgain(authorize, ruling().rules, Date.now(), judged),
    unguarded: unguarded.shares,
    constantBots: () => ruling().config.routes.flatMap(constantBot),
    recentBots: createRecentBots(),
    changed: createChangeLog(log, shown),
    read: createReadLog(log, shown),
    shownAddress: (address) => shortenedAddress(address, shown()),
    shownPerson: (id) => personOf(id, shown()),
    defaults: () => ruling().config.policy.defaults,
    now: Date.now,
    importLimitBytes: start.admin.importBytes,
    dashboard: createDashboard(),
    siteUrl: () => ruling().settings.publicUrl ?? undefined,
    loginUrl: () => loginLocation(ruling().settings, `${ADMIN_PREFIX}/`),
    log,
  };
}

/** What changes of a store are made with. */
export function editingOf(store: Store, live: Pick<LivePolicy, 'reached'>): EditorOptions {
  return { store, live, now: Date.now, randomId: () => randomBytes(8).toString('hex') };
}

/** Never by the URL of a request: what manages is not to be found in anybody's log. */
function authenticating(ruling: () => Ruling, live: LivePolicy): AdminOptions['authenticate'] {
  return (headers) => {
    const { verifier, settings } = ruling();
    const nowMs = Date.now();
    const placed = readPlaced(settings.tokenPlaces, { headers, target: '', upgrade: false });
    const who = verifier.identify({ ...readCredential(verifier.cookieNames, headers), placed }, nowMs);
    const now = (principal: Principal): Principal => withoutRevoked(principal, live.view(nowMs), nowMs);
    return who instanceof Promise ? who.then(now) : now(who);
  };
}

/** Tries credentials, for people who look for what is wrong with one. */
function identityTrying(ruling: () => Ruling, live: LivePolicy): AdminOptions['identity'] {
  const configured = () => ruling().config.identity;
  return {
    places: () => {
      const sessions = configured().sessions.flatMap(({ from }) => (from.length === 1 ? from : []));
      return [...new Set(['bearer', ...ruling().verifier.places, ...sessions])];
    },
    attempt(asked) {
      const nowMs = Date.now();
      const question = { method: 'GET', peer: { address: '' }, ...asked };
      return tryIdentity(ruling().rules, live.view(nowMs), question, nowMs);
    },
    claims: (name, token) => {
      const issuer = configured().issuers.find((one) => one.name === name);
      return issuer === undefined ? [] : describeClaims(issuer, token);
    },
  };
}

/** What a revocation may name, and how long it counts where it does not say. */
export function revokeRules({ identity }: ReloadSettings): RevokeRules {
  const names = [...identity.issuers, ...identity.hmacContacts, ...identity.sessions].map(({ name }) => name);
  return { issuers: names, keepSeconds: identity.revocationSeconds };
}

function encoded(token: string | undefined): Uint8Array | undefined {
  return token === undefined ? undefined : Buffer.from(token);
}

/** The bot that a route names; `any` of a file's is none. */
function constantBot({ bot, kind }: ReloadSettings['routes'][number]): readonly string[] {
  return bot === undefined || (kind === 'file' && bot === 'any') ? [] : [bot];
}

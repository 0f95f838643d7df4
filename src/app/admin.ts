import { randomBytes } from 'node:crypto';
import type { Authorize } from '../access/question.ts';
import { createDashboard } from '../admin/dashboard/index.ts';
import {
  ADMIN_PREFIX,
  createRecentBots,
  type AdminLog,
  type AdminOptions,
  type Located,
} from '../admin/index.ts';
import { createChangeLog, type ChangeSink } from '../audit/change-log.ts';
import type { StartOptions } from '../config/index.ts';
import { loginLocation } from '../gateway/login.ts';
import { createEditor } from '../policy-store/editor.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Store } from '../policy-store/store.ts';
import { readCredential } from '../reading/credential.ts';
import { readClientIp } from '../reading/forwarded.ts';
import type { Limits } from './limits.ts';
import type { Ruling } from './rules.ts';

export interface AdminParts {
  readonly start: StartOptions;
  readonly ruling: () => Ruling;
  readonly authorize: Authorize;
  readonly store: Store;
  readonly live: LivePolicy;
  readonly limits: Pick<Limits, 'failures'>;
  readonly log: ChangeSink & AdminLog;
}

/** What both doors' admin API is built from; each door adds where its requests come from. */
export function createAdmin(parts: AdminParts): Omit<AdminOptions, 'door' | 'peerOf'> {
  const { start, ruling, authorize, store, live, limits, log } = parts;
  return {
    authorize,
    store,
    authenticate: (headers) => {
      const { verifier } = ruling();
      return verifier.identify(readCredential(verifier.cookieNames, headers), Date.now());
    },
    cookieNames: () => ruling().verifier.cookieNames,
    fromClaims: (issuer, claims, nowMs) => ruling().verifier.fromClaims(issuer, { ...claims }, nowMs),
    locate: (headers, peer): Located => readClientIp(ruling().rules.trust, peer, headers),
    staticToken: () => encoded(ruling().config.admin.token),
    editor: createEditor({ store, live, now: Date.now, randomId: () => randomBytes(8).toString('hex') }),
    failures: limits.failures,
    recentBots: createRecentBots(),
    changed: createChangeLog(log),
    defaults: () => ruling().config.policy.defaults,
    now: Date.now,
    importLimitBytes: start.admin.importBytes,
    dashboard: createDashboard(),
    siteUrl: () => ruling().settings.publicUrl ?? undefined,
    loginUrl: () => loginLocation(ruling().settings, `${ADMIN_PREFIX}/`),
    log,
  };
}

function encoded(token: string | undefined): Uint8Array | undefined {
  return token === undefined ? undefined : Buffer.from(token);
}

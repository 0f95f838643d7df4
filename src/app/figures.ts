import { readFileSync } from 'node:fs';
import type { LogoutCounts } from '../admin/index.ts';
import type { Activity } from '../activity/activity.ts';
import type { Counters } from '../audit/counters.ts';
import type { Gateway } from '../gateway/index.ts';
import type { Verifier } from '../identity/verifier.ts';
import type { Figure } from '../ops/metrics.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Ruling } from './rules.ts';
import {
  delegationFigures,
  logoutFigure,
  lookupFigure,
  revocationFigure,
  sessionFigures,
} from './session-figures.ts';
import { counter, gauge } from './plain-figures.ts';
import { tokenFigures } from './token-figures.ts';
import { alertFigures, type AlertWatch } from './alerts.ts';
import { unguardedFigures, type UnguardedWatch } from './unguarded.ts';

export interface FigureSources {
  readonly counters: Counters;
  readonly logouts: LogoutCounts;
  readonly live: LivePolicy;
  readonly gateway: Gateway;
  ruling(): Ruling;
  readonly delegation: DelegationWatch;
  readonly activity: Activity | undefined;
  readonly unguarded: UnguardedWatch;
  readonly alerts: AlertWatch;
}

/** Every figure that the rooms keep, under the name that operators see. */
export function figuresOf(sources: FigureSources): readonly Figure[] {
  const { counters, live, gateway, ruling, delegation, activity } = sources;
  const verifier = (): Verifier => ruling().verifier;
  return [
    decisions(counters),
    clients(counters),
    counter(
      'untrusted_forwarding_headers_total',
      'Guarded requests with a forwarding header from a peer that is no trusted proxy.',
      () => counters.clients().untrustedHeader,
    ),
    ...policyFigures(live),
    ...tokenFigures(verifier),
    logoutFigure(sources.logouts),
    revocationFigure(live),
    ...sessionFigures(() => ruling().sessions),
    lookupFigure(() => ruling().lookups),
    ...delegationFigures(delegation),
    ...doorFigures(gateway),
    ...unguardedFigures(sources.unguarded),
    ...alertFigures(sources.alerts),
    ...(activity === undefined ? [] : activityFigures(activity)),
    buildInfo(),
  ];
}

function policyFigures(live: LivePolicy): Figure[] {
  const status = () => live.status();
  return [
    gauge('policy_revision', 'Revision of the policy that is served.', () => status().revision),
    gauge(
      'policy_age_seconds',
      'Since the policy was last confirmed; -1 before the first time.',
      () => status().ageSeconds ?? -1,
    ),
    gauge('policy_scopes', 'Scopes with a record.', () => status().scopes),
    gauge(
      'policy_unreadable_records',
      'Records that could not be read and grant nothing.',
      () => status().unreadable.length,
    ),
    counter(
      'policy_lineage_alarms_total',
      'Times the history was not the one that was followed.',
      () => status().lineageAlarms,
    ),
  ];
}

function doorFigures(gateway: Gateway): Figure[] {
  const stats = () => gateway.stats();
  return [
    gauge('connections', 'Open connections of visitors.', () => stats().connections),
    gauge('long_answers', 'Answers under way and tunnels.', () => stats().streams),
    gauge('leases', 'Grants in use, asked about again each second.', () => stats().leases),
    gauge('upstream_requests', 'Requests that wait for the platform now.', () => stats().upstreamRunning),
    gauge('upstream_queue', 'Requests that wait for their turn at it.', () => stats().upstreamWaiting),
    counter(
      'upstream_retries_total',
      'Requests sent again on a new connection, since the kept one was just closed.',
      () => stats().upstream.retries,
    ),
    {
      name: 'failures_total',
      type: 'counter',
      help: 'What failed at the door or behind it, guarded or not, by the code that the visitor was told.',
      labels: ['code'],
      read: () => [...stats().failures].map(([code, value]) => ({ labels: { code }, value })),
    },
  ];
}

function activityFigures({ stats }: Activity): Figure[] {
  return [
    counter('activity_lost_total', 'Decisions that the record could not keep.', () => stats().lost),
    gauge('activity_waiting', 'Decisions that wait to be written down.', () => stats().waiting),
  ];
}

/** One line that is always 1, and says what runs. */
function buildInfo(): Figure {
  const labels = { version: packageVersion(), node: process.version };
  return {
    name: 'build_info',
    type: 'gauge',
    help: 'Which version of the gateway runs on which Node.js; always 1.',
    labels: ['version', 'node'],
    together: 'max',
    read: () => [{ labels, value: 1 }],
  };
}

/** From the package that this program is. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

function clients(counters: Counters): Figure {
  return {
    name: 'clients_total',
    type: 'counter',
    help: 'Guarded requests by what the client IP was: ipv4, ipv6, unknown.',
    labels: ['status'],
    read: () => {
      const { ipv4, ipv6, unknown } = counters.clients();
      return Object.entries({ ipv4, ipv6, unknown }).map(([status, value]) => ({
        labels: { status },
        value,
      }));
    },
  };
}

function decisions(counters: Counters): Figure {
  return {
    name: 'decisions_total',
    type: 'counter',
    help: 'Decisions by outcome, reason and mode; in mode report a refusal was only reported.',
    labels: ['outcome', 'reason', 'mode'],
    read: () =>
      counters.read().map(({ outcome, reason, enforced, count }) => ({
        labels: { outcome, reason, mode: enforced ? 'enforce' : 'report' },
        value: count,
      })),
  };
}

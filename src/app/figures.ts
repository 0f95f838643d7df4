import type { Counters } from '../audit/counters.ts';
import type { Gateway } from '../gateway/index.ts';
import type { Verifier } from '../identity/verifier.ts';
import type { Figure } from '../ops/metrics.ts';
import type { LivePolicy } from '../policy-store/live-policy.ts';

export interface FigureSources {
  readonly counters: Counters;
  readonly live: LivePolicy;
  readonly gateway: Gateway;
  verifier(): Verifier;
}

/** Every figure that the rooms keep, under the name that operators see. */
export function figuresOf({ counters, live, gateway, verifier }: FigureSources): readonly Figure[] {
  const one = (name: string, type: Figure['type'], help: string, read: () => number): Figure => ({
    name,
    type,
    help,
    ...(name.startsWith('policy_') && { together: 'max' as const }),
    read: () => [{ value: read() }],
  });
  return [
    decisions(counters),
    clients(counters),
    one(
      'unheard_forwarding_headers_total',
      'counter',
      'Guarded requests with a forwarding header from a peer that is no trusted proxy.',
      () => counters.clients().unheard,
    ),
    one('policy_revision', 'gauge', 'Revision of the policy that is served.', () => live.status().revision),
    one(
      'policy_age_seconds',
      'gauge',
      'Since the policy was last confirmed; -1 before the first time.',
      () => live.status().ageSeconds ?? -1,
    ),
    one('policy_scopes', 'gauge', 'Scopes with a record.', () => live.status().scopes),
    one(
      'policy_unreadable_records',
      'gauge',
      'Records that could not be read and grant nothing.',
      () => live.status().unreadable.length,
    ),
    one(
      'policy_lineage_alarms_total',
      'counter',
      'Times the history was not the one that was followed.',
      () => live.status().lineageAlarms,
    ),
    one('token_cache_hits_total', 'counter', 'Tokens known from before.', () => verifier().stats().cacheHits),
    one(
      'token_cache_misses_total',
      'counter',
      'Tokens that had to be verified.',
      () => verifier().stats().cacheMisses,
    ),
    one('token_cache_entries', 'gauge', 'Tokens remembered.', () => verifier().stats().cached),
    one('token_verifications_total', 'counter', 'Signature checks.', () => verifier().stats().verifications),
    one('token_failures_total', 'counter', 'Tokens that no key verified.', () => verifier().stats().failures),
    one('key_fetches_total', 'counter', 'Fetches of key sets.', () => verifier().stats().keyFetches),
    one(
      'key_fetch_failures_total',
      'counter',
      'Those that failed.',
      () => verifier().stats().keyFetchFailures,
    ),
    one('connections', 'gauge', 'Open connections of visitors.', () => gateway.stats().connections),
    one(
      'long_answers',
      'gauge',
      'Tunnels and streams that are asked about again each second.',
      () => gateway.stats().tunnelsAndStreams,
    ),
    one('upstream_requests', 'gauge', 'Requests at the platform now.', () => gateway.stats().upstreamRunning),
    one(
      'upstream_queue',
      'gauge',
      'Requests that wait for a connection to it.',
      () => gateway.stats().upstreamWaiting,
    ),
  ];
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
    help: 'Decisions by outcome and reason; enforced="false" was only reported.',
    labels: ['outcome', 'reason', 'enforced'],
    read: () =>
      counters.read().map(({ outcome, reason, enforced, count }) => ({
        labels: { outcome, reason, enforced: String(enforced) },
        value: count,
      })),
  };
}

import { readFileSync } from 'node:fs';
import type { Activity } from '../activity/activity.ts';
import type { Counters } from '../audit/counters.ts';
import type { Gateway } from '../gateway/index.ts';
import type { Verifier } from '../identity/verifier.ts';
import type { Figure } from '../ops/metrics.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Ruling } from './rules.ts';
import { delegationFigures, sessionFigures } from './session-figures.ts';

export interface FigureSources {
  readonly counters: Counters;
  readonly live: LivePolicy;
  readonly gateway: Gateway;
  ruling(): Ruling;
  readonly delegation: DelegationWatch;
  readonly activity: Activity | undefined;
}

type Read = () => number;

/** A figure of one value; of the policy's, the highest of all workers counts, of others their sum. */
function one(name: string, type: Figure['type'], help: string, read: Read): Figure {
  const together = name.startsWith('policy_') ? { together: 'max' as const } : {};
  return { name, type, help, ...together, read: () => [{ value: read() }] };
}

const gauge = (name: string, help: string, read: Read): Figure => one(name, 'gauge', help, read);
const counter = (name: string, help: string, read: Read): Figure => one(name, 'counter', help, read);

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
    ...tokenFigures(() => verifier().stats()),
    keyAge(verifier),
    ...sessionFigures(() => ruling().sessions),
    ...delegationFigures(delegation),
    ...doorFigures(gateway),
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

function tokenFigures(stats: () => ReturnType<Verifier['stats']>): Figure[] {
  return [
    counter('token_cache_hits_total', 'Tokens known from before.', () => stats().cacheHits),
    counter('token_cache_misses_total', 'Tokens that had to be verified.', () => stats().cacheMisses),
    gauge('token_cache_entries', 'Tokens remembered.', () => stats().cached),
    counter('token_verifications_total', 'Signature checks.', () => stats().verifications),
    counter('token_failures_total', 'Tokens that no key verified.', () => stats().failures),
    refusals(stats),
    counter('key_fetches_total', 'Fetches of key sets.', () => stats().keyFetches),
    counter('key_fetch_failures_total', 'Those that failed.', () => stats().keyFetchFailures),
  ];
}

function refusals(stats: () => ReturnType<Verifier['stats']>): Figure {
  return {
    name: 'token_refusals_total',
    type: 'counter',
    help: 'Tokens that proved nothing, by cause, each time that one was presented.',
    labels: ['cause'],
    read: () => [...stats().refused].map(([cause, value]) => ({ labels: { cause }, value })),
  };
}

function keyAge(verifier: () => Verifier): Figure {
  return {
    name: 'key_age_seconds',
    type: 'gauge',
    help: 'Since a key source was last read well; absent before the first time.',
    labels: ['issuer', 'source'],
    together: 'max',
    read: () =>
      verifier()
        .status()
        .flatMap(({ issuer, source, ageSeconds }) =>
          ageSeconds === undefined ? [] : [{ labels: { issuer, source }, value: ageSeconds }],
        ),
  };
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

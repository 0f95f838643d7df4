import type { LogoutCounts } from '../admin/index.ts';
import type { DelegationWatch } from '../gateway/delegation.ts';
import type { SessionFigures, Sessions } from '../identity/sessions/index.ts';
import type { Lookups } from '../lookups/index.ts';
import type { LivePolicy } from '../policy-store/live/live-policy.ts';
import type { Figure } from '../ops/metrics.ts';

/** What each kind of session costs the platform, and saves it. */
export function sessionFigures(sessions: () => Sessions): readonly Figure[] {
  const each = (
    name: string,
    type: Figure['type'],
    help: string,
    read: (figures: SessionFigures) => number,
  ): Figure => ({
    name,
    type,
    help,
    labels: ['session'],
    read: () =>
      sessions()
        .figures()
        .map((one) => ({ labels: { session: one.name }, value: read(one) })),
  });
  return [
    {
      name: 'session_checks_total',
      type: 'counter',
      help: 'Calls that asked whose a session is, by what they gave: signed_in, nobody, failed.',
      labels: ['session', 'result'],
      read: () => sessions().figures().flatMap(checksOf),
    },
    each('session_cache_hits_total', 'counter', 'Sessions known from before.', ({ hits }) => hits),
    each('session_cache_entries', 'gauge', 'Sessions remembered.', ({ remembered }) => remembered),
    each('session_checks_running', 'gauge', 'Calls that run now.', ({ running }) => running),
    each(
      'session_checks_limited_total',
      'counter',
      'Sessions not asked about: too many of nobody came from one address.',
      ({ limited }) => limited,
    ),
    each('session_ends_total', 'counter', 'Sessions that ended in passing.', ({ ends }) => ends),
  ];
}

function checksOf({ name, signedIn, nobody, failed }: SessionFigures) {
  const results = { signed_in: signedIn, nobody, failed };
  return Object.entries(results).map(([result, value]) => ({ labels: { session: name, result }, value }));
}

/** What lookups said of conversations. */
export function lookupFigure(lookups: () => Lookups): Figure {
  return {
    name: 'lookup_answers_total',
    type: 'counter',
    help: 'Conversations looked up, by what came of it: hits (known from before), found, missing, failed, limited (not asked: too many that nobody knows came from one address).',
    labels: ['lookup', 'result'],
    read: () =>
      [...lookups().counts()].flatMap(([lookup, counts]) =>
        Object.entries(counts).map(([result, value]) => ({ labels: { lookup, result }, value })),
      ),
  };
}

export function logoutFigure(counts: LogoutCounts): Figure {
  return {
    name: 'backchannel_logouts_total',
    type: 'counter',
    help: 'Logout tokens that identity providers sent, by result: done, refused, failed.',
    labels: ['result'],
    read: () => Object.entries(counts).map(([result, value]) => ({ labels: { result }, value })),
  };
}

export function revocationFigure(live: LivePolicy): Figure {
  return {
    name: 'policy_revocations',
    type: 'gauge',
    help: 'Revocations that are kept; absent while they were never read.',
    together: 'max',
    read: () => {
      const { policy } = live.view(Date.now());
      if (policy === undefined || policy.revocations === 'unknown') return [];
      return [{ value: policy.revocations?.all.size ?? 0 }];
    },
  };
}

/** Whether the platform was seen to refuse strangers what it is left to decide about. */
export function delegationFigures({ standings }: DelegationWatch): readonly Figure[] {
  return [
    {
      name: 'stranger_tests_total',
      type: 'counter',
      help: 'Times the platform was asked as a stranger, by route and result: proven, open, unknown.',
      labels: ['route', 'result'],
      read: () =>
        standings().flatMap(({ route, counts }) =>
          Object.entries(counts).map(([result, value]) => ({ labels: { route, result }, value })),
        ),
    },
    {
      name: 'delegation_shut',
      type: 'gauge',
      help: '1 where a route with members: platform is shut for sessions.',
      labels: ['route'],
      together: 'max',
      read: () =>
        standings().map(({ route, state }) => ({ labels: { route }, value: state === 'proven' ? 0 : 1 })),
    },
  ];
}

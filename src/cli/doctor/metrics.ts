import { found, good } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

/** Prometheus text, summed by name and one label's value. */
export interface Metrics {
  sum(name: string, label?: string, value?: string): number;
}

export function readMetrics(text: string): Metrics {
  const samples = text.split('\n').flatMap((line) => {
    const match = /^([a-z_]+)(?:\{([^}]*)\})? (\S+)$/.exec(line);
    return match === null ? [] : [{ name: match[1] ?? '', labels: match[2] ?? '', value: Number(match[3]) }];
  });
  return {
    sum: (name, label, value) =>
      samples
        .filter(
          (one) =>
            one.name === name &&
            (label === undefined || `,${one.labels}`.includes(`,${label}="${value ?? ''}"`)),
        )
        .reduce((total, one) => total + one.value, 0),
  };
}

const clientsWith = (metrics: Metrics, status: string): number =>
  metrics.sum('gateway_clients_total', 'status', status);
const reasons = (metrics: Metrics, reason: string): number =>
  metrics.sum('gateway_decisions_total', 'reason', reason);

interface Clients {
  readonly all: number;
  readonly ipv6: number;
  readonly unknown: number;
  readonly untrustedHeader: number;
}

function clientsOf(metrics: Metrics): Clients {
  const [ipv4 = 0, ipv6 = 0, unknown = 0] = ['ipv4', 'ipv6', 'unknown'].map((status) =>
    clientsWith(metrics, status),
  );
  const untrustedHeader = metrics.sum('gateway_untrusted_forwarding_headers_total');
  return { all: ipv4 + ipv6 + unknown, ipv6, unknown, untrustedHeader };
}

function unknownAddresses({ all, unknown }: Clients, isTrustSet: boolean): Diagnosis {
  return found(
    'addresses',
    isTrustSet ? 'look' : 'bad',
    `${unknown} of ${all} guarded requests had an unknown address`,
    {
      shows: 'no range lets these visitors in, whitelisted or not',
      mend: isTrustSet
        ? 'ask the dashboard\'s "Test access", or GET /me behind the proxy: it names every hop and why'
        : 'set trustedProxies.cidrs to the addresses of your proxies, or to [] where there is none',
    },
  );
}

function refusedLogouts(refused: number): Diagnosis {
  return found('logout', 'look', `${refused} logout tokens were refused`, {
    shows: 'who signs out at the identity provider stays signed in here',
    mend: 'the log names each cause ("a logout token was refused"); of wrong-audience, set logoutClientIds',
  });
}

function untrustedHeaders({ all, untrustedHeader }: Clients): Diagnosis {
  const what = `${untrustedHeader} of ${all} guarded requests had a forwarding header from a peer that is no trusted proxy`;
  return found('addresses', 'look', what, {
    shows:
      "the address of that peer counts as the visitor's: everyone behind an unlisted proxy looks the same",
    mend: 'add the proxy to trustedProxies.cidrs; where the peers are visitors themselves, it is their own doing',
  });
}

function overIpv6({ all, ipv6 }: Clients): Diagnosis {
  return found('addresses', 'look', `${ipv6} of ${all} guarded requests came over IPv6`, {
    shows: 'ranges hold IPv4 only: these visitors must log in, and the answer says why',
    mend: 'publish no AAAA record for the site, or let people know',
  });
}

/** Visitors' addresses: proxies that nobody listed, and IPv6. */
function addresses(metrics: Metrics, isTrustSet: boolean): Diagnosis[] {
  const clients = clientsOf(metrics);
  const list: Diagnosis[] = [];
  if (clients.unknown > 0) list.push(unknownAddresses(clients, isTrustSet));
  if (clients.untrustedHeader > 0) list.push(untrustedHeaders(clients));
  if (clients.ipv6 > 0) list.push(overIpv6(clients));
  if (clients.all === 0 || list.length > 0) return list;
  return [good('addresses', `each of ${clients.all} guarded requests had a known IPv4 address`)];
}

interface Sign extends Record<'shows' | 'mend', string> {
  readonly reason: string;
  readonly what: string;
}

/** Reasons of decisions that should be rare. */
const signs: readonly Sign[] = [
  {
    reason: 'token-foreign',
    what: 'tokens of an issuer that is not configured',
    shows: 'these people are asked to log in again and again',
    mend: 'compare the iss of such a token with identity.issuers[].issuer, exactly',
  },
  {
    reason: 'keys-unavailable',
    what: 'answers 503 because keys could not be had',
    shows: 'people with a token are kept out',
    mend: 'see keys; identity.jwks.keepSeconds says how long the last good set counts',
  },
  {
    reason: 'policy-unavailable',
    what: 'answers 503 because the policy is unknown or too old',
    shows: 'people at whitelisted addresses are kept out',
    mend: 'see store; policy.maxStalenessSeconds says how long the last good one counts',
  },
  {
    reason: 'cookie-no-token',
    what: 'visitors whose sign-in leaves a cookie that is no token',
    shows: 'they are asked to sign in on each guarded page, and see a page that says so',
    mend: 'in identity.issuers[].from name the cookie that holds the JWT; an opaque session id is none',
  },
  {
    reason: 'log-unavailable',
    what: 'transcripts that were not shown since the log was not read',
    shows: 'visitors get 503 until whoever reads the standard output keeps up',
    mend: 'see what reads the log; log.whenFull: drop loses lines instead',
  },
  {
    reason: 'login-loop',
    what: 'visitors who came back from the login without a session that counts',
    shows: 'they see a page that says so',
    mend: 'does the login set the cookie that `from` names, with an iss and aud of the configuration?',
  },
];

/** What the running gateway counted since it started. */
export function judgeMetrics(metrics: Metrics, isTrustSet: boolean): Diagnosis[] {
  const seen = signs.flatMap(({ reason, what, shows, mend }) => {
    const count = reasons(metrics, reason);
    return count === 0 ? [] : [found('decisions', 'look', `${count} ${what} (${reason})`, { shows, mend })];
  });
  const alarms = metrics.sum('gateway_policy_lineage_alarms_total');
  const lineage = found('policy', 'bad', `the policy's history broke ${alarms} times`, {
    shows:
      'changes that were acknowledged may be gone: lost in a failover, restored, flushed, or two sites share one prefix',
    mend: 'compare the change log with what should be there; give each site its own store.redis.prefix',
  });
  const refused = metrics.sum('gateway_backchannel_logouts_total', 'result', 'refused');
  const logouts = refused > 0 ? [refusedLogouts(refused)] : [];
  return [...addresses(metrics, isTrustSet), ...seen, ...logouts, ...(alarms > 0 ? [lineage] : [])];
}

import type { Caller, CallAnswer } from '../identity/sessions/call.ts';
import type { Delegation } from '../policy/decide.ts';
import type { RouteTable } from '../reading/route.ts';
import { readTarget } from '../reading/target.ts';

export interface StrangerDeps {
  readonly caller: Caller;
  /** Scheme, host and port of the platform. */
  readonly origin: string;
  /** Sent as Host; undefined: the one that the visitor's request named. */
  readonly upstreamHost: string | undefined;
  readonly timeoutMs: number;
  routes(): RouteTable;
  /** What a stranger brings: nothing, and for each kind of session a credential that is made up. */
  strangers(): readonly (readonly string[])[];
}

/** What the platform says of a target without a credential, and with a made-up one. */
export async function askAsStranger(
  deps: StrangerDeps,
  target: string,
  host: string | undefined,
): Promise<Delegation> {
  let all: Delegation = 'proven';
  for (const credential of deps.strangers()) {
    const found = await askOnce(deps, target, host, credential);
    if (found === 'open') return 'open';
    if (found === 'unknown') all = 'unknown';
  }
  return all;
}

const MOST_HOPS = 3;

/** A redirect to something else that is guarded is no refusal: it is followed, as a stranger. */
async function askOnce(
  deps: StrangerDeps,
  first: string,
  visitorHost: string | undefined,
  credential: readonly string[],
): Promise<Delegation> {
  const host = deps.upstreamHost ?? visitorHost;
  let path = first;
  for (let hop = 0; hop <= MOST_HOPS; hop += 1) {
    const headers = [...(host === undefined ? [] : ['host', host]), ...usual, ...credential];
    const { origin, timeoutMs } = deps;
    const answer = await deps.caller.call({ origin, path, method: 'GET', headers, timeoutMs });
    if (typeof answer === 'string') return 'unknown';
    const next = nextOf(deps, answer, path, host);
    if (next === undefined) return meaningOf(answer.status);
    path = next;
  }
  return 'unknown';
}

const usual = ['accept', 'text/html, */*;q=0.8', 'user-agent', 'transcript-gateway (asks as a stranger)'];

function meaningOf(status: number): Delegation {
  if (status >= 200 && status < 300) return 'open';
  return (status >= 300 && status < 400 && status !== 304) || [401, 403, 404, 405, 410].includes(status)
    ? 'proven'
    : 'unknown';
}

/** Where a redirect leads on this site to something guarded; undefined for all else. */
function nextOf(
  { routes }: StrangerDeps,
  { status, headers }: CallAnswer,
  path: string,
  host: string | undefined,
): string | undefined {
  const location = headers['location'];
  if (status < 300 || status >= 400 || location === undefined) return undefined;
  const here = `http://${host ?? 'localhost'}`;
  if (!URL.canParse(path, here) || !URL.canParse(location, new URL(path, here).href)) return undefined;
  const there = new URL(location, new URL(path, here));
  if (there.host !== new URL(here).host) return undefined;
  const target = `${there.pathname}${there.search}`;
  const resource = readTarget(routes(), { target, host, formBody: false });
  return resource.kind === 'other' ? undefined : target;
}

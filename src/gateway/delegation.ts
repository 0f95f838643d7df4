import type { Question } from '../access/question.ts';
import type { Delegating } from '../access/rules.ts';
import type { KeyLog } from '../identity/key-source.ts';
import type { Delegation } from '../policy/decide.ts';
import { firstOf } from '../reading/raw-headers.ts';
import { originForm } from '../reading/target.ts';
import { withoutTokens, type TokenPlaces } from '../reading/token-places.ts';
import { askAsStranger, type StrangerDeps } from './stranger.ts';

export interface DelegationDeps extends StrangerDeps {
  readonly everyMs: number;
  tokenPlaces(): TokenPlaces;
  readonly log: KeyLog & { error(fields: object, message: string): void };
}

/** What is known of a route that the platform decides itself. */
interface RouteProof {
  state: Delegation;
  /** When it was last proven or refuted, by `performance.now()`. */
  provenMs: number;
  askedMs: number;
  target: string;
  host: string | undefined;
  /** True once the target is one that somebody was shown: one that nobody is shown proves little. */
  telling: boolean;
  running: Promise<Delegation> | undefined;
  counts: Record<Delegation, number>;
}

/** Asks the platform, as a stranger, for what it shows to members. */
export interface DelegationWatch extends Delegating {
  /** Told of each answer of the platform's. */
  passed(question: Question, status: number): void;
  /** Asks for everything again, as after a reload. */
  askAgain(): Promise<void>;
  standings(): readonly { route: string; state: Delegation; counts: Readonly<Record<Delegation, number>> }[];
  close(): Promise<void>;
}

/** A failed proof is tried again after so long. */
const RETRY_MS = 1_000;
/** A proof that cannot be renewed counts for so many rounds. */
const ROUNDS = 3;

export function createDelegationWatch(deps: DelegationDeps): DelegationWatch {
  const standings = new Map<string, RouteProof>();
  const asked = new WeakMap<Question, string>();
  const askAgain = async (): Promise<void> => {
    for (const [route, standing] of standings) await prove(deps, route, standing);
  };
  const timer = setInterval(() => void askAgain(), deps.everyMs).unref();
  return {
    stateOf(route, question) {
      asked.set(question, route.path);
      const standing = standings.get(route.path) ?? newStanding(question, deps);
      standings.set(route.path, standing);
      return current(deps, route.path, standing, question);
    },
    passed(question, status) {
      const route = asked.get(question);
      const standing = route === undefined ? undefined : standings.get(route);
      if (route === undefined || standing === undefined || question.method !== 'GET') return;
      if (status < 200 || status >= 300) return;
      takeTarget(standing, question, deps);
      if (standing.telling) return;
      standing.telling = true;
      void prove(deps, route, standing);
    },
    askAgain,
    standings: () => [...standings].map(([route, { state, counts }]) => ({ route, state, counts })),
    async close() {
      clearInterval(timer);
      await deps.caller.close();
    },
  };
}

function newStanding(question: Question, deps: DelegationDeps): RouteProof {
  const standing: RouteProof = {
    state: 'unknown',
    provenMs: -Infinity,
    askedMs: -Infinity,
    target: '',
    host: undefined,
    telling: false,
    running: undefined,
    counts: { proven: 0, open: 0, unknown: 0 },
  };
  takeTarget(standing, question, deps);
  return standing;
}

/** A stranger has no token. */
function takeTarget(standing: RouteProof, { target, headers }: Question, deps: DelegationDeps): void {
  standing.target = originForm(withoutTokens(target, deps.tokenPlaces()));
  standing.host = firstOf(headers, 'host');
}

/** The state as it is known; where it is not, the visitor waits for the platform to be asked. */
function current(
  deps: DelegationDeps,
  route: string,
  standing: RouteProof,
  question: Question,
): Delegation | Promise<Delegation> {
  const nowMs = performance.now();
  if (standing.state !== 'unknown') {
    const isOld = nowMs - standing.provenMs > ROUNDS * deps.everyMs;
    if (!isOld || standing.state === 'open') return standing.state;
    standing.state = 'unknown';
  }
  if (standing.running !== undefined) return standing.running;
  if (nowMs - standing.askedMs < RETRY_MS) return 'unknown';
  if (!standing.telling) takeTarget(standing, question, deps);
  return prove(deps, route, standing);
}

/** One proof at a time for a route. Never rejects. */
function prove(deps: DelegationDeps, route: string, standing: RouteProof): Promise<Delegation> {
  standing.running ??= askAsStranger(deps, standing.target, standing.host).then((found) => {
    standing.running = undefined;
    standing.askedMs = performance.now();
    standing.counts[found] += 1;
    const before = standing.state;
    if (found === 'unknown') return standing.state;
    standing.state = found;
    standing.provenMs = standing.askedMs;
    if (found === 'open' && before !== 'open')
      deps.log.error(
        { route },
        'the platform shows strangers what it is left to decide about: the route is shut for sessions',
      );
    if (found === 'proven' && before === 'open')
      deps.log.info({ route }, 'the platform refuses strangers again: it is left to decide');
    return found;
  });
  return standing.running;
}

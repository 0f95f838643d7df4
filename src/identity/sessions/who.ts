import type { Principal } from '../../policy/principal.ts';
import type { Budget } from '../budget.ts';
import { hasPlaced, type Credentials } from '../identify.ts';
import type { Verifier } from '../verifier.ts';
import type { Sessions } from './index.ts';
import type { Delegated } from './judging.ts';
import { asBearer, joinPrincipals, type SessionResult } from './join.ts';
import type { Presenter, PresentedSession } from './presented.ts';

/** How the question is put. */
export interface CredentialContext extends Presenter {
  /** True where the platform's own answer decides where a session is presented: then nothing is asked. */
  readonly delegated: boolean;
  readonly budget?: Budget | undefined;
}

type Trace = ((line: string) => void) | undefined;

/** Who asks, by tokens and by sessions. At once where all of it is remembered. */
export function whoAsks(
  verifier: Pick<Verifier, 'identify'>,
  sessions: Sessions,
  { presented, by, nowMs, trace }: PresentedCredentials,
): Principal | Promise<Principal> {
  const byToken = verifier.identify(presented, nowMs, trace, by);
  const presentedSessions = presented.sessions ?? none;
  if (presentedSessions.length === 0) return byToken;
  return after(byToken, (principal) => {
    // A token that was put somewhere on purpose is the issuer's to judge, and two such credentials nobody's.
    if (hasPlaced(presented))
      return presented.bearer === undefined && presentedSessions.some(({ bearer }) => bearer)
        ? twoOfThem
        : principal;
    const isBearer = takesBearer(presented, principal, presentedSessions);
    const mine = presentedSessions.filter(({ bearer }) => bearer === isBearer);
    // A bearer that is a token of an issuer's is the issuer's to judge, whatever else comes with it.
    if (presented.bearer !== undefined && !mine.some(({ bearer }) => bearer)) return principal;
    return by.delegated
      ? delegated(sessions, principal, mine, by)
      : judged(sessions, principal, mine, by, trace);
  });
}

const none: readonly never[] = [];
const twoOfThem: Principal = { kind: 'refused', reason: 'token-invalid', cause: 'two-credentials' };

export interface PresentedCredentials {
  readonly presented: Credentials & { readonly sessions?: readonly PresentedSession[] | undefined };
  readonly by: CredentialContext;
  readonly nowMs: number;
  readonly trace?: Trace;
}

/** Bearers beat cookies: an opaque one, or one of nobody's that is known here, is a session's where a kind takes it. */
function takesBearer(
  { bearer }: Credentials,
  principal: Principal,
  presentedSessions: readonly PresentedSession[],
): boolean {
  if (!presentedSessions.some((one) => one.bearer)) return false;
  if (bearer === undefined) return true;
  return (
    principal.kind === 'anonymous' || (principal.kind === 'refused' && principal.reason === 'token-foreign')
  );
}

function judged(
  sessions: Sessions,
  byToken: Principal,
  mine: readonly PresentedSession[],
  by: Presenter,
  trace: Trace,
): Principal | Promise<Principal> {
  const verdicts: (SessionResult | Promise<SessionResult>)[] = [];
  for (const one of mine) {
    const verdict = sessions.judge(one, by, { trace });
    if (verdict !== undefined) verdicts.push(verdict);
  }
  return after(all(verdicts), (known) => settle(byToken, known, mine[0]?.bearer === true));
}

function settle(byToken: Principal, judged: readonly SessionResult[], bearer: boolean): Principal {
  if (!bearer) return joinPrincipals(byToken, judged);
  const order = ['known', 'unknown', 'ended', 'nobody'] as const;
  const best = order.flatMap((kind) => judged.filter(({ verdict }) => verdict.kind === kind));
  return best[0] === undefined ? byToken : asBearer(best[0]);
}

function delegated(
  sessions: Sessions,
  byToken: Principal,
  mine: readonly PresentedSession[],
  by: Presenter,
): Principal | Promise<Principal> {
  const found = mine.flatMap((one) => sessions.delegate(one, by) ?? []);
  return after(all<Delegated>(found), (known) => {
    const brings = known.find((one) => one.brings)?.kind.name;
    const tokens: Principal =
      byToken.kind === 'refused' ? { kind: 'anonymous', reason: 'no-credential' } : byToken;
    const principal = joinPrincipals(mine[0]?.bearer === true ? tokens : byToken, known);
    return brings === undefined || principal.kind === 'refused' ? principal : { ...principal, brings };
  });
}

/** Waits only for what is not there yet. */
function after<In, Out>(
  value: In | Promise<In>,
  then: (value: In) => Out | Promise<Out>,
): Out | Promise<Out> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function all<T>(values: readonly (T | Promise<T>)[]): readonly T[] | Promise<readonly T[]> {
  const ready: T[] = [];
  for (const value of values) {
    if (value instanceof Promise) return Promise.all(values.map((one) => Promise.resolve(one)));
    ready.push(value);
  }
  return ready;
}

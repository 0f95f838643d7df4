import { digestOf, identifySession, recallSession, type SessionSource } from './asking.ts';
import type { Ends } from './ends.ts';
import type { SessionResult } from './join.ts';
import { applyMeaning, sessionEffect, type Passed } from './passing.ts';
import type { Presenter, PresentedSession, SessionVerdict } from './presented.ts';

export interface Judging {
  readonly trace?: ((line: string) => void) | undefined;
}

export interface Delegated extends SessionResult {
  readonly brings: boolean;
}

/** So long after its end a credential is not forwarded for the platform to decide, and leases on it are over. */
const END_MS = 60_000;
/** The same where the platform is never asked: long enough for every lease to be asked about. */
const END_UNASKED_MS = 5_000;

export function checkSession(
  asking: SessionSource | undefined,
  presented: PresentedSession,
  by: Presenter,
  { trace }: Judging,
): SessionResult | Promise<SessionResult> | undefined {
  if (asking === undefined) return undefined;
  const { kind } = asking;
  const judged = (verdict: SessionVerdict): SessionResult => ({ kind, verdict });
  if (asking.caller === undefined) {
    trace?.(`${kind.name}: presented; it has no check, so nobody is known by it`);
    return judged({ kind: 'nobody' });
  }
  const verdict = identifySession(asking, presented, by, trace);
  return verdict instanceof Promise ? verdict.then(judged) : judged(verdict);
}

/** Nothing is asked, unless it ended a moment ago: then what the platform says of it now counts. */
export function delegate(
  asking: SessionSource | undefined,
  presented: PresentedSession,
  by: Presenter,
): Delegated | Promise<Delegated> | undefined {
  if (asking === undefined) return undefined;
  const { kind, caller, memory } = asking;
  const endedForMs = memory.endedForMs(digestOf(asking, presented)) ?? Infinity;
  if (caller === undefined) {
    const ended = endedForMs < END_UNASKED_MS;
    return { kind, verdict: { kind: ended ? 'ended' : 'nobody' }, brings: !ended };
  }
  if (endedForMs >= END_MS)
    return { kind, verdict: recallSession(asking, presented, by) ?? { kind: 'nobody' }, brings: true };
  const delegated = (verdict: SessionVerdict): Delegated => ({
    kind,
    verdict,
    brings: verdict.kind === 'known',
  });
  const verdict = identifySession(asking, presented, by);
  return verdict instanceof Promise ? verdict.then(delegated) : delegated(verdict);
}

export function observe(
  asking: SessionSource | undefined,
  passed: Passed,
  presented: PresentedSession,
  by: Presenter,
  loginPath: string | null,
  ends: Ends,
): void {
  if (asking === undefined) return;
  const meaning = sessionEffect(passed, presented, asking.kind.options.ends, loginPath);
  if (applyMeaning(asking, presented, by, meaning))
    ends.publish({ digest: digestOf(asking, presented), ended: meaning === 'ended' });
}

import type { Principal, Via } from '../policy/principal.ts';
import type { Budget } from './budget.ts';
import { MAX_COOKIES, nobody, settleCookies } from './cookies.ts';
import { examine } from './examine.ts';
import type { Examiner } from './examiner.ts';
import type { CookiePlaces, PlacedToken } from './cookie-places.ts';
import { viaOf, type Place } from './place.ts';
import { bad, inWords, unchecked, type Verdict } from './verdict.ts';

/** What a request presents: the bearer's token, and the cookies in the order in which they stood. */
export interface Credentials {
  readonly bearer?: string;
  /** Tokens of other places that somebody put there on purpose, as no browser does by itself. */
  readonly placed?: readonly { readonly place: string; readonly value: string }[];
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
}

type Trace = ((line: string) => void) | undefined;

/** A bearer, in whatever place, beats every cookie: one that proves nothing does not fall back to them. */
export function identify(
  examiner: Examiner,
  places: CookiePlaces,
  { bearer, placed, cookies }: Credentials,
  nowMs: number,
  trace: Trace,
  budget: Budget,
): Principal | Promise<Principal> {
  if (examiner.issuers.length === 0) return { kind: 'anonymous', reason: 'no-credential' };
  const told = (verdict: Verdict, place: Place): Verdict => tell(examiner, verdict, place, trace);
  const [given, ...others] = explicit(bearer, placed);
  if (given !== undefined) {
    const { place, value } = given;
    const said = (verdict: Verdict): Principal => asBearer(told(verdict, place), viaOf(place));
    // Which of two the platform would go by is not known here.
    return others.some((other) => other.value !== value)
      ? said(bad('two-credentials'))
      : after(examine(examiner, value, place, nowMs, budget), said);
  }
  const ours = places.find(cookies, MAX_COOKIES + 1);
  const [first, ...more] = ours;
  if (first === undefined) return { kind: 'anonymous', reason: 'no-credential' };
  if (ours.length > MAX_COOKIES) return nobody(bad('too-many'));
  const verdict = examine(examiner, first.value, first.place, nowMs, budget);
  if (more.length === 0) return after(verdict, (one) => asCookies([told(one, first.place)]));
  const verdicts = [
    verdict,
    ...more.map(({ value, place }) => examine(examiner, value, place, nowMs, budget)),
  ];
  return after(all(verdicts), (every) =>
    asCookies(every.map((one, index) => told(one, ours[index]?.place ?? first.place))),
  );
}

function explicit(bearer: string | undefined, placed: Credentials['placed'] = []): readonly PlacedToken[] {
  // Places as compiled from the issuers' own.
  const others = placed.map(({ place, value }) => ({ place: place as Place, value }));
  return bearer === undefined ? others : [{ place: 'bearer', value: bearer }, ...others];
}

/** Counts what proves nothing, and says for people what each token was. */
function tell({ counts }: Examiner, verdict: Verdict, place: Place, trace: Trace): Verdict {
  trace?.(`${place}: ${inWords(verdict)}`);
  if (verdict.kind === 'bad') counts.refused.set(verdict.cause, (counts.refused.get(verdict.cause) ?? 0) + 1);
  return verdict;
}

function asCookies(verdicts: readonly Verdict[]): Principal {
  // It could be another person's: there is no choice between two, and one cannot be told.
  if (verdicts.includes(unchecked)) return nobody(unchecked);
  const [only] = verdicts;
  return verdicts.length === 1 && only?.kind === 'known' ? only.known : settleCookies(verdicts);
}

function asBearer(verdict: Verdict, via: Via): Principal {
  switch (verdict.kind) {
    case 'known':
      return verdict.known;
    case 'bad': {
      const { cause, tried } = verdict;
      return {
        kind: 'refused',
        reason: `token-${verdict.reason}`,
        cause,
        ...(tried !== undefined && { tried }),
      };
    }
    case 'unknown':
      return {
        kind: 'undetermined',
        via,
        reason: verdict.reason,
        possible: verdict.possible,
      };
  }
}

/** Waits only for what is not there yet. */
function after<In, Out>(value: In | Promise<In>, then: (value: In) => Out): Out | Promise<Out> {
  return value instanceof Promise ? value.then(then) : then(value);
}

function all(
  verdicts: readonly (Verdict | Promise<Verdict>)[],
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const ready: Verdict[] = [];
  for (const verdict of verdicts) {
    if (verdict instanceof Promise) return Promise.all(verdicts.map((one) => Promise.resolve(one)));
    ready.push(verdict);
  }
  return ready;
}

import type { Principal } from '../policy/principal.ts';
import type { Budget } from './budget.ts';
import { MAX_COOKIES, settleCookies } from './cookies.ts';
import { examine, type Examiner } from './examine.ts';
import type { Issuer } from './issuer.ts';
import type { Place } from './options.ts';
import { unchecked, type Verdict } from './verdict.ts';

/** What a request presents: the bearer's token, and the cookies in the order in which they stood. */
export interface Credentials {
  readonly bearer?: string;
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
}

/** By cookie name. */
export type CookiePlaces = ReadonlyMap<string, Place>;

export function cookiePlaces(issuers: readonly Issuer[]): CookiePlaces {
  const cookies = issuers.flatMap(({ places }) => [...places]).filter((place) => place !== 'bearer');
  return new Map(cookies.map((place) => [place.slice('cookie:'.length), place]));
}

type Trace = ((line: string) => void) | undefined;

/** A bearer beats every cookie: one that proves nothing does not fall back to them. */
export function identify(
  examiner: Examiner,
  places: CookiePlaces,
  { bearer, cookies }: Credentials,
  nowMs: number,
  trace: Trace,
  budget: Budget,
): Principal | Promise<Principal> {
  if (examiner.issuers.length === 0) return { kind: 'anonymous', reason: 'no-credential' };
  if (bearer !== undefined)
    return after(examine(examiner, bearer, 'bearer', nowMs, budget), (verdict) => asBearer(verdict, trace));
  const ours = ownCookies(cookies, places);
  const [first, ...more] = ours;
  if (first === undefined) return { kind: 'anonymous', reason: 'no-credential' };
  if (ours.length > MAX_COOKIES) return { kind: 'anonymous', reason: 'session-invalid' };
  const verdict = examine(examiner, first.value, first.place, nowMs, budget);
  if (more.length === 0) return after(verdict, (one) => asCookies([one], ours, trace));
  const verdicts = [
    verdict,
    ...more.map(({ value, place }) => examine(examiner, value, place, nowMs, budget)),
  ];
  return after(all(verdicts), (every) => asCookies(every, ours, trace));
}

interface PlacedToken {
  readonly value: string;
  readonly place: Place;
}

/** Cookies of our names that are not empty, each text once; one more than may be looked at is enough to know. */
function ownCookies(cookies: Credentials['cookies'], places: CookiePlaces): readonly PlacedToken[] {
  const ours: PlacedToken[] = [];
  for (const { name, value } of cookies) {
    const place = value === '' ? undefined : places.get(name);
    if (place === undefined || ours.some((one) => one.value === value && one.place === place)) continue;
    ours.push({ value, place });
    if (ours.length > MAX_COOKIES) break;
  }
  return ours;
}

function asCookies(verdicts: readonly Verdict[], ours: readonly PlacedToken[], trace: Trace): Principal {
  if (trace !== undefined)
    verdicts.forEach((verdict, index) => {
      trace(`${ours[index]?.place ?? 'cookie'}: ${inWords(verdict)}`);
    });
  // It could be another person's: there is no choice between two, and one cannot be told.
  if (verdicts.includes(unchecked)) return { kind: 'anonymous', reason: 'session-invalid' };
  const [only] = verdicts;
  return verdicts.length === 1 && only?.kind === 'known' ? only.known : settleCookies(verdicts);
}

function asBearer(verdict: Verdict, trace: Trace): Principal {
  trace?.(`bearer: ${inWords(verdict)}`);
  switch (verdict.kind) {
    case 'known':
      return verdict.known;
    case 'bad':
      return { kind: 'refused', reason: `token-${verdict.reason}` };
    case 'unknown':
      return {
        kind: 'undetermined',
        via: 'bearer',
        reason: verdict.reason,
        possible: verdict.possible,
      };
  }
}

function inWords(verdict: Verdict): string {
  return verdict.kind === 'known' ? `verified, a token of ${verdict.known.issuer}` : verdict.why;
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

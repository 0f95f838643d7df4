import type { TokenCause } from '../policy/cause.ts';
import type { Principal, Via } from '../policy/principal.ts';
import type { Budget } from './budget.ts';
import { MAX_COOKIES, nobody, settleCookies } from './cookies.ts';
import { examine } from './examine.ts';
import type { Examiner } from './examiner.ts';
import type { HmacContacts } from './hmac-contact.ts';
import type { CookiePlaces, PlacedToken } from './cookie-places.ts';
import { viaOf, type TokenPlace } from './place.ts';
import { bad, verdictText, unchecked, type Verdict } from './verdict.ts';

/** What a request presents: the bearer's token, and the cookies in the order in which they stood. */
export interface Credentials {
  readonly bearer?: string | undefined;
  /** Tokens of other places that somebody put there on purpose, as no browser does by itself. */
  readonly placed?: readonly { readonly place: string; readonly value: string }[] | undefined;
  readonly cookies: readonly { readonly name: string; readonly value: string }[];
  /** Ids of contacts with the hashes that are to prove them, and where these stood. */
  readonly contacts?: readonly BroughtContact[] | undefined;
}

interface BroughtContact {
  readonly kind: string;
  readonly place: string;
  readonly claim: { readonly id: string; readonly hash: string } | undefined;
}

/** True where a request has a credential, beside the bearer, that somebody put there on purpose. */
export function hasPlaced({ placed = none, contacts = none }: Credentials): boolean {
  return placed.length > 0 || contacts.some(({ place }) => !isCookie(place));
}

const isCookie = (place: string): boolean => place.startsWith('cookie:');

type Trace = ((line: string) => void) | undefined;

/** A bearer, in whatever place, beats every cookie: one that proves nothing does not fall back to them. */
export function identify(
  asked: CredentialJudges,
  credentials: Credentials,
  nowMs: number,
  trace: Trace,
  budget: Budget,
): Principal | Promise<Principal> {
  const { examiner, places, contacts } = asked;
  const { bearer } = credentials;
  if (bearer !== undefined && examiner.issuers.length > 0 && !hasMore(credentials))
    return identifyBearer(examiner, bearer, nowMs, trace, budget);
  const noted = (verdict: Verdict, place: string): Verdict => tell(examiner, verdict, place, trace);
  const look = ({ value, place }: PlacedToken): Verdict | Promise<Verdict> =>
    after(examine(examiner, value, place, nowMs, budget), (verdict) => noted(verdict, place));
  const prove = ({ kind, place, claim }: BroughtContact): Verdict =>
    noted(contacts.prove(kind, claim), place);
  // Without anybody who signs tokens there is none.
  const tokens = examiner.issuers.length === 0 ? none : tokensOf(credentials);
  const brought = credentials.contacts ?? none;
  const placed = brought.length === 0 ? none : brought.filter(({ place }) => !isCookie(place));
  const [given] = tokens;
  const place = given?.place ?? placed[0]?.place;
  if (place !== undefined) {
    const judged = (verdict: Verdict): Principal => asBearer(verdict, viaOf(place as TokenPlace));
    const isOne = tokens.every(({ value }) => value === given?.value);
    // Which of two the platform would go by is not known here.
    if (!isOne || placed.length + Math.min(tokens.length, 1) > 1)
      return judged(noted(bad('two-credentials'), place));
    return given === undefined ? judged(placed.map(prove)[0] ?? unchecked) : after(look(given), judged);
  }
  const ours = places.find(credentials.cookies, MAX_COOKIES);
  if (ours === undefined) return counted(examiner, nobody(bad('too-many')));
  if (ours.length + brought.length === 0) return { kind: 'anonymous', reason: 'no-credential' };
  const settled = (verdicts: readonly Verdict[]): Principal => asCookies(examiner, verdicts);
  const [only] = ours;
  if (only !== undefined && ours.length + brought.length === 1)
    return after(look(only), (verdict) => settled([verdict]));
  return after(all([...ours.map(look), ...brought.map(prove)]), settled);
}

/** True where anything beside the bearer and cookies was brought. */
function hasMore({ placed = none, contacts = none }: Credentials): boolean {
  return placed.length + contacts.length > 0;
}

/** The one case that nearly all programs are: a bearer, and nothing that could contradict it. */
function identifyBearer(
  examiner: Examiner,
  bearer: string,
  nowMs: number,
  trace: Trace,
  budget: Budget,
): Principal | Promise<Principal> {
  const verdict = examine(examiner, bearer, 'bearer', nowMs, budget);
  return verdict instanceof Promise
    ? verdict.then((known) => asBearer(tell(examiner, known, 'bearer', trace), 'bearer'))
    : asBearer(tell(examiner, verdict, 'bearer', trace), 'bearer');
}

const none: readonly never[] = [];

/** What credentials are judged with. */
export interface CredentialJudges {
  readonly examiner: Examiner;
  readonly places: CookiePlaces;
  readonly contacts: HmacContacts;
}

/** The bearer, which is looked at wherever somebody signs tokens at all, and what was placed elsewhere. */
function tokensOf({ bearer, placed = none }: Credentials): readonly PlacedToken[] {
  if (bearer === undefined && placed.length === 0) return none;
  // Places as compiled from the issuers' own.
  const others = placed.map(({ place, value }) => ({ place: place as TokenPlace, value }));
  return bearer === undefined ? others : [{ place: 'bearer', value: bearer }, ...others];
}

/** Counts what proves nothing, and says for people what each token was. */
function tell({ counts }: Examiner, verdict: Verdict, place: string, trace: Trace): Verdict {
  trace?.(`${place}: ${verdictText(verdict)}`);
  if (verdict.kind === 'bad') count(counts, verdict.cause);
  return verdict;
}

function count({ refused }: Examiner['counts'], cause: TokenCause): void {
  refused.set(cause, (refused.get(cause) ?? 0) + 1);
}

/** Counts what no cookie alone is to blame for. */
function counted({ counts }: Examiner, principal: Principal): Principal {
  const cause = principal.kind === 'anonymous' ? principal.cause : undefined;
  if (cause === 'two-people' || cause === 'too-many') count(counts, cause);
  return principal;
}

function asCookies(examiner: Examiner, verdicts: readonly Verdict[]): Principal {
  // It could be another person's: there is no choice between two, and one cannot be told.
  if (verdicts.includes(unchecked)) return nobody(unchecked);
  const [only] = verdicts;
  return verdicts.length === 1 && only?.kind === 'known'
    ? only.known
    : counted(examiner, settleCookies(verdicts));
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

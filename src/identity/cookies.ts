import type { IdentityUnavailableReason } from '../policy/reason.ts';
import type { Anonymous, Known, Principal } from '../policy/principal.ts';
import { bad, type Bad, type Verdict } from './verdict.ts';

/** More of our cookies than a browser has reason to send are not looked at. */
export const MAX_COOKIES = 8;
const MAX_COMBINATIONS = 256;

/** Who a request's cookies make together: never a choice between two people. */
export function settleCookies(verdicts: readonly Verdict[]): Principal {
  const possible = unique(combinations(verdicts.map(choicesOf)).map(resolve));
  const [only, ...others] = possible;
  if (only === undefined) return nobody(bad('not-a-token'));
  return others.length === 0
    ? only
    : { kind: 'undetermined', via: 'cookie', reason: reasonOf(verdicts), possible };
}

/** Keys are named before revocations: without them nothing was verified. */
function reasonOf(verdicts: readonly Verdict[]): IdentityUnavailableReason {
  const reasons = verdicts.flatMap((verdict) => (verdict.kind === 'unknown' ? [verdict.reason] : []));
  return reasons.includes('keys-unavailable') ? 'keys-unavailable' : (reasons[0] ?? 'keys-unavailable');
}

type Choice = { readonly kind: 'known'; readonly known: Known } | Bad;

/** Everything that one cookie could turn out to be. */
function choicesOf(verdict: Verdict): readonly Choice[] {
  if (verdict.kind !== 'unknown') return [verdict];
  return [
    ...verdict.possible.map((known) => ({ kind: 'known', known }) as const),
    bad(verdict.otherwise, verdict.possible[0]?.issuer),
  ];
}

function combinations(choices: readonly (readonly Choice[])[]): readonly (readonly Choice[])[] {
  let all: readonly (readonly Choice[])[] = [[]];
  for (const options of choices) {
    // Too many to tell apart: each of them alone, and nobody, is all that can be known.
    if (all.length * options.length > MAX_COMBINATIONS) return choices.flat().map((choice) => [choice]);
    all = all.flatMap((before) => options.map((option) => [...before, option]));
  }
  return all;
}

/** Exactly one valid counts; of one person the first does; two people are nobody; an expired one says so. */
function resolve(choices: readonly Choice[]): Known | Anonymous {
  const known = choices.flatMap((choice) => (choice.kind === 'known' ? [choice.known] : []));
  const [first] = known;
  if (first === undefined) {
    const faults = choices.filter((choice) => choice.kind === 'bad');
    const of = (reason: Bad['reason']): Bad | undefined => faults.find((fault) => fault.reason === reason);
    return nobody(of('revoked') ?? of('expired') ?? faults[0] ?? bad('not-a-token'));
  }
  const onePerson = known.every(
    ({ issuer, subject }) => issuer === first.issuer && subject === first.subject,
  );
  return onePerson ? first : nobody(bad('two-people', first.issuer));
}

/** Whom cookies make that prove nothing. */
export function nobody({ reason, cause, tried }: Bad): Anonymous {
  return {
    kind: 'anonymous',
    reason: reason === 'expired' || reason === 'revoked' ? `session-${reason}` : 'session-invalid',
    cause,
    ...(tried !== undefined && { tried }),
  };
}

function unique(principals: readonly (Known | Anonymous)[]): readonly (Known | Anonymous)[] {
  const seen = new Map<unknown, Known | Anonymous>();
  for (const one of principals) seen.set(one.kind === 'known' ? one : one.reason, one);
  return [...seen.values()];
}

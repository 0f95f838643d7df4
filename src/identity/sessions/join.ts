import type { Anonymous, Known, Principal } from '../../policy/principal.ts';
import type { AnonymousReason } from '../../policy/reason.ts';
import type { SessionKind } from './kind.ts';
import type { SessionVerdict } from './presented.ts';

/** A verdict, and the kind of session that it is of. */
export interface SessionResult {
  readonly kind: SessionKind;
  readonly verdict: SessionVerdict;
}

type Choice = Known | Anonymous;

const MAX_COMBINATIONS = 256;

/** Who tokens and sessions make together: never a choice between two people. */
export function joinPrincipals(byToken: Principal, judged: readonly SessionResult[]): Principal {
  if (byToken.kind === 'refused' || judged.length === 0) return byToken;
  const [one] = judged;
  // The usual case: one session, of somebody, and no token.
  if (judged.length === 1 && one?.verdict.kind === 'known' && byToken.kind === 'anonymous')
    return one.verdict.known;
  const tokens = byToken.kind === 'undetermined' ? byToken.possible : [byToken];
  const possible = unique(combinations([tokens, ...judged.map(choicesOf)]).map(resolve));
  const [only, ...others] = possible;
  if (only === undefined) return byToken;
  if (others.length === 0) return only;
  const isSession = judged.some(({ verdict }) => verdict.kind === 'unknown');
  const reason = isSession || byToken.kind !== 'undetermined' ? 'sessions-unavailable' : byToken.reason;
  return { kind: 'undetermined', via: 'cookie', reason, possible };
}

/** A session in a bearer proves something, or the request is refused: no cookie makes up for it. */
export function asBearer({ kind, verdict }: SessionResult): Principal {
  switch (verdict.kind) {
    case 'known':
      return verdict.known;
    case 'nobody':
      return { kind: 'refused', reason: 'token-invalid' };
    case 'ended':
      return { kind: 'refused', reason: 'token-revoked' };
    case 'unknown':
      return {
        kind: 'undetermined',
        via: 'bearer',
        reason: 'sessions-unavailable',
        possible: [imagined(kind)],
      };
  }
}

/** Everyone that a credential could turn out to be. */
function choicesOf({ kind, verdict }: SessionResult): readonly Choice[] {
  switch (verdict.kind) {
    case 'known':
      return [verdict.known];
    case 'nobody':
      return [nobody('no-credential')];
    case 'ended':
      return [nobody('session-ended')];
    case 'unknown':
      return [nobody('no-credential'), imagined(kind)];
  }
}

const nobody = (reason: AnonymousReason): Anonymous => ({ kind: 'anonymous', reason });

/** Somebody with all that the kind may grant; what a contact would see, a stranger is asked to log in for. */
function imagined({ name, bots, rules }: SessionKind): Known {
  const member = rules.grants.has('member') ? { member: { bots } } : {};
  const known = { kind: 'known', via: 'cookie', issuer: name, session: name, subject: '' } as const;
  return { ...known, expiresAtMs: Infinity, issuerBots: bots, ...member };
}

function combinations(choices: readonly (readonly Choice[])[]): readonly (readonly Choice[])[] {
  let all: readonly (readonly Choice[])[] = [[]];
  for (const options of choices) {
    if (all.length * options.length > MAX_COMBINATIONS) return choices.flat().map((choice) => [choice]);
    all = all.flatMap((before) => options.map((option) => [...before, option]));
  }
  return all;
}

/** The first of these that applies is why nobody is signed in. */
const reasons: readonly AnonymousReason[] = [
  'session-ended',
  'session-revoked',
  'session-expired',
  'session-invalid',
  'no-credential',
];

function resolve(choices: readonly Choice[]): Choice {
  const known = choices.filter((choice) => choice.kind === 'known');
  const [first] = known;
  if (first !== undefined) {
    const onePerson = known.every(
      ({ issuer, subject }) => issuer === first.issuer && subject === first.subject,
    );
    return onePerson ? first : nobody('session-invalid');
  }
  const given = choices.flatMap((choice) => (choice.kind === 'anonymous' ? [choice.reason] : []));
  return nobody(reasons.find((reason) => given.includes(reason)) ?? 'no-credential');
}

function unique(choices: readonly Choice[]): readonly Choice[] {
  const seen = new Map<unknown, Choice>();
  for (const one of choices) {
    const key = one.kind === 'anonymous' ? one.reason : one.expiresAtMs === Infinity ? one.issuer : one;
    if (!seen.has(key)) seen.set(key, one);
  }
  return [...seen.values()];
}

import { placeOf, type Finding } from './alert.ts';
import { createTally } from './tally.ts';

/** What is heard of an answered request, by the names of the access line. */
export interface Heard {
  readonly atMs: number;
  readonly outcome: string;
  readonly reason: string;
  readonly enforced: boolean;
  readonly bot?: string | undefined;
  readonly conversation?: string | undefined;
  readonly subject?: string | undefined;
  readonly issuer?: string | undefined;
  readonly session?: string | undefined;
  /** A network in CIDR notation where only that is recorded. */
  readonly clientIp?: string | undefined;
  readonly scope?: string | undefined;
  readonly rangeId?: string | undefined;
}

/** Different conversations within `windowMs`; 0: never. */
export interface WatchLimits {
  readonly perPerson: number;
  readonly perAddress: number;
  readonly perRange: number;
  readonly windowMs: number;
}

export interface WatchParts {
  readonly limits: () => WatchLimits;
  readonly raise: (finding: Finding) => void;
  /** Told of a range that opened something. */
  readonly onRange: (scope: string, rangeId: string, heard: Heard) => void;
}

const mostMarks = 200_000;

type Count = Pick<Finding, 'kind' | 'of'> & { readonly most: number; readonly who: string };

/** Listens to what is answered, and raises what stands out. */
export function createWatch({ limits, raise, onRange }: WatchParts): (heard: Heard) => void {
  const tally = createTally({ mostMarks });
  const count = (heard: Heard, { kind, most, who, of }: Count, windowMs: number): void => {
    if (most === 0) return;
    const subject = JSON.stringify(Object.values(of));
    const thing = JSON.stringify([heard.bot, heard.conversation]);
    const seen = tally.add(`${kind} ${subject}`, thing, heard.atMs, windowMs);
    if (seen < most) return;
    tally.forget(`${kind} ${subject}`);
    const minutes = Math.round(windowMs / 60_000);
    const time = minutes === 1 ? 'a minute' : `${minutes} minutes`;
    const summary = `${who} was shown ${seen} different conversations within ${time}.`;
    raise({ kind, subject, summary, of: { ...of, conversations: seen } });
  };
  return (heard) => {
    const { outcome, enforced, reason, scope, rangeId, conversation } = heard;
    if (reason === 'log-unavailable') return raise(unlogged);
    if (outcome !== 'forward' && enforced) return;
    const isByRange = rangeId !== undefined && scope !== undefined;
    if (isByRange) onRange(scope, rangeId, heard);
    if (conversation === undefined) return;
    const { windowMs, ...most } = limits();
    count(heard, visitorOf(heard, most), windowMs);
    if (!isByRange) return;
    const of = { scope, range: rangeId };
    const kind = 'conversations.many_by_range';
    count(heard, { kind, most: most.perRange, who: `Range ${rangeId} of ${scope}`, of }, windowMs);
  };
}

const unlogged: Finding = {
  kind: 'log.unavailable',
  subject: 'log',
  summary: 'Transcripts are refused, since their showing cannot be logged.',
  of: {},
};

/** Who is signed in is counted as a person, wherever they are: an office is many people behind one address. */
function visitorOf(
  { subject, issuer, session, clientIp }: Heard,
  { perPerson, perAddress }: Omit<WatchLimits, 'windowMs'>,
): Count {
  if (subject !== undefined) {
    const of = { subject, issuer: issuer ?? session ?? '' };
    return { kind: 'conversations.many_by_person', most: perPerson, who: `${subject} (${of.issuer})`, of };
  }
  const kind = 'conversations.many_by_address';
  const of = placeOf(clientIp ?? '');
  const who = `${'network' in of ? 'Network' : 'Address'} ${clientIp ?? ''}, without a sign-in,`;
  return { kind, most: clientIp === undefined ? 0 : perAddress, who, of };
}

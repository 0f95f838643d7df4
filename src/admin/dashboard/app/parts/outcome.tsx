import type { ActivityEvent } from '../api/types.ts';
import { reasons } from '../pages/test/words.ts';

/** How decisions are told apart in plots and tables, from the bottom of a bar to its top. */
export const outcomeKinds = ['forward', 'reported', 'login', 'deny', 'unavailable'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

export const outcomeNames: Readonly<Record<OutcomeKind, string>> = {
  forward: 'Let in',
  reported: 'Let in, reported only',
  login: 'Asked to log in',
  deny: 'Refused',
  unavailable: 'Not known then',
};

/** What mode `report` let pass is neither let in nor refused. */
export function kindOf({ outcome, enforced }: Pick<ActivityEvent, 'outcome' | 'enforced'>): OutcomeKind {
  if (outcome !== 'forward' && !enforced) return 'reported';
  return outcomeKinds.find((kind) => kind === outcome) ?? 'unavailable';
}

/** A decision in two words. */
export function OutcomeTag({ event }: { readonly event: Pick<ActivityEvent, 'outcome' | 'enforced'> }) {
  const kind = kindOf(event);
  return <span class={`tag outcome ${kind}`}>{outcomeNames[kind]}</span>;
}

/** A reason as a sentence; of a newer gateway's, the word itself. */
export function reasonText(reason: string): string {
  return isReason(reason) ? reasons[reason] : reason;
}

function isReason(reason: string): reason is keyof typeof reasons {
  return Object.hasOwn(reasons, reason);
}

import type { Change } from './change.ts';
import { refused, type ChangeRequest, type Edit, type EditRefused } from './plan.ts';
import { revertChange } from './revert.ts';

/** A change lapses unless it is confirmed in so long; a shorter time nobody can keep, a longer one is forgotten. */
export const trialSeconds = { least: 10, most: 3_600 } as const;

/**
 * What ends a trial, whoever does it: under one key, so that a confirmation, an undo and every gateway's clock
 * together end it once.
 */
export const settlingKey = ({ changeId }: Pick<Change, 'changeId'>): string => `trial:${changeId}`;

/** Makes a change that is on trial stay. */
export function confirmTrial({ revision }: Change): Edit {
  return {
    plan: () => ({ ok: true, removed: [], added: [], confirms: revision }),
    isSame: (change) => change.confirms === revision,
    settles: revision,
  };
}

/** Takes back a change whose trial has ended. */
export function lapseTrial(change: Change): Edit {
  return { ...revertChange(change), settles: change.revision };
}

/** The change that a scope is on trial with: `newest` is its last one, and nothing but its end may follow it. */
export function openTrial(newest: Change | undefined): Change | undefined {
  return newest?.trialUntil === undefined ? undefined : newest;
}

/** Why an edit has to wait for the end of a trial; undefined where it need not. */
export function heldByTrial(trial: Change | undefined, { settles }: Edit): EditRefused | undefined {
  if (settles !== undefined && settles !== trial?.revision) {
    const detail = `Change ${settles} is not on trial: it was confirmed, undone, or has lapsed.`;
    return refused({ code: 'conflict', detail });
  }
  if (trial === undefined || settles !== undefined) return undefined;
  const { revision, by, trialUntil = '' } = trial;
  const detail = `Change ${revision} by ${by} is on trial until ${trialUntil}: confirm or undo it first.`;
  return refused({ code: 'conflict', detail });
}

/** Who asks for the end of a trial, under the key that every end of it has. */
export function settling(trial: Change, { by, from }: Pick<ChangeRequest, 'by' | 'from'>): ChangeRequest {
  return { by, ...(from === undefined ? {} : { from }), idempotencyKey: settlingKey(trial) };
}

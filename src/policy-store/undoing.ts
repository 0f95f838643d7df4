import type { Change } from '../changes/change.ts';
import { refused, type ChangeRequest, type Current, type Edit, type EditResult } from '../changes/plan.ts';
import { revertChange } from '../changes/revert.ts';
import { confirmTrial, lapseTrial, openTrial, settling } from '../changes/trial.ts';
import type { Scope } from '../policy/reason.ts';
import type { Editor } from './editor.ts';
import type { Store } from './store.ts';

type Make = (scope: Scope, edit: Edit, asked: ChangeRequest) => Promise<EditResult>;

/** The end of changes, on trial or not. */
export function undoing(make: Make): Pick<Editor, 'revert' | 'confirm' | 'lapse'> {
  const onLists = (change: Change, run: (scope: Scope) => Promise<EditResult>): Promise<EditResult> =>
    change.scope === 'revocations'
      ? Promise.resolve(refused({ code: 'conflict', detail: 'A revocation is lifted under /revocations.' }))
      : run(change.scope);
  const lapse = (trial: Change, asked: ChangeRequest): Promise<EditResult> =>
    onLists(trial, (scope) => make(scope, lapseTrial(trial), settling(trial, asked)));
  return {
    revert: (change, asked) =>
      onLists(change, async (scope) => {
        // Undone early it ends as it would by itself; once it has been confirmed it is a change like others.
        const ended = openTrial(change) === undefined ? undefined : await lapse(change, asked);
        return ended?.ok === true ? ended : make(scope, revertChange(change), asked);
      }),
    confirm: (trial, asked) =>
      onLists(trial, (scope) => make(scope, confirmTrial(trial), settling(trial, asked))),
    lapse: (trial) => lapse(trial, { by: 'not confirmed in time' }),
  };
}

/** The change on trial that a scope stands at. */
export async function trialOf({ entryAt }: Store, { record }: Current): Promise<Change | undefined> {
  return record.revision === 0 ? undefined : openTrial(await entryAt(record.revision));
}

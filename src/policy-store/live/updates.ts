import type { Policy } from '../../policy/policy.ts';
import { changePolicy } from './compile-policy.ts';
import { createSlicer } from '../slicer.ts';
import type { Change, Position } from '../../changes/change.ts';
import type { Follower } from '../store.ts';

export interface UpdateSink {
  /** The policy has changed; in order. */
  serve(policy: Policy, position: Position): void;
  confirmed(atMs: number): void;
  unreadable(scope: string, why: string): void;
  /** Nothing more will come; the policy has to be loaded again. */
  lost(why: string): void;
}

/** Handles what comes one after the other, and nothing more once it has failed. */
function createSequence<T>(handle: (next: T) => Promise<void> | void, fail: (error: unknown) => void) {
  const waiting: T[] = [];
  let state: 'idle' | 'busy' | 'over' = 'idle';

  const work = async (): Promise<void> => {
    state = 'busy';
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await handle(next);
      state = 'idle';
    } catch (error) {
      state = 'over';
      fail(error);
    }
  };
  return (next: T): void => {
    waiting.push(next);
    if (state === 'idle') void work();
  };
}

/**
 * A follower that applies changes one after the other, each in slices.
 *
 * A confirmation counts once the changes before it are served: until then the policy is older than it says.
 */
export function createUpdates(first: Policy, at: Position, sink: UpdateSink): Follower {
  const slicer = createSlicer();
  let [policy, position] = [first, at];
  let over = false;

  const lost = (why: string): void => {
    if (!over) sink.lost(why);
    over = true;
  };
  const apply = async (change: Change): Promise<void> => {
    if (change.previousId !== position.changeId) {
      throw new Error(`revision ${String(change.revision)} does not follow ${String(position.revision)}`);
    }
    policy = await changePolicy(policy, change, slicer, (why) => {
      sink.unreadable(change.scope, why);
    });
    position = { revision: change.revision, changeId: change.changeId };
    if (!over) sink.serve(policy, position);
  };
  const take = createSequence<Change | number>(
    (next) => {
      if (typeof next !== 'number') return apply(next);
      if (!over) sink.confirmed(next);
    },
    (error) => {
      lost(error instanceof Error ? error.message : String(error));
    },
  );
  return { change: take, confirmed: take, lost };
}

import type { Policy } from '../policy/policy.ts';
import { changePolicy } from './compile-policy.ts';
import { createSlicer } from './slicer.ts';
import type { Change, Follower, Position } from './store.ts';

export interface UpdateSink {
  /** The policy has changed; in order. */
  serve(policy: Policy, position: Position): void;
  confirmed(atMs: number): void;
  unreadable(scope: string, why: string): void;
  /** Nothing more will come; the policy has to be loaded again. */
  lost(why: string): void;
}

/**
 * A follower that applies changes one after the other, each in slices.
 *
 * A confirmation counts once the changes before it are served: until then the policy is older than it says.
 */
export function createUpdates(first: Policy, at: Position, sink: UpdateSink): Follower {
  const slicer = createSlicer();
  const waiting: (Change | { confirmedAtMs: number })[] = [];
  let [policy, position] = [first, at];
  let busy = false;
  let over = false;

  const lose = (why: string): void => {
    if (over) return;
    over = true;
    sink.lost(why);
  };

  const apply = async (change: Change): Promise<void> => {
    if (change.previousId !== position.changeId) {
      lose(`revision ${String(change.revision)} does not follow revision ${String(position.revision)}`);
      return;
    }
    policy = await changePolicy(policy, change, slicer, (why) => {
      sink.unreadable(change.scope, why);
    });
    position = { revision: change.revision, changeId: change.changeId };
    if (!over) sink.serve(policy, position);
  };

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    try {
      for (let next = waiting.shift(); next !== undefined && !over; next = waiting.shift()) {
        if ('confirmedAtMs' in next) sink.confirmed(next.confirmedAtMs);
        else await apply(next);
      }
    } catch (error) {
      lose(error instanceof Error ? error.message : String(error));
    } finally {
      busy = false;
    }
  };

  return {
    change(change) {
      waiting.push(change);
      void work();
    },
    confirmed(atMs) {
      waiting.push({ confirmedAtMs: atMs });
      void work();
    },
    lost: lose,
  };
}

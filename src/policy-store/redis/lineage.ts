import type { Position } from '../../changes/change.ts';

/** The highest revision that this gateway has seen: the next one is above it, and an empty store is a lost one. */
export function createLineage() {
  let highest = 0;
  return {
    highest: (): number => highest,
    note({ revision }: Position): void {
      highest = Math.max(highest, revision);
    },
  };
}

export type Lineage = ReturnType<typeof createLineage>;

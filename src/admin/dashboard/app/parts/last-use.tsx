import type { RangeRecord } from '../api/types.ts';
import { When, counted } from './time.tsx';

/** When a range last let somebody in, as far as is recorded. */
export function LastUse({
  range: { lastUsedAt, uses = 0 },
}: {
  readonly range: Pick<RangeRecord, 'lastUsedAt' | 'uses'>;
}) {
  if (lastUsedAt === undefined) return <>not on record</>;
  return (
    <>
      <When at={lastUsedAt} /> <span class="by">{counted(uses, 'visit')} in 30 days</span>
    </>
  );
}

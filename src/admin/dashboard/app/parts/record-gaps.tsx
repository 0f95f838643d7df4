import type { Gap } from '../api/types.ts';
import { Message } from './message.tsx';
import { When, counted } from './time.tsx';

/** What the record lacks: nobody should take a gap for a quiet time. */
export function RecordGaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  return (
    <>
      {gaps.map(({ kind, from, to, count }) => (
        <Message key={`${kind} ${from}`} tone={kind === 'lost' ? 'warn' : 'info'}>
          The record lacks {counted(count, 'decision')} from <When at={from} /> to <When at={to} />:{' '}
          {kind === 'lost' ? 'they could not be kept.' : 'they were deleted, as old or for room.'}
        </Message>
      ))}
    </>
  );
}

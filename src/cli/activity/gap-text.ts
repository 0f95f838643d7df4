import type { ApiAnswer } from '../../admin/answers.ts';
import { counted } from '../table.ts';
import { localTime } from './event-text.ts';

/** What the record lacks, as a sentence. */
export function gapText({ kind, from, to, count }: ApiAnswer<'activity'>['gaps'][number]): string {
  const why = kind === 'lost' ? 'could not be kept' : 'were deleted, as old or for room';
  return `the record lacks ${counted(count, 'decision')} from ${localTime(from)} to ${localTime(to)}: they ${why}`;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Compared } from '../policy/turn.ts';
import type { Decisions } from './decisions.ts';
import type { Gap } from './event.ts';
import { createJudge } from './judge-again.ts';
import { askedSpan, matchOf, type TimedFilter } from './match.ts';
import { gapsIn } from './query.ts';
import { recordedSince } from './since.ts';
import type { Segment } from './segment.ts';
import { createTurned, type Turned } from './turned.ts';

/** What recorded requests are judged by again. */
export interface Draft extends Compared {
  /** Groups that are listed; those with the most requests come first. */
  readonly most: number;
}

/** What a change would have changed over some time. */
export interface Forecast extends Turned {
  /** Requests that were judged again. */
  readonly judged: number;
  /** Requests that hold too little to be judged again, as those of an older version do. */
  readonly unjudged: number;
  /** Unix milliseconds from which on there is a record, at the earliest that of the question. */
  readonly sinceMs: number;
  readonly gaps: readonly Gap[];
}

/** Judges what was recorded by two policies. Between segments whoever else asks gets their turn. */
export async function forecast(decisions: Decisions, filter: TimedFilter, draft: Draft): Promise<Forecast> {
  const match = matchOf(filter);
  const turned = createTurned(draft.most);
  const judge = createJudge(draft, turned.add);
  let [judged, unjudged] = [0, 0];
  for (const segment of decisions.segments(askedSpan(filter))) {
    const rows = match.may(segment) ? rowsOf(segment, match) : [];
    if (rows.length === 0) continue;
    const found = judge(segment, rows);
    judged += found;
    unjudged += rows.length - found;
    await nextTurn();
  }
  const { index } = decisions;
  const sinceMs = recordedSince(index, filter);
  return { ...turned.all(), judged, unjudged, sinceMs, gaps: gapsIn(index, filter) };
}

const columns = ['replica', 'seq', 'atMs', 'asked', 'bot', 'clientIp', 'subject'] as const;

/** None where the segment was deleted meanwhile: the gap is among the marks by then. */
function rowsOf(segment: Segment, match: ReturnType<typeof matchOf>): readonly number[] {
  try {
    for (const name of columns) segment.column(name);
    return match.rows(segment);
  } catch {
    return [];
  }
}

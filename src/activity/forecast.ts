import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Compared } from '../policy/turn.ts';
import { constantColumn } from './column.ts';
import type { Decisions } from './decisions.ts';
import type { Gap } from './event.ts';
import { createJudge } from './judge-again.ts';
import { askedSpan, matchOf, type Match } from './match.ts';
import { gapsIn } from './query.ts';
import { runsIn, visitsOfRun } from './runs.ts';
import { recordedSince } from './since.ts';
import type { Segment } from './segment.ts';
import { createTurned, type Turned } from './turned.ts';
import type { VisitFilter, Visits } from './visits.ts';

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

/** Judges what was recorded by two policies. Between parts of it whoever else asks gets their turn. */
export async function forecast(decisions: Decisions, filter: VisitFilter, draft: Draft): Promise<Forecast> {
  const turned = createTurned(draft.most);
  const judge = createJudge(draft, turned.add);
  let [judged, unjudged] = [0, 0];
  for (const visits of visitsIn(decisions, filter)) {
    if (visits.rows.length === 0) continue;
    const found = judge(visits);
    judged += found.judged;
    unjudged += found.unjudged;
    await nextTurn();
  }
  const { index } = decisions;
  const sinceMs = recordedSince(index, filter);
  return { ...turned.all(), judged, unjudged, sinceMs, gaps: gapsIn(index, filter) };
}

/** All requests that are asked for, each once: from runs where they hold them, else from segments. */
function* visitsIn({ index, segments }: Decisions, filter: VisitFilter): Iterable<Visits> {
  const match = matchOf(filter);
  const span = askedSpan(filter);
  const runs = runsIn(index, span);
  const isInRun = ({ id }: Segment): boolean =>
    id !== undefined && runs.some(({ firstSegment, lastSegment }) => id >= firstSegment && id <= lastSegment);
  for (const segment of segments(span))
    if (!isInRun(segment) && match.may(segment)) yield visitsOf(segment, match);
  for (const run of runs) yield* visitsOfRun(index, run, filter);
}

const once = (): number => 1;

/** None where the segment was deleted meanwhile: the gap is among the marks by then. */
function visitsOf(segment: Segment, match: Match): Visits {
  try {
    const [bot, asked] = [segment.column('bot'), segment.column('asked')];
    const [clientIp, subject] = [segment.column('clientIp'), segment.column('subject')];
    const columns = { bot, asked, clientIp, subject };
    const times = segment.column('atMs');
    const atMs = (row: number): number => Number(times.cell(row));
    const rows = match.rows(segment);
    return { rows, column: (key) => columns[key], firstMs: atMs, lastMs: atMs, count: once };
  } catch {
    return { rows: [], column: () => constantColumn(null), firstMs: once, lastMs: once, count: once };
  }
}

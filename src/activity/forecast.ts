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
  /** Where it is a part: Unix milliseconds from which on all requests are counted, and of older ones some. */
  readonly countedMs?: number;
  readonly gaps: readonly Gap[];
}

/** A forecast that is made bit by bit, from the newest requests on. */
export interface Forecasting {
  /** Judges some thousand requests at most; false where none is left. */
  goOn(): boolean;
  /** What was found up to now. */
  found(): Forecast;
}

/** Begins to judge what was recorded by two policies; `mayRemember`: asked before each answer that is kept. */
export function beginForecast(
  decisions: Decisions,
  filter: VisitFilter,
  draft: Draft,
  mayRemember: () => boolean,
): Forecasting {
  const turned = createTurned(draft.most);
  const judge = createJudge(draft, turned.add, mayRemember);
  const parts = partsIn(decisions, filter);
  let [judged, unjudged, countedMs] = [0, 0, filter.toMs];
  let isDone = false;
  return {
    goOn() {
      const next = parts.next();
      if (next.done) return !(isDone = true);
      const { toMs, visits } = next.value;
      countedMs = Math.min(countedMs, toMs + 1);
      const found = visits === undefined ? { judged: 0, unjudged: 0 } : judge(visits);
      judged += found.judged;
      unjudged += found.unjudged;
      return true;
    },
    found() {
      const sinceMs = recordedSince(decisions.index, filter);
      return {
        ...{ ...turned.all(), judged, unjudged, sinceMs, gaps: gapsIn(decisions.index, filter) },
        ...(!isDone && { countedMs: Math.max(countedMs, sinceMs) }),
      };
    },
  };
}

/** Some of the visits, while none that is younger than `toMs` is left. */
interface Part {
  readonly toMs: number;
  readonly visits?: Visits;
}

/** All requests that are asked for, each once: from runs where they hold them, else from segments. */
function* partsIn({ index, segments }: Decisions, filter: VisitFilter): Generator<Part, void> {
  const match = matchOf(filter);
  const span = askedSpan(filter);
  const runs = runsIn(index, span);
  const isInRun = ({ id }: Segment): boolean =>
    id !== undefined && runs.some(({ firstSegment, lastSegment }) => id >= firstSegment && id <= lastSegment);
  const sources = [
    ...runs.map((run) => ({ toMs: run.toMs, read: () => visitsOfRun(index, run, filter) })),
    ...segments(span)
      .filter((segment) => !isInRun(segment))
      .map((segment) => ({ toMs: segment.toMs, read: () => visitsOf(segment, match) })),
  ];
  for (const { toMs, read } of sources.sort((a, b) => b.toMs - a.toMs)) {
    yield { toMs };
    for (const visits of read()) yield { toMs, visits };
  }
}

const once = (): number => 1;

/** None where the segment was deleted meanwhile: the gap is among the marks by then. */
function* visitsOf(segment: Segment, match: Match): Iterable<Visits> {
  if (match.may(segment)) yield readVisits(segment, match);
}

function readVisits(segment: Segment, match: Match): Visits {
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

import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openIndex, type Index } from '../../src/activity/database.ts';
import { openDecisions, type Decisions } from '../../src/activity/decisions.ts';
import type { Draft, Forecast } from '../../src/activity/forecast.ts';
import { createForecasts } from '../../src/activity/forecasts.ts';
import { createForesee, lastOf, type Foresee } from '../../src/activity/foresee.ts';
import type { VisitFilter } from '../../src/activity/visits.ts';
import { lineOf, toRow, type ActivityEvent, type Batch } from '../../src/activity/event.ts';

export const startMs = Date.UTC(2026, 9, 1);

export function event(atMs: number, more: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    atMs,
    requestId: randomUUID(),
    outcome: 'forward',
    reason: 'bot-access',
    enforced: true,
    mode: 'enforce',
    method: 'GET',
    revision: 1,
    stale: false,
    clientIpStatus: 'ipv4',
    bot: 'support',
    ...more,
  };
}

export function batchOf(
  replica: string,
  firstSeq: number,
  events: readonly ActivityEvent[],
  marks: Batch['marks'] = [],
): Batch {
  return { replica, firstSeq, marks, lines: events.map((each) => lineOf(toRow(each))) };
}

/** A store without its thread. */
export function storeOf(
  t: Test,
  segmentEvents?: number,
): { readonly index: Index; readonly decisions: Decisions } {
  const index = openIndex(join(t.testdir(), 'activity.sqlite'));
  t.teardown(() => index.close());
  return { index, decisions: openDecisions(index, segmentEvents) };
}

/** Forecasts without the thread, in steps of so many milliseconds. */
export function foreseeIn(decisions: Decisions, stepMs?: number): Foresee {
  const { begin, goOn, end } = createForecasts(decisions, stepMs);
  return createForesee({
    begin: async (asked) => begin(asked),
    goOn: async (asked) => goOn(asked),
    end: async (asked) => end(asked),
  });
}

/** A whole one. */
export async function forecast(decisions: Decisions, filter: VisitFilter, draft: Draft): Promise<Forecast> {
  const found = await lastOf(foreseeIn(decisions)(filter, draft));
  if (found === undefined) throw new Error('nothing is told');
  return found;
}

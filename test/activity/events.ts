import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { openIndex, type Index } from '../../src/activity/database.ts';
import { openDecisions, type Decisions } from '../../src/activity/decisions.ts';
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

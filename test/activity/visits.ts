import fc from 'fast-check';
import type { Test } from 'tap';
import type { ActivityEvent } from '../../src/activity/event.ts';
import type { VisitFilter } from '../../src/activity/visits.ts';
import { askedText } from '../../src/policy/asked-text.ts';
import { anInput } from './drafts.ts';
import { batchOf, event, startMs, storeOf } from './events.ts';

export const everything: VisitFilter = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

/** Visits of a few people, many alike, out of order, and some that hold too little to be judged again. */
export const aVisit = fc
  .tuple(anInput, fc.nat(9), fc.nat(20), fc.boolean())
  .map(([{ resource, client, principal, delegation }, person, hour, hasAsked]): ActivityEvent => {
    const asked = { resource, principal, ...(delegation === 'proven' && { delegation }) };
    return event(startMs + hour * 3_600_000 + person, {
      bot: resource.kind === 'transcript' ? resource.bot : undefined,
      ...(person > 4 && { subject: `person-${person}` }),
      clientIp: client.status === 'unknown' ? undefined : client.address,
      ...((hasAsked || person > 2) && { asked: askedText(asked) }),
    });
  });

export function recorded(t: Test, visits: readonly ActivityEvent[]) {
  const { index, decisions } = storeOf(t, 20);
  const start = { kind: 'start' as const, fromMs: startMs, toMs: startMs, count: 0, replica: 'one' };
  for (let from = 0; from < visits.length; from += 10)
    decisions.take(batchOf('one', from + 1, visits.slice(from, from + 10), from === 0 ? [start] : []));
  return { index, decisions };
}

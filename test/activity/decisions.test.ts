import { deepStrictEqual as same, ok } from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { unpackAddress } from '../../src/activity/address.ts';
import { openIndex } from '../../src/activity/database.ts';
import { openDecisions, type Decisions } from '../../src/activity/decisions.ts';
import type { ActivityEvent, HeldEvent, StoredEvent } from '../../src/activity/event.ts';
import type { Filter } from '../../src/activity/match.ts';
import { headAfter, linkBatch, START, type Head } from '../../src/activity/link.ts';
import { seal, unseal } from '../../src/activity/sealed.ts';
import { queryEvents, type Cursor } from '../../src/activity/query.ts';
import { pruneSome } from '../../src/activity/retention.ts';
import { comparePlaces } from '../../src/activity/segment.ts';
import { summarize } from '../../src/activity/summary.ts';
import { verifySome, type Verified } from '../../src/activity/verify.ts';
import { aFilter, anEvent, few, step } from './arbitrary.ts';
import { batchOf, startMs } from './events.ts';

const hour = 3_600_000;
const options = { numRuns: Number(process.env['FC_RUNS'] ?? 60) };

/** What the filter means, for one event. */
function passes(held: StoredEvent, filter: Filter): boolean {
  const { fromMs, toMs, bots, address: wanted, between, requestId: start, ...equal } = filter;
  const value = held.clientIp === undefined ? NaN : numberOf(held.clientIp);
  return (
    Object.entries(equal).every(([key, want]) => held[key as keyof StoredEvent] === want) &&
    (fromMs === undefined || held.atMs >= fromMs) &&
    (toMs === undefined || held.atMs < toMs) &&
    (bots === undefined || (held.bot !== undefined && bots.includes(held.bot))) &&
    (wanted === undefined || held.clientIp === wanted) &&
    (between === undefined || (value >= between[0] && value <= between[1])) &&
    (start === undefined || held.requestId.startsWith(start))
  );
}

function numberOf(text: string): number {
  const octets = text.split('.').map(Number);
  const value = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return unpackAddress(value) === text ? value : NaN;
}

function allPages(decisions: Decisions, filter: Filter, limit: number): StoredEvent[] {
  const found: StoredEvent[] = [];
  let cursor: Cursor | undefined;
  do {
    const page = queryEvents(decisions, filter, limit, cursor);
    found.push(...page.events);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

t.test('pages are those of a plain array, whatever was taken, compacted, pruned and reopened', (t) => {
  const property = fc.property(
    fc.array(step, { maxLength: 40 }),
    fc.integer({ min: 1, max: 20 }),
    (steps, size) => {
      const index = openIndex(':memory:');
      let decisions = openDecisions(index, size);
      let model: StoredEvent[] = [];
      const heads = new Map<string, Head>();
      const check = (filter: Filter, limit: number): void => {
        const wanted = model.filter((held) => passes(held, filter)).sort((a, b) => comparePlaces(b, a));
        const found = allPages(decisions, filter, limit);
        same(found, wanted);
      };
      for (const asked of [...steps, { kind: 'ask', filter: {}, limit: 7 } as const]) {
        if (asked.kind === 'take') {
          const { replica, events } = asked;
          const head = heads.get(replica) ?? START;
          const first = head.seq + 1;
          const linked = linkBatch(batchOf(replica, first, events), head);
          const sent = linked.map((batch) => unseal(seal(batch)));
          decisions.keep(sent);
          decisions.keep(sent);
          for (const batch of sent) heads.set(replica, headAfter(batch));
          events.forEach((held, at) => model.push(stored(held, replica, first + at)));
        } else if (asked.kind === 'reopen') decisions = openDecisions(index, size);
        else if (asked.kind === 'compact') decisions.compactOld(Number.MAX_SAFE_INTEGER);
        else if (asked.kind === 'ask') check(asked.filter, asked.limit);
        else model = prune(decisions, model, asked.days);
      }
      for (const filter of model.slice(0, 3).flatMap(filtersOf)) check(filter, 9);
      const { chains } = verifyAll(decisions);
      ok(
        chains.every(({ broken }) => broken === undefined),
        'the chains hold',
      );
      index.close();
    },
  );
  t.doesNotThrow(() => fc.assert(property, options));
  t.end();
});

/** What an event is surely found by. */
function filtersOf(held: StoredEvent): readonly Filter[] {
  const {
    requestId,
    subject,
    contact,
    conversation,
    clientIp,
    outcome,
    reason,
    enforced,
    bot = 'none',
  } = held;
  const value = clientIp === undefined ? NaN : numberOf(clientIp);
  return [
    { requestId: requestId.slice(0, 8) },
    { outcome, enforced },
    { outcome, reason, enforced, bot },
    { reason, bots: ['other', bot] },
    ...(subject === undefined ? [] : [{ subject }, { subject, outcome }]),
    ...(contact === undefined ? [] : [{ contact }]),
    ...(conversation === undefined ? [] : [{ conversation }]),
    ...(clientIp === undefined ? [] : [{ address: clientIp }, { address: clientIp, outcome }]),
    ...[0, 100, 4_000].flatMap((more) =>
      value >= 0 ? [{ between: [value - more, value + more] as const }] : [],
    ),
  ];
}

/** As it comes back: without what is undefined. */
function stored(held: ActivityEvent, replica: string, seq: number): StoredEvent {
  return { ...(JSON.parse(JSON.stringify(held)) as HeldEvent), replica, seq };
}

function verifyAll({ index }: Decisions): Verified {
  let verified: Verified | undefined;
  do verified = verifySome(index, verified);
  while (!verified.isDone);
  return verified;
}

/** Prunes, and holds that whatever went was old and nothing else did. */
function prune(decisions: Decisions, model: readonly StoredEvent[], days: number): StoredEvent[] {
  const beforeMs = startMs + days * 24 * hour;
  while (pruneSome(decisions.index, { retentionDays: 1, maxBytes: 1e9 }, beforeMs + 24 * hour));
  const left = new Set(allPages(decisions, {}, 50).map(({ replica, seq }) => `${replica} ${seq}`));
  const gone = model.filter(({ replica, seq }) => !left.has(`${replica} ${seq}`));
  ok(
    gone.every(({ atMs }) => atMs < beforeMs),
    'no young event went',
  );
  return model.filter(({ replica, seq }) => left.has(`${replica} ${seq}`));
}

t.test('sums are those of a plain array', (t) => {
  const filters = fc.oneof(few, aFilter);
  const property = fc.property(
    fc.array(anEvent, { maxLength: 80 }),
    filters,
    fc.nat(79),
    (events, filter, cut) => {
      const index = openIndex(':memory:');
      const decisions = openDecisions(index, 10);
      decisions.take(batchOf('one', 1, events.slice(0, cut)));
      decisions.take(batchOf('one', cut + 1, events.slice(cut)));
      const span = { ...filter, fromMs: startMs, toMs: startMs + 48 * 24 * hour };
      const { buckets, addresses, subjects, sampled } = summarize(decisions, span, 10);
      const wanted = events.map((held, at) => stored(held, 'one', at)).filter((held) => passes(held, span));
      const sum = buckets.reduce((all, { count }) => all + count, 0);
      const refused = buckets
        .filter(({ outcome }) => outcome !== 'forward')
        .reduce((all, { count }) => all + count, 0);
      const isRefused = ({ outcome }: { readonly outcome: string }): boolean => outcome !== 'forward';
      same([sum, refused, sampled], [wanted.length, wanted.filter(isRefused).length, 1]);
      for (const [top, key] of [
        [addresses, 'clientIp'],
        [subjects, 'subject'],
      ] as const)
        for (const { name: of, count, lastMs } of top) {
          const own = wanted.filter((held) => held[key] === of);
          same([count, lastMs], [own.length, Math.max(...own.map(({ atMs }) => atMs))]);
        }
      index.close();
    },
  );
  t.doesNotThrow(() => fc.assert(property, options));
  t.end();
});

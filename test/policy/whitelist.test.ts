import fc from 'fast-check';
import { IPv4, RangedSet } from 'ip-num';
import t from 'tap';
import {
  EMPTY,
  NEVER,
  applyDelta,
  compile,
  findRange,
  isRangeId,
  rangesOf,
} from '../../src/policy/whitelist.ts';
import type { CompactRange, Whitelist } from '../../src/policy/whitelist.ts';

const TOP = 0xffffffff;
const idOf = (n: number): string => n.toString(16).padStart(16, 'f0');

/** Addresses that crowd together, at both ends of the space and at the border of signed numbers. */
const address = fc.oneof(
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 0x7fffffe0, max: 0x80000020 }),
  fc.integer({ min: TOP - 40, max: TOP }),
  fc.integer({ min: 0, max: TOP }),
);
const until = fc.oneof(fc.constant(NEVER), fc.constantFrom(0, 100, 200, 300));
const ranges = (from: number, maxLength = 24): fc.Arbitrary<CompactRange[]> =>
  fc.array(fc.tuple(address, address, until), { maxLength }).map((all) =>
    all.map(([a, b, ends], i) => ({
      id: idOf(from + i),
      start: Math.min(a, b),
      end: Math.max(a, b),
      until: ends,
    })),
  );

const times = [0, 1, 99_999, 100_000, 199_999, 200_000, 299_999, 300_000];

function edges(list: readonly CompactRange[]): number[] {
  const near = list.flatMap(({ start, end }) => [start - 1, start, start + 1, end - 1, end, end + 1]);
  return [...new Set([...near, 0, TOP])].filter((n) => n >= 0 && n <= TOP);
}

/** What ip-num says, range by range. */
function agrees(whitelist: Whitelist, list: readonly CompactRange[]): void {
  const sets = list.map((range) => ({
    range,
    set: new RangedSet(IPv4.fromNumber(range.start), IPv4.fromNumber(range.end)),
  }));
  for (const ip of edges(list)) {
    const one = RangedSet.fromSingleIP(IPv4.fromNumber(ip));
    const covering = sets.filter(({ set }) => set.contains(one)).map(({ range }) => range);
    for (const now of times) {
      const live = covering.filter((range) => range.until === NEVER || now < range.until * 1000);
      const found = findRange(whitelist, ip, now);
      if (live.length === 0 && found !== undefined)
        throw new Error(`${String(ip)} at ${String(now)} found ${found}`);
      if (live.length > 0 && !live.some(({ id }) => id === found)) {
        throw new Error(`${String(ip)} at ${String(now)}: ${String(found)} of ${JSON.stringify(live)}`);
      }
    }
  }
}

const byId = (a: CompactRange, b: CompactRange): number => (a.id < b.id ? -1 : 1);

t.test('agrees with ip-num at every edge and instant', (t) => {
  fc.assert(
    fc.property(ranges(0), (list) => {
      agrees(compile(list), list);
    }),
    { numRuns: 400 },
  );
  t.end();
});

t.test('agrees with ip-num after any deltas, and holds exactly what is left', (t) => {
  const delta = fc.tuple(ranges(1000, 6), fc.array(fc.nat(40), { maxLength: 6 }));
  fc.assert(
    fc.property(ranges(0), fc.array(delta, { maxLength: 4 }), (first, deltas) => {
      let list = first;
      let whitelist = compile(first);
      for (const [round, [fresh, gone]] of deltas.entries()) {
        const added = fresh.map((range, i) => ({ ...range, id: idOf(1000 * (round + 1) + i) }));
        const removed = gone.flatMap((n) => list[n]?.id ?? [idOf(9_999_999)]);
        const before = [...rangesOf(whitelist)];
        const next = applyDelta(whitelist, removed, added);
        if (JSON.stringify([...rangesOf(whitelist)]) !== JSON.stringify(before))
          throw new Error('the old one changed');
        list = [...list.filter(({ id }) => !removed.includes(id)), ...added];
        whitelist = next;
        const held = [...rangesOf(whitelist)];
        if (JSON.stringify(held.sort(byId)) !== JSON.stringify([...list].sort(byId)))
          throw new Error('other ranges');
        agrees(whitelist, list);
      }
    }),
    { numRuns: 150 },
  );
  t.end();
});

t.test('rows', (t) => {
  const range = (n: number, start: number, end: number, ends = NEVER): CompactRange => ({
    id: idOf(n),
    start,
    end,
    until: ends,
  });
  const rows: [string, CompactRange[], number, number, number | undefined][] = [
    ['empty', [], 5, 0, undefined],
    ['one address', [range(1, 5, 5)], 5, 0, 1],
    ['just below', [range(1, 5, 5)], 4, 0, undefined],
    ['just above', [range(1, 5, 5)], 6, 0, undefined],
    ['everything, at the top', [range(1, 0, TOP)], TOP, 0, 1],
    ['one millisecond before it expires', [range(1, 0, 9, 100)], 5, 99_999, 1],
    ['the instant it expires', [range(1, 0, 9, 100)], 5, 100_000, undefined],
    ['the longer of two counts', [range(1, 0, 9, 100), range(2, 5, 5, 200)], 5, 0, 2],
    ['the longer of two still counts', [range(1, 0, 9, 100), range(2, 5, 5, 200)], 5, 150_000, 2],
    ['beside the longer one', [range(1, 0, 9, 100), range(2, 5, 5, 200)], 6, 150_000, undefined],
    ['an endless one under a short one', [range(1, 0, 9), range(2, 5, 5, 1)], 5, 9e12, 1],
    ['equal ranges', [range(1, 5, 9), range(2, 5, 9)], 7, 0, 1],
    ['neighbours are two ranges', [range(1, 1, 4), range(2, 5, 9)], 5, 0, 2],
  ];
  for (const [name, list, ip, now, expected] of rows) {
    t.equal(findRange(compile(list), ip, now), expected === undefined ? undefined : idOf(expected), name);
  }
  t.equal(applyDelta(compile([range(1, 1, 4)]), [idOf(1)], []), EMPTY, 'nothing left is the empty list');
  t.ok(isRangeId(idOf(1)));
  for (const bad of ['', 'f0', 'F0F0F0F0F0F0F0F0', 'f0f0f0f0f0f0f0f0f', 'g0f0f0f0f0f0f0f0'])
    t.notOk(isRangeId(bad), bad);
  t.end();
});

/** Reproducible numbers (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

t.test('long lists: indexed, sorted by counting, 24 bytes a range', (t) => {
  for (const [count, width] of [
    [1023, 9],
    [1024, 9],
    [5000, 9],
    [40_000, 9],
    [5000, 0x0fffffff],
  ] as const) {
    const random = numbers(count + width);
    const space = Math.floor(TOP / count);
    const list = Array.from({ length: count }, (_, i): CompactRange => {
      const start = (i * 7919 + 1) % count;
      const from = start * space + (random() % 5);
      return {
        id: idOf(i),
        start: from,
        end: Math.min(TOP, from + (random() % width)),
        until: i % 3 === 0 ? 100 : NEVER,
      };
    });
    const whitelist = compile(list);
    const bytes = [whitelist.columns, whitelist.index, whitelist.segments].reduce(
      (n, a) => n + (a?.byteLength ?? 0),
      0,
    );
    if (width === 9) t.ok(bytes / count <= 24, `${String(bytes / count)} bytes a range`);
    const sample = list.filter((_, i) => i % 37 === 0);
    const again = applyDelta(
      applyDelta(
        whitelist,
        sample.map(({ id }) => id),
        [],
      ),
      [],
      sample,
    );
    const wrong: string[] = [];
    for (const ip of edges(list.filter((_, i) => i % 101 === 0))) {
      const now = ip % 2 === 0 ? 0 : 100_000;
      const live = list.filter(
        (r) => r.start <= ip && ip <= r.end && (r.until === NEVER || now < r.until * 1000),
      );
      for (const compiled of [whitelist, again]) {
        const found = findRange(compiled, ip, now);
        const right = live.length === 0 ? found === undefined : live.some(({ id }) => id === found);
        if (!right) wrong.push(`${String(ip)}: ${String(found)}`);
      }
    }
    t.same(wrong, [], `${String(count)} ranges`);
  }
  t.end();
});

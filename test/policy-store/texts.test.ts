import fc from 'fast-check';
import { IPv4 } from 'ip-num';
import t from 'tap';
import { NO_REVOCATIONS } from '../../src/policy/revocation.ts';
import { NEVER, compile } from '../../src/policy/whitelist.ts';
import { pack, unpack } from '../../src/policy-store/redis/pack.ts';
import { rangeText, readCompact, readRange } from '../../src/policy-store/redis/stored-range.ts';
import { compact, quadText, readQuad } from '../../src/changes/record.ts';
import { createSlicer } from '../../src/policy-store/slicer.ts';
import { ageOf } from '../../src/policy-store/redis/snapshot-dir.ts';
import type { RangeRecord } from '../../src/changes/change.ts';
import { finish, rangesOf } from '../../src/policy/whitelist.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const time = fc.oneof(
  fc
    .date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  fc.constantFrom('2026-01-02T03:04:05Z', '2026-01-02T03:04:05+02:00', '1950-01-01T00:00:00.000Z'),
);
const record: fc.Arbitrary<RangeRecord> = fc
  .record(
    {
      ends: fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)),
      note: text,
      purpose: text,
      expiresAt: time,
      createdAt: time,
      createdBy: text,
      update: fc.record({ updatedAt: time, updatedBy: text }),
    },
    { requiredKeys: ['ends', 'createdAt', 'createdBy'] },
  )
  .map(({ ends, update, ...rest }) => ({
    id: '0123456789abcdef',
    start: quadText(Math.min(...ends)),
    end: quadText(Math.max(...ends)),
    ...rest,
    ...update,
  }));

t.test('a range comes back from its text as it was, and compiles alike', (t) => {
  fc.assert(
    fc.property(record, (range) => {
      const line = rangeText(range);
      if (
        JSON.stringify(Object.entries(readRange(range.id, line) ?? {}).sort()) !==
        JSON.stringify(Object.entries(range).sort())
      ) {
        throw new Error(`${line} gave ${JSON.stringify(readRange(range.id, line))}`);
      }
      if (JSON.stringify(readCompact(range.id, line)) !== JSON.stringify(compact(range)))
        throw new Error(line);
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test('what is no range is none', (t) => {
  const good = rangeText({
    id: '',
    start: '1.2.3.4',
    end: '1.2.3.9',
    createdAt: '2026-01-02T03:04:05.000Z',
    createdBy: 'a',
  });
  const id = '0123456789abcdef';
  t.match(readCompact(id, good), { start: 0x01020304, until: NEVER });
  const bad: [string, string][] = [
    ['x', good],
    [id, ''],
    [id, 'everyone'],
    [id, good.replace('1.2.3.4', '1.2.3.04')],
    [id, good.replace('1.2.3.4', '2.2.3.4')],
    [id, good.replace('1.2.3.9', '1.2.3.256')],
    [id, good.replace('1.2.3.9 ', '1.2.3.9 %ff')],
    [id, good.replace('1.2.3.9 ', '1.2.3.9 never!')],
  ];
  for (const [name, line] of bad) t.type(readCompact(name, line), 'string', line);
  t.equal(readRange(id, 'everyone'), undefined);
  t.equal(readRange(id, good.replace(' a ', ' %ff ')), undefined);
  t.end();
});

t.test('quads agree with ip-num where it is strict enough', (t) => {
  for (const bad of [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1..3.4',
    '1.2.3.',
    '.1.2.3',
    '256.1.1.1',
    '1.2.3.4 ',
    '１.2.3.4',
    '1.2.3.1e1',
  ]) {
    t.equal(readQuad(bad), undefined, JSON.stringify(bad));
  }
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => {
      const quad = IPv4.fromNumber(BigInt(value)).toString();
      return quadText(value) === quad && readQuad(quad) === value;
    }),
  );
  t.end();
});

void t.test('a pack comes back, and no damaged one does', async (t) => {
  const list = (from: number) =>
    compile(
      Array.from({ length: 50 }, (_, n) => ({
        id: n.toString(16).padStart(16, 'a'),
        start: from + n * 9,
        end: from + n * 9 + (n % 20),
        until: n % 7 === 0 ? 4_000_000 : NEVER,
      })),
    );
  const scopes = new Map([
    ['platform', { enabled: false, mode: 'report', whitelist: list(0) }],
    ['bot:ü', { enabled: true, whitelist: list(77) }],
    ['bot:a', { enabled: true, inheritPlatform: false, whitelist: compile([]) }],
  ] as const);
  const position = { revision: 7, changeId: 'c' };
  const bytes = await pack({ revision: 7, scopes, revocations: NO_REVOCATIONS }, position, createSlicer());
  const back = await unpack(bytes, createSlicer());
  t.same(back?.position, position);
  const images = [...(back?.scopes ?? [])];
  t.same(
    images.map(({ scope }) => scope),
    ['platform', 'bot:a'],
    'what is no scope is left out',
  );
  const [platform] = images;
  t.same(platform?.settings, { enabled: false, mode: 'report' });
  t.same(platform && [...rangesOf(finish(platform.compile()))], [...rangesOf(list(0))]);
  for (let at = 0; at < bytes.length; at += 101) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    t.equal(await unpack(damaged, createSlicer()), undefined, `byte ${String(at)}`);
  }
  t.equal(await unpack(bytes.subarray(0, 100), createSlicer()), undefined);
  t.equal(await unpack(Buffer.alloc(0), createSlicer()), undefined);
});

t.test('a local copy is as old as the clock says that makes it older', (t) => {
  const said = { revision: 1, changeId: 'c', atMs: 1_000_000, uptime: 500, boot: 'b' };
  const rows: [string, { atMs: number; uptime: number; boot: string }, number | undefined][] = [
    ['both agree', { atMs: 1_010_000, uptime: 510, boot: 'b' }, 10_000],
    ['the clock was set back', { atMs: 1_001_000, uptime: 590, boot: 'b' }, 90_000],
    ['set back behind it', { atMs: 999_000, uptime: 590, boot: 'b' }, undefined],
    ['the clock was set forward', { atMs: 1_060_000, uptime: 510, boot: 'b' }, 60_000],
    ['another start of the machine', { atMs: 1_030_000, uptime: 5, boot: 'x' }, 30_000],
    ['a system without start ids', { atMs: 1_030_000, uptime: 900, boot: '' }, 30_000],
  ];
  for (const [name, now, age] of rows) t.equal(ageOf(said, now), age, name);
  t.end();
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { lineOf } from '../../src/policy-store/file/lines.ts';
import { StoreError } from '../../src/policy-store/store.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { contract } from './contract.ts';
import { memoryLog, range, toggle, until } from './drafts.ts';

const open = (dir: string, compactBytes = 4_000_000, lockStaleMs = 4000): Promise<Store> =>
  createFileStore({ dir, log: memoryLog(), now: Date.now, compactBytes, lockStaleMs });

const failure = (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
  work.then(
    () => ({ code: 'done', message: '' }),
    (error: unknown) =>
      error instanceof StoreError
        ? { code: error.code, message: error.message }
        : { code: 'other', message: String(error) },
  );

void t.test('contract', (t) => {
  contract(t, (t) => {
    const dir = t.testdir();
    return Promise.resolve({ open: () => open(dir) });
  });
  t.end();
});

void t.test('contract, with a log that is folded at each change', (t) => {
  contract(t, (t) => {
    const dir = t.testdir();
    return Promise.resolve({ open: () => open(dir, 1) });
  });
  t.end();
});

/** A directory with five changes. */
async function five(dir: string): Promise<void> {
  const store = await open(dir);
  for (let n = 0; n < 5; n += 1)
    await store.change(toggle('bot:a', n, n % 2 === 0, { added: [range(n, n)] }));
  await store.close();
}

void t.test('a torn tail is cut: what it held was never acknowledged', async (t) => {
  const dir = t.testdir();
  await five(dir);
  const log = join(dir, 'policy.log');
  const whole = readFileSync(log);
  const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
  const tails: [string, Buffer, number][] = [
    ['half a line', whole.subarray(0, lastLine + 40), 4],
    ['all but the end of the line', whole.subarray(0, whole.length - 1), 4],
    ['zeroes', Buffer.concat([whole, Buffer.alloc(4096)]), 5],
    ['noise', Buffer.concat([whole, Buffer.from('noise\n')]), 5],
    ['one bit of the last line', Buffer.from(whole).fill('#', whole.length - 9, whole.length - 8), 4],
    [
      'parts without their change',
      Buffer.concat([whole, Buffer.from(lineOf({ part: { removed: [], added: [range(9, 9)] } }))]),
      5,
    ],
  ];
  for (const [name, bytes, revision] of tails) {
    writeFileSync(log, bytes);
    const store = await open(dir);
    t.equal((await store.scopes()).revision, revision, name);
    t.equal((await store.change(toggle('bot:b', 0, true))).change.revision, revision + 1, 'and it goes on');
    await store.close();
    const again = await open(dir);
    t.equal((await again.scopes()).revision, revision + 1, 'and that lasts');
    await again.close();
  }
});

void t.test('damage is refused with its place, never read as another policy', async (t) => {
  const dir = t.testdir();
  await five(dir);
  const log = join(dir, 'policy.log');
  const whole = readFileSync(log, 'utf8');
  const lines = whole.split('\n').slice(0, -1);
  const without = (n: number): string => lines.filter((_, i) => i !== n).join('\n') + '\n';
  const cases: [string, string, RegExp][] = [
    [
      'a bit in the middle',
      whole.replace('0.0.0.2', '0.0.0.9'),
      /policy\.log, line 4 \(up to byte \d+\): damaged/,
    ],
    ['a line gone', without(2), /policy\.log has revision 3 follow nothing/],
    ['the beginning gone', without(0), /policy\.log, line 1/],
    ['only noise', 'noise\n', /has no beginning/],
  ];
  for (const [name, text, message] of cases) {
    writeFileSync(log, text);
    const error = await failure(open(dir));
    t.equal(error.code, 'unreadable', name);
    t.match(error.message, message, name);
    t.equal(readFileSync(log, 'utf8'), text, 'and left as it is');
  }
  writeFileSync(log, whole);
  const folding = await open(dir, 1);
  await folding.change(toggle('bot:a', 5, true));
  await folding.close();
  const snapshot = join(dir, 'policy.snapshot');
  const good = readFileSync(snapshot);
  for (const [name, bytes] of [
    ['a bit of the snapshot', Buffer.from(good.toString().replace('"bot:a"', '"bot:x"'))],
    ['a snapshot cut short', good.subarray(0, good.length - 30)],
    ['an empty snapshot', Buffer.alloc(0)],
  ] as const) {
    writeFileSync(snapshot, bytes);
    t.equal((await failure(open(dir))).code, 'unreadable', name);
  }
  writeFileSync(snapshot, good);
  rmSync(log);
  t.match(await failure(open(dir)), { code: 'unreadable', message: /policy\.log is missing/ });
});

void t.test('one owner: a second gateway is told so, and may come after the first', async (t) => {
  const dir = t.testdir();
  const first = await open(dir, 1000, 2000);
  const error = await failure(open(dir, 1000, 2000));
  t.equal(error.code, 'locked');
  t.match(error.message, /belongs to a gateway that is running/);
  await first.change(toggle('bot:a', 0, true));
  await first.close();
  const second = await open(dir);
  t.equal((await second.scopes()).revision, 1);
  await second.close();
  const taken = await open(dir, 1000, 2000);
  rmSync(join(dir, 'policy.lock'), { recursive: true });
  await until(() => taken.status().state === 'down', 'the lost lock is noticed');
  t.equal(
    (await failure(taken.change(toggle('bot:a', 1, false)))).code,
    'locked',
    'and nothing is written any more',
  );
  await taken.close();
});

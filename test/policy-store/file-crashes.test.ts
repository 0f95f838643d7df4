import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { LONG, changeOf } from '../../src/changes/log-entry.ts';
import { createHistory } from '../../src/policy-store/file/history.ts';
import type { Change } from '../../src/changes/change.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { draft, memoryLog, range, recorder, until } from './drafts.ts';

const open = (dir: string, compactBytes = 4_000_000, lockStaleMs = 4000): Promise<Store> =>
  createFileStore({ dir, log: memoryLog(), now: Date.now, compactBytes, lockStaleMs });

interface Writer {
  readonly pid: number;
  readonly acked: number[];
  readonly refused: string[];
  readonly opened: () => Promise<void>;
  readonly go: () => void;
  readonly done: () => boolean;
  readonly exited: Promise<void>;
  readonly kill: () => void;
}

function writer(dir: string, from: number, count: number, compactBytes: number): Writer {
  const file = fileURLToPath(new URL('./file-writer.ts', import.meta.url));
  const args = [...process.execArgv, file, dir, String(from), String(count), String(compactBytes)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [acked, refused]: [number[], string[]] = [[], []];
  let [opened, done] = [false, false];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, n = '', code = ''] = line.split(' ');
    if (word === 'acked') acked.push(Number(n));
    if (word === 'refused') refused.push(code);
    opened ||= word === 'open';
    done ||= word === 'done';
  });
  const exited = new Promise<void>((resolve) =>
    child.once('close', () => {
      resolve();
    }),
  );
  return {
    pid: child.pid ?? 0,
    acked,
    refused,
    opened: () => until(() => opened, 'the child opens the store', 60_000),
    go: () => void child.stdin.end('go\n'),
    done: () => done,
    exited,
    kill: () => void child.kill('SIGKILL'),
  };
}

void t.test('killed in the middle of a thousand writes it loses no acknowledged one', async (t) => {
  const dir = t.testdir();
  const acked: number[] = [];
  for (const [round, afterAcks, compactBytes] of [
    [0, 100, 4_000_000],
    [1, 200, 20_000],
    [2, 500, 20_000],
  ] as const) {
    const child = writer(dir, round * 1000, 1000, compactBytes);
    child.go();
    await until(() => child.acked.length >= afterAcks, `${String(afterAcks)} writes`, 60_000);
    child.kill();
    await child.exited;
    t.ok(child.acked.length < 1000, `killed after ${String(child.acked.length)} of 1000`);
    acked.push(...child.acked);
  }
  const sinceMs = Date.now();
  const store = await open(dir);
  t.ok(Date.now() - sinceMs < 8000, `starts again within seconds (${String(Date.now() - sinceMs)} ms)`);
  const { scopes } = await store.scopes();
  const ids = new Set<string>();
  for (const { scope } of scopes) for (const { id } of (await store.scope(scope)).ranges) ids.add(id);
  t.same(
    acked.filter((n) => !ids.has(range(n, n).id)),
    [],
    `all of ${String(acked.length)} are there`,
  );
  t.ok(ids.size - acked.length <= 12, 'beyond them at most what was under way');
  const follower = recorder();
  store.follow({ revision: 0, changeId: '' }, follower)();
  t.equal(follower.changes.length, (await store.scopes()).revision, 'the log is whole');
  await store.close();
});

void t.test('a full disk refuses, leaves nothing half done, and goes on once there is room', async (t) => {
  const dir = t.testdir();
  // A file of this process may not grow past 30 kB: what a full disk does to a write, without needing one.
  const child = writer(dir, 0, 400, 4_000_000);
  const limit = (bytes: string): void =>
    void execFileSync('prlimit', ['--pid', String(child.pid), `--fsize=${bytes}`]);
  await child.opened();
  limit('30000:unlimited');
  child.go();
  await until(() => child.refused.length >= 3, 'writes that fail', 60_000);
  t.same([...new Set(child.refused)], ['unavailable']);
  t.ok(statSync(join(dir, 'policy.log')).size <= 30_000);
  const before = child.acked.length;
  limit('unlimited');
  await until(child.done, 'the rest', 60_000);
  await child.exited;
  t.ok(before > 0 && before < 400);
  t.equal(new Set(child.acked).size, 400);
  const store = await open(dir);
  t.equal((await store.scopes()).revision, 400, 'each change once');
  await store.close();
});

void t.test('the history forgets the oldest: first long lists, then changes', (t) => {
  const history = createHistory();
  const many = Array.from({ length: 40_000 }, (_, n) => range(n, n));
  const change = (revision: number, added: Change['added']): Change => ({
    ...changeOf(draft('bot:a', 0, { added }), { revision: revision - 1, changeId: '' }, String(revision)),
  });
  for (let n = 1; n <= 10; n += 1) history.add({ change: change(n, many), key: `k${String(n)}` });
  const whole = history.all().filter((entry) => entry.change.truncated !== true);
  t.equal(whole.length, 7, 'lists of at most 300,000 ranges');
  t.equal(history.byKey('k1')?.addedCount, 40_000, 'the change itself stays');
  for (let n = 11; n <= 10_010; n += 1) history.add({ change: change(n, []), key: `k${String(n)}` });
  t.equal(history.all().length, 10_000);
  t.equal(history.at(10), undefined);
  t.equal(history.byKey('k10'), undefined);
  t.equal(history.at(11)?.revision, 11);
  t.end();
});

void t.test('folding replaces the log by a snapshot', async (t) => {
  const dir = t.testdir();
  const store = await open(dir, 20_000);
  const many = Array.from({ length: 2 * LONG }, (_, n) => range(n, n));
  for (let n = 0; n < 6; n += 1)
    await store.change(draft('platform', n, n % 2 ? { removed: many } : { added: many }));
  t.same(readdirSync(dir).sort(), ['policy.lock', 'policy.log', 'policy.snapshot']);
  t.ok(statSync(join(dir, 'policy.log')).size < statSync(join(dir, 'policy.snapshot')).size);
  await store.close();
  const again = await open(dir);
  t.equal((await again.changeAt(2))?.removed.length, 2 * LONG, 'with the whole lists of what was done');
  await again.close();
});

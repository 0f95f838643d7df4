import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openActivity, type ActivityParts } from '../../src/activity/activity.ts';
import { createRecordStream } from '../../src/app/record-stream.ts';
import { mountSmallDisk } from '../faults/small-disk.ts';
import { startRedis } from '../support/redis.ts';
import { event } from './events.ts';

const limits = { retentionDays: 30, maxBytes: 1e9 };
const recording = fileURLToPath(new URL('recording.mjs', import.meta.url));

function open(folder: string, replica: string, more: Partial<ActivityParts> = {}) {
  const parts = { log: { warn: () => undefined }, now: Date.now, ...more };
  return openActivity({ folder, replica, ...limits }, parts);
}

/** Starts a recorder and kills it once it has told so much; gives what it told last. */
async function killed(args: readonly string[], tells: number): Promise<number> {
  const child = spawn(process.execPath, [recording, ...args], {
    env: { ...process.env, NODE_OPTIONS: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += String(chunk);
    if (told.split('\n').length > tells) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return Number(told.trimEnd().split('\n').at(-1));
}

const streamOf = (url: string) =>
  createRecordStream(
    { url, prefix: 'site', tls: false, snapshotDir: null, connectTimeoutMs: 1000, commandTimeoutMs: 1000 },
    limits,
  );

t.test('gateways that are killed while they write lose nothing that was written down', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  for (const url of [undefined, redis.url]) {
    const folder = t.testdir();
    const more = url === undefined ? [] : [url];
    const told = new Map<string, number>();
    for (const tells of [3, 40, 1, 17, 88])
      told.set(`after${tells}`, await killed([folder, `after${tells}`, ...more], tells));
    const activity = open(folder, 'then', url === undefined ? {} : { stream: streamOf(url) });
    activity.record(event(Date.now(), { subject: 'last' }));
    await activity.settled();
    while ((await activity.query({ subject: 'last' }, 1)).events.length === 0);
    const { chains } = await activity.verify();
    for (const [replica, count] of told) {
      const chain = chains.find((one) => one.replica === replica);
      const found = chain?.events ?? 0;
      t.equal(chain?.broken, undefined);
      t.ok(found >= count && found <= count + 20, `${url ?? 'file'}: ${count} were told, ${found} are kept`);
    }
    await activity.close();
  }
});

t.test('two processes on one folder: the second one says so, and does the first no harm', async (t) => {
  const folder = t.testdir();
  const said: string[] = [];
  const first = open(folder, 'first');
  t.teardown(() => first.close());
  await first.settled();
  const log = { warn: (fields: object) => void said.push(JSON.stringify(fields)) };
  const second = open(folder, 'second', { log });
  t.teardown(() => second.close());
  first.record(event(1));
  second.record(event(2));
  await Promise.all([first.settled(), second.settled()]);
  t.match(said, [/database is locked/]);
  t.match([second.stats().lost, second.hasRoom(), first.stats().lost, first.hasRoom()], [1, false, 0, true]);
  t.match(await first.query({}, 9), { events: [{ atMs: 1 }] });
  t.match((await first.verify()).chains, [{ events: 1, broken: undefined }]);
});

const disk = mountSmallDisk();
t.teardown(() => disk.unmount());

t.test(
  'a full disk: what is lost is told; of a stream nothing is',
  { skip: disk.why ?? false },
  async (t) => {
    const redis = await startRedis();
    t.teardown(() => redis.stop());
    for (const url of [undefined, redis.url]) {
      const folder = `${disk.dir}/${url === undefined ? 'file' : 'redis'}`;
      const activity = open(folder, 'one', url === undefined ? {} : { stream: streamOf(url) });
      const record = async (count: number): Promise<void> => {
        for (let at = 0; at < count; at++) activity.record(event(Date.now(), { subject: 'somebody' }));
        await activity.settled();
      };
      await record(10);
      disk.fill();
      for (let round = 0; round < 5; round++) await record(1_000);
      const { lost } = activity.stats();
      t.equal(activity.stats().failed, undefined, 'it goes on');
      disk.free();
      await record(1);
      const end = Date.now() + 10_000;
      let kept = 0;
      while (kept + lost < 5_011 && Date.now() < end) kept = (await activity.query({}, 10_000)).events.length;
      t.equal(kept + lost, 5_011, `${lost} are lost`);
      t.equal(lost > 0, url === undefined);
      t.strictSame(
        (await activity.query({}, 1)).gaps.map(({ count }) => count),
        lost === 0 ? [] : [lost],
      );
      t.match((await activity.verify()).chains, [{ events: kept, broken: undefined }]);
      await activity.close();
    }
  },
);

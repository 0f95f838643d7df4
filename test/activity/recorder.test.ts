import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openActivity } from '../../src/activity/activity.ts';
import { readBatch } from '../../src/activity/event.ts';
import { createRecorder } from '../../src/activity/recorder.ts';
import { event, startMs } from './events.ts';

/** A recorder whose batches come through as slowly as one likes. */
function slowOf(t: Test, flushMs: number, flushEvents: number) {
  const batches: number[] = [];
  const waiting: (() => void)[] = [];
  const recorder = createRecorder({
    ...{ replica: 'one', flushMs, flushEvents, mostWaiting: 1_000, now: () => startMs },
    send(batch) {
      batches.push(readBatch(batch).lines.length);
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  const through = async (): Promise<void> => {
    waiting.shift()?.();
    await sleep(1);
  };
  t.teardown(async () => {
    let closed = false;
    const closing = recorder.close().then(() => (closed = true));
    while (!closed) await through();
    await closing;
  });
  const record = (count: number): void => {
    for (let at = 0; at < count; at++) recorder.record(event(startMs + at));
  };
  return { recorder, record, through, batches };
}

t.test('a batch goes off as soon as it is full, and what little comes meanwhile waits', async (t) => {
  const { record, through, batches } = slowOf(t, 1e6, 100);
  record(99);
  t.strictSame(batches, [], 'not full yet');
  record(1);
  t.strictSame(batches, [100]);
  record(30);
  await through();
  t.strictSame(batches, [100], '30 wait for more');
  record(70);
  t.strictSame(batches, [100, 100]);
  record(250);
  await through();
  t.strictSame(batches, [100, 100, 250], 'a full one follows at once');
});

t.test('a few events go off after a short while', async (t) => {
  const { record, batches } = slowOf(t, 5, 100);
  record(3);
  while (batches.length === 0) await sleep(5);
  t.strictSame(batches, [3]);
});

t.test('who asks for all that waits gets all of it, beside a batch that is under way', async (t) => {
  const { recorder, record, through, batches } = slowOf(t, 1e6, 100);
  record(100);
  record(7);
  let done = 0;
  const both = [recorder.flush(), recorder.flush()].map((each) => each.then(() => (done += 1)));
  await through();
  t.strictSame(batches, [100, 7]);
  t.equal(done, 0, 'not before it has come through');
  await through();
  await Promise.all(both);
  t.equal(recorder.state().waiting, 0);
});

t.test(
  'the thread of the record gives way to the requests',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const log = { warn: (): void => undefined };
    const options = { folder: t.testdir(), replica: 'one', retentionDays: 30, maxBytes: 1e9 };
    const activity = openActivity(options, { log, now: () => startMs });
    t.teardown(activity.close);
    await activity.query({}, 1);
    const threads = readdirSync('/proc/self/task').map((id) => getPriority(Number(id)));
    const own = getPriority(process.pid);
    t.equal(
      own,
      Number(readFileSync('/proc/self/stat', 'utf8').split(' ')[18]),
      'that of the requests is as it was',
    );
    t.ok(threads.includes(Math.min(19, own + 8)), String(threads));
  },
);

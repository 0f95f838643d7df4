import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import t from 'tap';
import { openActivity } from '../../src/activity/activity.ts';
import { openIndex, type Index } from '../../src/activity/database.ts';
import { openDecisions, type Decisions } from '../../src/activity/decisions.ts';
import { readBatch } from '../../src/activity/event.ts';
import { queryEvents } from '../../src/activity/query.ts';
import { createRecorder } from '../../src/activity/recorder.ts';
import { verifySome, type Verified } from '../../src/activity/verify.ts';
import { event, startMs, storeOf } from './events.ts';

function verifyAll(index: Index): Verified['chains'] {
  let verified: Verified | undefined;
  do verified = verifySome(index, verified);
  while (!verified.isDone);
  return verified.chains;
}

function countOf(decisions: Decisions): number {
  return decisions
    .segments({ fromMs: 0, toMs: Number.MAX_SAFE_INTEGER })
    .reduce((all, { count }) => all + count, 0);
}

t.test('a writer that is killed at any moment loses at most the batch under way', async (t) => {
  const file = join(t.testdir(), 'activity.sqlite');
  const writer = new URL('writer.ts', import.meta.url).pathname;
  let kept = 0;
  for (const [replica, batches] of [
    ['one', 40],
    ['two', 203],
    ['three', 97],
  ] as const) {
    const child = spawn(process.execPath, [...process.execArgv, writer, file, replica], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += String(chunk);
      if (told.split('\n').length > batches) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(told.trimEnd().split('\n').at(-1));
    const index = openIndex(file);
    const decisions = openDecisions(index, 60);
    const own = verifyAll(index).find((chain) => chain.replica === replica);
    t.equal(own?.broken, undefined);
    const lastKept = own?.lastSeq ?? 0;
    t.ok(lastKept === last || lastKept === last + 20, `${lastKept} are kept, ${last} were told`);
    kept += lastKept;
    t.equal(countOf(decisions), kept);
    t.match(
      queryEvents(decisions, { subject: 's7' }, 9).events,
      [{ seq: 7 }],
      'sums and filters went with them',
    );
    index.close();
  }
});

t.test('a full disk costs events, which are counted and told, and then it goes on', async (t) => {
  const { index, decisions } = storeOf(t, 100);
  const recorder = createRecorder({
    replica: 'one',
    flushMs: 1e6,
    flushEvents: 1e6,
    mostWaiting: 1_000,
    now: () => startMs,
    send: async (batch) => decisions.take(readBatch(batch)),
  });
  const record = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at++) recorder.record(event(startMs + at));
    await recorder.flush();
  };
  await record(250);
  t.equal(countOf(decisions), 250);
  const { page_count: pages } = index.prepare('pragma page_count').get() as { page_count: number };
  index.exec(`pragma max_page_count = ${pages}`);
  for (let round = 0; round < 5; round++) await record(400);
  const kept = countOf(decisions);
  t.ok(recorder.state().lost > 0, `${recorder.state().lost} are lost`);
  t.equal(kept + recorder.state().lost, 2_250, 'each is kept or counted');
  index.exec('pragma max_page_count = 1000000');
  await record(10);
  t.equal(countOf(decisions), kept + 10);
  const { gaps } = queryEvents(decisions, {}, 1);
  t.equal(
    gaps.reduce((all, { count }) => all + count, 0),
    recorder.state().lost,
    'pages tell of all that is lost',
  );
  t.match(verifyAll(index), [{ events: kept + 10, broken: undefined }]);
  await recorder.close();
});

t.test('a record of an older version is put aside and told of; one of a newer is left alone', async (t) => {
  const folder = t.testdir();
  const file = join(folder, 'activity.sqlite');
  const old = new Database(file);
  old.exec('create table events (id integer primary key)');
  old.exec('pragma user_version = 1');
  old.close();
  const said: string[] = [];
  const warn = (fields: object, message: string): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  const options = { folder, replica: 'one', retentionDays: 30, maxBytes: 1e9 };
  const activity = openActivity(options, { log: { warn }, now: () => startMs });
  activity.record(event(startMs));
  await activity.settled();
  t.match(await activity.query({}, 9), { events: [{ seq: 1 }] });
  await activity.close();
  t.match(said, [/put aside/]);
  t.match(said[0], 'activity.sqlite.version-1');
  const aside = new Database(`${file}.version-1`);
  t.match(aside.prepare('select name from sqlite_master').all(), [{ name: 'events' }], 'it is all there');
  aside.close();

  const index = openIndex(file);
  index.exec('pragma user_version = 99');
  index.close();
  t.throws(() => openIndex(file), /of version 99/);
  t.ok(existsSync(file));
});

t.test('a record has no room until it is known that it could be opened', async (t) => {
  const options = { replica: 'one', retentionDays: 30, maxBytes: 1e9 };
  const dir = t.testdir({ damaged: { 'activity.sqlite': 'not a database'.repeat(1_000) } });
  for (const [name, canBeOpened] of [
    ['damaged', false],
    ['new', true],
  ] as const) {
    const folder = join(dir, name);
    const activity = openActivity({ ...options, folder }, { log: { warn: () => undefined }, now: Date.now });
    t.equal(activity.hasRoom(), false);
    await activity.opened;
    t.equal(activity.hasRoom(), canBeOpened);
    await activity.close();
  }
});

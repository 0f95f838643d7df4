import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { startRedis } from '../support/redis.ts';
import { range, toggle, until } from './drafts.ts';
import { codeOf, gateway, loaded, own } from './redis-scene.ts';

void t.test(
  'Redis goes and comes: the last good policy serves for its time, writes are refused, then all goes on',
  async (t) => {
    const server = await startRedis({ config: 'appendonly yes\nappendfsync always' });
    t.teardown(() => server.stop());
    const one = gateway({ url: server.url }, 2);
    await loaded(one);
    await one.store.change(toggle('bot:a', 0, true, { added: [range(1, 5)] }));
    await server.kill();
    t.equal(await codeOf(one.store.change(toggle('bot:a', 1, false))), 'unavailable');
    t.equal(await codeOf(one.store.scope('bot:a')), 'unavailable');
    t.equal(one.finds(5), range(1, 5).id, 'the last good policy');
    await until(() => one.store.status().state === 'down', 'the store says so');
    await until(() => one.finds(5) === 'stale', 'the promise ends', 5000);
    t.equal(one.live.status().state, 'down');
    await server.start();
    await until(() => one.finds(5) === range(1, 5).id, 'it is confirmed again');
    t.equal(one.live.status().lineageAlarms, 0);
    t.match((await one.store.change(toggle('bot:a', 1, false))).change, { revision: 2 });
    await server.client.call('CLIENT', 'PAUSE', '20000', 'WRITE');
    const began = Date.now();
    const code = await codeOf(one.store.change(toggle('bot:a', 2, true, { idempotencyKey: 'k' })));
    t.equal(code, 'unknown', 'nobody knows whether it was made');
    t.ok(Date.now() - began < 4000);
    await server.client.call('CLIENT', 'UNPAUSE');
    server.freeze(true); // as a network does that swallows everything
    t.equal(await codeOf(one.store.change(toggle('bot:b', 0, true))), 'unavailable', 'it was not even sent');
    await until(() => one.finds(5) === 'stale', 'a silent store confirms nothing', 6000);
    server.freeze(false);
    await until(() => one.live.status().state === 'up', 'it answers again');
    const again = await one.store.change(toggle('bot:a', 2, true, { idempotencyKey: 'k' }));
    t.equal(again.change.revision, 3, 'made once, whenever it was');
    await one.close();
  },
);

void t.test('Redis absent at start, then there', async (t) => {
  const server = await own();
  await server.kill();
  const one = gateway({ url: server.url });
  t.match(one.live.view(Date.now()), { known: false, why: 'not-loaded' });
  await until(() => one.store.status().detail.includes('ECONNREFUSED'), 'it says why');
  await server.start();
  await loaded(one);
  t.match((await one.store.change(toggle('bot:a', 0, true))).live, { replicas: 1, of: 1 });
  await one.close();
});

void t.test(
  'a local copy serves a restart during an outage, within the same bound and no longer',
  async (t) => {
    const server = await own();
    const snapshotDir = t.testdir();
    const first = gateway({ url: server.url, snapshotDir }, 8);
    await loaded(first);
    await first.store.change(toggle('bot:a', 0, true, { added: [range(1, 5)] }));
    const confirmed = `${snapshotDir}/policy.confirmed`;
    await until(
      () => existsSync(confirmed) && readFileSync(confirmed, 'utf8').includes('"revision":1'),
      'the copy',
    );
    await first.close();
    await server.kill();
    const age = Date.now() - Number(/"atMs":(\d+)/.exec(readFileSync(confirmed, 'utf8'))?.[1]);
    const second = gateway({ url: server.url, snapshotDir }, 8);
    await until(() => second.finds(5) === range(1, 5).id, 'the copy serves');
    t.ok((second.live.status().ageSeconds ?? 0) >= age / 1000, 'as old as it was confirmed');
    await until(() => second.finds(5) === 'stale', 'the bound', 9000);
    await server.start(); // it kept nothing on disk: flushed
    await until(() => second.live.status().lineageAlarms > 0, 'an empty store is a lost one');
    t.equal(second.finds(5), 'lineage', 'never read as empty');
    await second.close();
    writeFileSync(
      confirmed,
      readFileSync(confirmed, 'utf8').replace(/"atMs":\d+/, `"atMs":${String(Date.now() + 60_000)}`),
    );
    await server.kill();
    const third = gateway({ url: server.url, snapshotDir }, 8);
    await until(() => third.live.status().detail.includes('ECONNREFUSED'), 'the first try');
    t.equal(third.finds(5), 'not-loaded', 'a clock that was set back makes no copy young');
    await third.close();
  },
);

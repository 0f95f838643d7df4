import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { LivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import { pack } from '../../src/policy-store/redis/pack.ts';
import { createRedisStore } from '../../src/policy-store/redis/redis-store.ts';
import { createSlicer } from '../../src/policy-store/slicer.ts';
import { StoreError } from '../../src/policy-store/store.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { findRange, rangesOf } from '../../src/policy/whitelist.ts';
import { startRedis } from '../support/redis.ts';
import type { RedisServer } from '../support/redis.ts';
import { contract } from './contract.ts';
import { AT, draft, memoryLog, range, toggle, until } from './drafts.ts';

const base = { snapshotDir: null, connectTimeoutMs: 1000, commandTimeoutMs: 1000, heartbeatMs: 200 };

function open(redis: Partial<RedisOptions>, maxStalenessSeconds = 60, now = Date.now): Store {
  const options = { ...base, prefix: 'gateway', ...redis };
  return createRedisStore({
    redis: options,
    maxStalenessSeconds: () => maxStalenessSeconds,
    log: memoryLog(),
    now,
  });
}

interface Gateway {
  readonly store: Store;
  readonly live: LivePolicy;
  /** The range of bot:a that lets an address in, or why nothing is known. */
  readonly finds: (ip: number) => string | undefined;
  readonly close: () => Promise<void>;
}

/** A gateway as far as the policy goes. */
function gateway(redis: Partial<RedisOptions>, maxStalenessSeconds = 60): Gateway {
  const store = open(redis, maxStalenessSeconds);
  const live = createLivePolicy({
    store,
    maxStalenessSeconds: () => maxStalenessSeconds,
    log: memoryLog(),
    now: Date.now,
  });
  live.start();
  return {
    store,
    live,
    finds(ip) {
      const view = live.view(Date.now());
      if (!view.known) return view.why;
      const scope = view.policy.scopes.get('bot:a');
      return scope?.enabled === true ? findRange(scope.whitelist, ip, Date.now()) : undefined;
    },
    async close() {
      live.close();
      await store.close();
    },
  };
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );
const loaded = (one: Gateway): Promise<void> =>
  until(() => one.live.status().state === 'up', 'a live policy', 20_000);
const own = async (): Promise<RedisServer> => {
  const server = await startRedis();
  t.teardown(() => server.stop());
  return server;
};

const redis = await own();

void t.test('contract', (t) => {
  let site = 0;
  contract(t, () => {
    site += 1;
    const prefix = `site${String(site)}`;
    return Promise.resolve({ open: () => Promise.resolve(open({ url: redis.url, prefix })) });
  });
  t.end();
});

void t.test(
  'three gateways: a receipt is true, and one that is cut off is counted until it grants nothing',
  async (t) => {
    const server = await own();
    const all = [0, 1, 2].map(() => gateway({ url: server.url, receiptTimeoutMs: 300 }, 2));
    const [first, second, third] = all as [Gateway, Gateway, Gateway];
    await Promise.all(all.map(loaded));
    const { live } = await first.store.change(
      toggle('bot:a', 0, true, { added: [range(1, 5), range(2, 6)] }),
    );
    t.match(live, { replicas: 3, of: 3 });
    t.same(
      all.map(({ finds }) => finds(5)),
      Array(3).fill(range(1, 5).id),
      'and all serve it when it is answered',
    );
    await third.close();
    const less = await second.store.change(draft('bot:a', 1, { removed: [range(2, 6)] }));
    t.match(less.live, { replicas: 2, of: 2 }, 'one that left in order is not counted');
    // A gateway that died, or hears nothing: its entry stays for as long as it may grant.
    const at = Date.now();
    await server.client.hset('{gateway}:replicas', 'gone', `2 ${String(at)} 0 7000`);
    const cut = await first.store.change(draft('bot:a', 2, { removed: [range(1, 5)] }));
    t.match(cut.live, { replicas: 2, of: 3 }, 'never said to be live everywhere');
    t.ok((await first.store.replicas()).some(({ id }) => id === 'gone'));
    await until(() => Date.now() - at > 7000, 'it may not grant any more');
    t.notOk((await first.store.replicas()).some(({ id }) => id === 'gone'));
    const later = await first.store.change(toggle('bot:a', 3, false));
    t.match(later.live, { replicas: 2, of: 2 });
    await Promise.all([first.close(), second.close()]);
  },
);

void t.test(
  'two admins at once: every receipt is true, and every gateway ends with the same policy',
  async (t) => {
    const prefix = 'admins';
    const all = [0, 1, 2, 3].map(() => gateway({ url: redis.url, prefix, receiptTimeoutMs: 20_000 }));
    await Promise.all(all.map(loaded));
    const late: number[] = [];
    const admin = async (one: Gateway, first: number): Promise<void> => {
      for (let n = first; n < first + 100;) {
        const { record, ranges } = await one.store.scope('bot:a');
        const removed = n % 3 === 0 ? ranges.slice(0, 1) : [];
        const change = draft('bot:a', record.revision, { added: [range(n, n, n + (n % 50))], removed });
        const receipt = await one.store.change(change).catch((error: unknown) => {
          if (error instanceof StoreError && error.code === 'conflict') return undefined; // the other one was faster
          throw error;
        });
        if (receipt === undefined) continue;
        const behind = all.filter(({ live }) => (live.position()?.revision ?? 0) < receipt.change.revision);
        if (behind.length > 0 || receipt.live.replicas !== 4 || receipt.live.of !== 4) late.push(n);
        n += 1;
      }
    };
    const [first, second] = all as [Gateway, Gateway];
    await Promise.all([admin(first, 0), admin(second, 1000)]);
    t.same(late, [], 'live where the receipt says so');
    await until(() => all.every(({ live }) => live.position()?.revision === 200), 'all at the last revision');
    const packs = await Promise.all(
      all.map(async ({ live }) => {
        const view = live.view(Date.now());
        const position = live.position();
        return view.known && position
          ? (await pack(view.policy, position, createSlicer())).toString('hex')
          : '';
      }),
    );
    t.ok((packs[0]?.length ?? 0) > 1000);
    t.equal(new Set(packs).size, 1, 'compiled to the same bytes');
    const fresh = gateway({ url: redis.url, prefix });
    await loaded(fresh);
    const held = (one: Gateway): unknown => {
      const view = one.live.view(Date.now());
      const scope = view.known ? view.policy.scopes.get('bot:a') : undefined;
      return scope && [...rangesOf(scope.whitelist)].map(({ id }) => id).sort();
    };
    t.same(held(fresh), held(first), 'and what is stored is what is served');
    await Promise.all([...all, fresh].map((one) => one.close()));
  },
);

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
    server.freeze(true); // as a network does that swallows everything
    const began = Date.now();
    const code = await codeOf(one.store.change(toggle('bot:a', 2, true, { idempotencyKey: 'k' })));
    t.equal(code, 'unknown', 'nobody knows whether it was made');
    t.ok(Date.now() - began < 4000);
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

void t.test('a history that is another: flushed, beheaded, restored, forked, cut', async (t) => {
  const server = await own();
  const one = gateway({ url: server.url }, 3);
  await loaded(one);
  await one.store.change(toggle('bot:a', 0, true, { added: [range(1, 5)] }));
  const backup = await server.client.dumpBuffer('{gateway}:head');
  const changes = await server.client.dumpBuffer('{gateway}:changes');
  const scopes = await server.client.dumpBuffer('{gateway}:scopes');
  const ranges = await server.client.dumpBuffer('{gateway}:scope:bot:a');
  await one.store.change(draft('bot:a', 1, { added: [range(2, 6)] }));
  const alarms = (count: number): Promise<void> =>
    until(() => one.live.status().lineageAlarms >= count, `alarm ${String(count)}`);
  const short = gateway({ url: redis.url, prefix: 'short' });
  await loaded(short);
  await short.store.change(toggle('bot:a', 0, true));
  await redis.client.hset('{short}:head', 'revision', '2', 'id', 'e'.repeat(16));

  await server.client.del('{gateway}:head');
  await alarms(1);
  t.equal(
    await codeOf(one.store.change(toggle('bot:a', 2, false))),
    'unavailable',
    'nothing is written over a lost head',
  );
  await until(() => one.finds(5) === 'lineage', 'past the bound nothing is granted', 6000);
  const fresh = gateway({ url: server.url });
  await until(
    () => fresh.live.status().detail.includes('lost the policy'),
    'what still lies there is no empty store',
  );
  t.equal(fresh.finds(5), 'not-loaded');
  await fresh.close();

  await server.client.restore('{gateway}:head', 0, backup, 'REPLACE');
  await server.client.restore('{gateway}:changes', 0, changes, 'REPLACE');
  await server.client.restore('{gateway}:scopes', 0, scopes, 'REPLACE');
  await server.client.restore('{gateway}:scope:bot:a', 0, ranges, 'REPLACE');
  await until(() => one.finds(5) === range(1, 5).id && one.finds(6) === undefined, 'the older backup serves');
  await alarms(2);
  const { change } = await one.store.change(draft('bot:a', 1, { added: [range(3, 7)] }));
  t.equal(change.revision, 3, 'above every revision that was seen');
  await until(() => one.finds(7) === range(3, 7).id, 'and it goes on');

  await server.client.hset('{gateway}:head', 'id', 'f'.repeat(16));
  await until(
    () => one.live.status().lastAlarm?.includes('another change') === true,
    'a fork at one revision',
  );
  await until(() => one.live.position()?.changeId === 'f'.repeat(16), 'what the store has now is served');
  await server.client.flushall();
  const before = one.live.status().lineageAlarms;
  await alarms(before + 1);
  t.equal(
    await codeOf(one.store.change(toggle('bot:a', 0, true))),
    'unavailable',
    'a flushed store takes no change',
  );
  await until(
    () => short.live.status().lastAlarm?.includes('cut off') === true,
    'a log without what the head names',
  );
  await Promise.all([one.close(), short.close()]);
});

void t.test('records that cannot be read are refused one by one, by name, and open nothing', async (t) => {
  const prefix = 'damaged';
  const writer = open({ url: redis.url, prefix });
  await writer.change(toggle('bot:a', 0, true, { added: [range(1, 5), range(2, 6), range(3, 7)] }));
  await writer.change(toggle('bot:b', 0, true, { added: [range(1, 5)] }));
  await writer.change(toggle('platform', 0, true, { added: [range(4, 9)] }));
  await redis.client.hset(`{${prefix}}:scope:bot:a`, range(2, 6).id, '0.0.0.0-255.255.255.256 everyone');
  await redis.client.hset(`{${prefix}}:scope:bot:a`, 'x', '0.0.0.0-255.255.255.255   a   ');
  await redis.client.hset(`{${prefix}}:scopes`, 'bot:b', '2 1 {"enabled":true,"whenOff":"everyone"}');
  const one = gateway({ url: redis.url, prefix });
  await loaded(one);
  t.equal(one.finds(5), range(1, 5).id);
  t.equal(one.finds(6), undefined);
  t.equal(one.finds(100), undefined);
  const { unreadable } = one.live.status();
  t.same(unreadable.map(({ scope }) => scope).sort(), ['bot:a', 'bot:a', 'bot:b']);
  const view = one.live.view(Date.now());
  const closed = view.known ? view.policy.scopes.get('bot:b') : undefined;
  t.match(closed, {
    enabled: false,
    inheritPlatform: false,
    whenOff: 'members',
    requireLogin: true,
    mode: 'enforce',
  });
  t.equal(await codeOf(writer.scope('bot:a')), 'unreadable');
  await redis.client.hset(`{${prefix}}:scopes`, 'platform', 'everyone');
  t.equal(await codeOf(writer.change(toggle('platform', 3, true))), 'unavailable', 'nor is it written over');
  await writer.change(toggle('bot:b', 2, true));
  const mended = await writer.scope('bot:b');
  t.match(mended.record, { enabled: true, revision: 4, ranges: 1 }, 'settings anew mend a record');
  await Promise.all([one.close(), writer.close()]);
});

const takenIn = (one: Gateway): unknown => {
  const { policy } = one.live.view(Date.now());
  const revocations = policy?.revocations;
  return typeof revocations === 'object' ? [...revocations.all.keys()] : revocations;
};

void t.test('a revocation that cannot be read leaves no token known, not every token good', async (t) => {
  const prefix = 'taken';
  const store = open({ url: redis.url, prefix });
  await store.change(toggle('bot:a', 0, true));
  await redis.client.hset(`{${prefix}}:scopes`, 'revocations', '1 1 {"enabled":false}');
  await redis.client.hset(`{${prefix}}:scope:revocations`, 'f'.repeat(16), '{"issuer":"staff"}');
  const one = gateway({ url: redis.url, prefix });
  await loaded(one);
  t.equal(takenIn(one), 'unknown');
  t.match(one.live.status().unreadable, [{ scope: 'revocations' }]);
  t.equal(await codeOf(store.revocations()), 'unreadable');
  await Promise.all([one.close(), store.close()]);
});

void t.test('a large policy starts from its pack, and what came after it follows', async (t) => {
  const prefix = 'packed';
  const one = gateway({ url: redis.url, prefix });
  await loaded(one);
  const many = Array.from({ length: 21_000 }, (_, n) => range(n, n * 4, n * 4 + 1));
  await one.store.change(toggle('bot:a', 0, true, { added: many }));
  let packed: string | null = null;
  await until(() => {
    void redis.client.hget(`{${prefix}}:pack`, 'revision').then((revision) => (packed = revision));
    return packed !== null;
  }, 'the pack is written');
  t.equal(packed, '1');
  await one.store.change(draft('bot:a', 1, { removed: many.slice(0, 1) }));
  const taken = { id: 'f'.repeat(16), issuer: 'staff', subject: 'ada', createdAt: AT, createdBy: 'root' };
  const revocations = { removed: [], added: [{ ...taken, expiresAt: '2090-01-01T00:00:00.000Z' }] };
  await one.store.change({ ...draft('platform', 0), scope: 'revocations', revocations });
  await redis.client.del(`{${prefix}}:scope:bot:a`); // only the pack can say it now
  const two = gateway({ url: redis.url, prefix });
  await until(() => two.live.position()?.revision === 3, 'the pack and the changes after it');
  t.equal(two.finds(4), range(1, 4).id);
  t.equal(two.finds(0), undefined);
  t.equal(two.live.status().lineageAlarms, 0);
  await two.close();
  const deaf = 'resetkeys ~* resetchannels +@all -xread on >deaf'.split(' ');
  await redis.client.call('ACL', 'SETUSER', 'deaf', ...deaf);
  const unfed = gateway({ url: redis.url, prefix, username: 'deaf', password: 'deaf' });
  await until(() => unfed.finds(4) === range(1, 4).id, 'the pack serves, though no feed can be read');
  t.equal(unfed.finds(0), undefined, 'a range that was removed after the pack is not granted again');
  t.equal(unfed.live.position()?.revision, 3);
  t.same(takenIn(unfed), ['f'.repeat(16)], 'nor what was revoked');
  await unfed.close();
  await redis.client.hset(`{${prefix}}:pack`, 'bytes', 'many');
  const three = gateway({ url: redis.url, prefix });
  await until(() => three.live.position()?.revision === 3, 'a pack that is damaged is left alone');
  t.equal(three.finds(4), undefined, 'the records count');
  await Promise.all([one.close(), three.close()]);
});

void t.test('a long list is read from Redis once for all of its pages', async (t) => {
  const prefix = 'paged';
  const store = open({ url: redis.url, prefix });
  const many = Array.from({ length: 20_000 }, (_, n) => range(n, n * 4, n * 4 + 1));
  await store.change(toggle('bot:a', 0, true, { added: many }));
  const scans = async (): Promise<number> =>
    Number(/cmdstat_hscan:calls=(\d+)/.exec(await redis.client.info('commandstats'))?.[1] ?? 0);
  const first = await scans();
  const page = await store.scope('bot:a');
  const once = (await scans()) - first;
  t.ok(once > 0 && page.ranges.length === many.length);
  for (let n = 0; n < 20; n += 1) await store.scope('bot:a');
  t.equal((await scans()) - first, once, 'twenty more pages');
  await store.change(draft('bot:a', 1, { removed: many.slice(0, 1) }));
  const after = await store.scope('bot:a');
  t.equal(after.ranges.length, many.length - 1, 'a change shows at once');
  t.ok((await scans()) - first > once);
  await store.close();
});

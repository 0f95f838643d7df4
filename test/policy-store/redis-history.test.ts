import t from 'tap';
import { AT, draft, range, toggle, until } from './drafts.ts';
import { type Gateway, codeOf, gateway, loaded, open, own, redis } from './redis-scene.ts';

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

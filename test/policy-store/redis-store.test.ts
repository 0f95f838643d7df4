import t from 'tap';
import { pack } from '../../src/policy-store/redis/pack.ts';
import { createSlicer } from '../../src/policy-store/slicer.ts';
import { StoreError } from '../../src/policy-store/store.ts';
import { rangesOf } from '../../src/policy/whitelist.ts';
import { contract } from './contract.ts';
import { draft, range, toggle, until } from './drafts.ts';
import { type Gateway, gateway, loaded, open, own, redis } from './redis-scene.ts';

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

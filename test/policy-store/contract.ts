import type { Test } from 'tap';
import { findRange, finish, rangesOf } from '../../src/policy/whitelist.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import { revocationOf } from '../../src/policy/revocation.ts';
import type { Revocation } from '../../src/policy/revocation.ts';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import { StoreError } from '../../src/policy-store/store.ts';
import type { Draft } from '../../src/changes/change.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { AT, draft, memoryLog, positionOf, range, recorder, toggle, until } from './drafts.ts';

/** One home of a policy. */
export interface Home {
  /** Opens the store; it is closed again by the test. */
  readonly open: () => Promise<Store>;
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );

/** For long lists, which a deep comparison takes seconds for. */
const sameJson = (a: unknown, b: unknown): boolean => sorted(a) === sorted(b);
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );

async function imagesOf(store: Store) {
  const { scopes, position, unreadable } = await store.load();
  const images = [...scopes].map((image) => ({
    scope: image.scope,
    settings: image.settings,
    ids: [...rangesOf(finish(image.compile()))].map(({ id }) => id).sort(),
  }));
  return { images: images.sort((a, b) => (a.scope < b.scope ? -1 : 1)), position, unreadable };
}

async function start(store: Store) {
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 60, log: memoryLog(), now: Date.now });
  live.start();
  await until(() => live.position() !== undefined, 'the policy is loaded');
  return live;
}

/** What every store keeps to. `home` makes a new, empty place each time. */
export function contract(t: Test, home: (t: Test) => Promise<Home>): void {
  const on = (name: string, run: (t: Test, store: Store, home: Home) => Promise<void>): void => {
    void t.test(name, async (t) => {
      const place = await home(t);
      const store = await place.open();
      try {
        await run(t, store, place);
      } finally {
        await store.close();
      }
    });
  };

  on(
    'an empty store is revision 0 with no scope, and an unknown scope is empty and off',
    async (t, store) => {
      t.same(await imagesOf(store), { images: [], position: { revision: 0, changeId: '' }, unreadable: [] });
      t.same(await store.scopes(), { revision: 0, scopes: [] });
      const record = { scope: 'bot:a', enabled: false, revision: 0, ranges: 0 };
      t.same(await store.scope('bot:a'), { revision: 0, record, ranges: [] });
      t.same(await store.changes({ limit: 10 }), []);
      t.equal(await store.changeAt(1), undefined);
    },
  );

  on('a change writes record, ranges, log and revision, and can be read back', async (t, store) => {
    const [a, b] = [
      range(1, 500, 600, { note: 'office "1"\n', expiresAt: '2030-01-01T00:00:00.000Z' }),
      range(2, 5),
    ];
    const after = {
      enabled: true,
      mode: 'report',
      whenOff: 'anyone',
      requireLogin: true,
      inheritPlatform: false,
    } as const;
    const first = draft('bot:a', 0, {
      settings: { before: { enabled: false }, after },
      added: [a, b],
      from: '10.0.0.1',
    });
    const { change, repeated } = await store.change(first);
    t.notOk(repeated);
    t.match(change, {
      revision: 1,
      previousId: '',
      scope: 'bot:a',
      addedCount: 2,
      removedCount: 0,
      from: '10.0.0.1',
    });
    const edited = { ...a, end: '0.0.2.100', updatedAt: a.createdAt, updatedBy: 'bob' };
    const second = (await store.change(draft('bot:a', 1, { removed: [a], added: [edited], reverts: 1 })))
      .change;
    t.match(second, { revision: 2, previousId: change.changeId, reverts: 1 });
    const third = (await store.change(draft('platform', 0, { added: [range(3, 9)] }))).change;
    t.equal(third.revision, 3, 'revisions are the whole policy’s');
    t.same((await imagesOf(store)).images, [
      { scope: 'bot:a', settings: after, ids: [b.id, a.id].sort() },
      { scope: 'platform', settings: { enabled: false }, ids: [range(3, 9).id] },
    ]);
    t.same((await imagesOf(store)).position, positionOf(third));
    const record = { scope: 'bot:a', ...after, revision: 2, ranges: 2 };
    t.same(await store.scope('bot:a'), { revision: 3, record, ranges: [b, edited] }, 'sorted by start');
    t.same(
      (await store.scopes()).scopes.find(({ scope }) => scope === 'bot:a'),
      record,
    );
    t.same(await store.changes({ limit: 10 }), [third, second, change], 'newest first');
    t.same(await store.changes({ limit: 1, scope: 'bot:a' }), [second]);
    t.same(await store.changes({ limit: 5, before: 2 }), [change]);
    t.same(await store.changeAt(1), change);
  });

  on(
    'a change for another revision of its scope, or of ranges that are not there, is a conflict',
    async (t, store) => {
      await store.change(toggle('bot:a', 0, true, { added: [range(1, 5)] }));
      const wrong: [string, Draft][] = [
        ['too old', toggle('bot:a', 0, false)],
        ['too new', toggle('bot:a', 7, false)],
        ['a scope that is not there', toggle('bot:b', 1, true)],
        ['removes what is not there', draft('bot:a', 1, { removed: [range(9, 5)] })],
        ['adds what is there', draft('bot:a', 1, { added: [range(1, 7)] })],
      ];
      for (const [name, one] of wrong) t.equal(await codeOf(store.change(one)), 'conflict', name);
      t.equal((await store.scopes()).revision, 1);
      t.same((await store.scope('bot:a')).ranges, [range(1, 5)]);
    },
  );

  on('of changes for one revision of a scope, exactly one is made', async (t, store) => {
    const drafts = Array.from({ length: 20 }, (_, n) => draft('bot:a', 0, { added: [range(n, n)] }));
    const codes = await Promise.all(drafts.map((one) => codeOf(store.change(one))));
    t.same(codes.filter((code) => code === 'done').length, 1);
    t.same(codes.filter((code) => code === 'conflict').length, 19);
    t.equal((await store.scope('bot:a')).ranges.length, 1);
  });

  on('followers hear of every change in order, whole, and from where they are', async (t, store) => {
    const from = (await store.load()).position;
    const all = recorder();
    const stop = store.follow(from, all);
    const drafts = Array.from({ length: 40 }, (_, n) =>
      draft(`bot:b${String(n)}`, 0, { added: [range(n, n)] }),
    );
    const receipts = await Promise.all(drafts.map((one) => store.change(one)));
    await until(() => all.changes.length === 40, '40 changes');
    const byRevision = receipts.map(({ change }) => change).sort((a, b) => a.revision - b.revision);
    t.same(all.changes, byRevision);
    t.same(
      all.changes.map(({ previousId }) => previousId),
      ['', ...all.changes.slice(0, -1).map((c) => c.changeId)],
    );
    await until(() => all.confirmedAt.length > 0, 'confirmed');
    const late = recorder();
    const stopLate = store.follow(positionOf(all.changes[29] ?? from), late);
    await until(() => late.changes.length === 10, 'the last ten');
    t.same(late.changes, byRevision.slice(30));
    stop();
    stopLate();
    await store.change(draft('platform', 0));
    t.equal(all.changes.length, 40, 'nothing after it was stopped');
    for (const unknown of [
      { revision: 12, changeId: 'f'.repeat(16) },
      { revision: 99, changeId: 'f'.repeat(16) },
    ]) {
      const fork = recorder();
      const stopFork = store.follow(unknown, fork);
      await until(() => fork.lostWhy.length > 0, 'told that the history is another');
      stopFork();
      t.same(fork.changes, []);
      t.same(fork.confirmedAt, [], 'another history confirms nothing');
    }
  });

  on('the same key makes one change, in turn and at once', async (t, store) => {
    const keyed = toggle('bot:a', 0, true, { idempotencyKey: 'k 1 "ü"' });
    const first = await store.change(keyed);
    const again = await store.change(keyed);
    t.same(again.change, first.change);
    t.same([first.repeated, again.repeated], [false, true]);
    t.match(await store.receipt('k 1 "ü"'), { change: { changeId: first.change.changeId }, repeated: true });
    t.equal(await store.receipt('k2'), undefined);
    const together = draft('bot:b', 0, { added: [range(1, 1)], idempotencyKey: 'k2' });
    const receipts = await Promise.all([1, 2, 3, 4].map(() => store.change(together)));
    t.same(new Set(receipts.map(({ change }) => change.changeId)).size, 1);
    t.same(receipts.filter(({ repeated }) => repeated).length, 3);
    t.equal((await store.scopes()).revision, 2);
  });

  on('an import of thousands is one change, with its lists where they are asked for', async (t, store) => {
    const added = Array.from({ length: 5000 }, (_, n) =>
      range(n, n * 3, n * 3 + 1, { note: `row ${String(n)}` }),
    );
    const follower = recorder();
    const stop = store.follow((await store.load()).position, follower);
    const { change } = await store.change(draft('bot:a', 0, { added }));
    t.match(change, { revision: 1, addedCount: 5000 });
    const [listed] = await store.changes({ limit: 1 });
    t.match(listed, { revision: 1, truncated: true, addedCount: 5000, added: [] });
    t.same((await store.changeAt(1))?.added.length, 5000);
    await until(() => follower.changes.length === 1, 'the import');
    t.ok(sameJson(follower.changes[0]?.added, added), 'followers get whole lists');
    t.notOk(follower.changes[0]?.truncated);
    t.ok(sameJson((await store.scope('bot:a')).ranges, added), 'sorted by address');
    t.equal((await imagesOf(store)).images[0]?.ids.length, 5000);
    const undo = draft('bot:a', 1, { removed: added, added: added.slice(0, 2), reverts: 1 });
    t.match((await store.change(undo)).change, { revision: 2, removedCount: 5000, addedCount: 2 });
    await until(() => follower.changes.length === 2, 'the removal');
    t.same(follower.changes[1]?.removed.length, 5000);
    t.same((await store.scope('bot:a')).record, { scope: 'bot:a', enabled: false, revision: 2, ranges: 2 });
    stop();
  });

  on('a closed store opens again where it was', async (t, store, home) => {
    await store.change(toggle('bot:a', 0, true, { added: [range(1, 5)], idempotencyKey: 'k' }));
    await store.change(draft('bot:a', 1, { added: [range(2, 7, 8)] }));
    const before = await imagesOf(store);
    const log = await store.changes({ limit: 9 });
    await store.close();
    const reopened = await home.open();
    try {
      t.same(await imagesOf(reopened), before);
      t.same(await reopened.changes({ limit: 9 }), log);
      t.equal((await reopened.change(toggle('bot:a', 0, true, { idempotencyKey: 'k' }))).repeated, true);
      t.match((await reopened.change(toggle('bot:a', 2, false))).change, {
        revision: 3,
        previousId: log[0]?.changeId,
      });
    } finally {
      await reopened.close();
    }
  });

  on('revocations are revisions of the same history, kept and followed', async (t, store, home) => {
    const taken = (n: number): Revocation => {
      const times = { expiresAt: '2090-01-01T00:00:00.000Z', createdAt: AT, createdBy: 'ada' };
      return {
        id: n.toString(16).padStart(16, '0'),
        issuer: 'staff',
        subject: `s${String(n)} "ü"`,
        ...times,
      };
    };
    const revoking = (expected: number, removed: Revocation[], added: Revocation[]): Draft => ({
      ...draft('platform', expected),
      scope: 'revocations',
      revocations: { removed, added },
    });
    const live = await start(store);
    const follower = recorder();
    const stop = store.follow((await store.load()).position, follower);
    await store.change(toggle('bot:a', 0, true));
    const { change } = await store.change(revoking(0, [], [taken(1), taken(2)]));
    t.match(change, { revision: 2, scope: 'revocations', addedCount: 2, removedCount: 0 });
    t.equal(await codeOf(store.change(revoking(0, [], [taken(3)]))), 'conflict', 'they moved on');
    t.equal(await codeOf(store.change(revoking(2, [taken(9)], []))), 'conflict', 'not there');
    const third = (await store.change(revoking(2, [taken(1)], [taken(3)]))).change;
    const record = { revision: 3, entries: [taken(2), taken(3)] };
    const read = async (one: Store) => {
      const { revision, record } = await one.revocations();
      return {
        revision,
        record: { ...record, entries: [...record.entries].sort((a, b) => (a.id < b.id ? -1 : 1)) },
      };
    };
    t.same(await read(store), { revision: 3, record });
    await until(() => follower.changes.length === 3, 'told');
    t.same(follower.changes.slice(1), [change, third]);
    t.same(await store.changeAt(2), change);
    t.same(await store.changes({ limit: 9, scope: 'revocations' }), [third, change]);
    t.same(
      (await store.scopes()).scopes.map(({ scope }) => scope),
      ['bot:a'],
      'no scope of a whitelist',
    );
    const known = {
      kind: 'known',
      via: 'bearer',
      issuer: 'staff',
      expiresAtMs: Infinity,
      issuerBots: 'all',
    } as const;
    const isTaken = (view: PolicyView, n: number): unknown =>
      revocationOf(view, { ...known, subject: taken(n).subject ?? '' }, Date.now());
    await live.reached(3, 5000);
    t.same(
      [1, 2, 3].map((n) => isTaken(live.view(Date.now()), n)),
      [undefined, taken(2), taken(3)],
      'served',
    );
    live.close();
    stop();
    await store.close();
    const reopened = await home.open();
    t.same(await read(reopened), { revision: 3, record });
    const fresh = await start(reopened);
    t.same(
      [1, 2, 3].map((n) => isTaken(fresh.view(Date.now()), n)),
      [undefined, taken(2), taken(3)],
      'after a start',
    );
    fresh.close();
    await reopened.close();
  });

  on(
    'the live policy serves a change before its receipt says so, and expires ranges by itself',
    async (t, store) => {
      const live = await start(store);
      const heard: number[] = [];
      live.subscribe((revision) => heard.push(revision));
      const soon = Date.now() + 60_000;
      const expiresAt = new Date(soon).toISOString();
      const receipt = await store.change(
        toggle('bot:a', 0, true, { added: [range(1, 5, 9), range(2, 20, 20, { expiresAt })] }),
      );
      t.match(receipt.live, { replicas: 1, of: 1 });
      const seen = (ip: number, nowMs: number): string | undefined => {
        const view = live.view(nowMs);
        const scope = view.known ? view.policy.scopes.get('bot:a') : undefined;
        return scope?.enabled === true ? findRange(scope.whitelist, ip, nowMs) : undefined;
      };
      const now = Date.now();
      t.equal(seen(9, now), range(1, 5).id);
      t.equal(seen(10, now), undefined);
      t.equal(seen(20, soon - 2000), range(2, 20).id);
      t.equal(seen(20, soon), undefined, 'over without a write');
      t.match(live.view(now), { known: true, staleSeconds: 0, policy: { revision: 1 } });
      t.equal(await live.reached(1, 10), true);
      t.equal(await live.reached(2, 10), false);
      const later = live.reached(2, 5000);
      await store.change(draft('bot:a', 1, { removed: [range(1, 5, 9)] }));
      t.equal(await later, true);
      t.equal(seen(9, Date.now()), undefined);
      t.same(heard, [1, 2]);
      t.match(live.status(), { state: 'up', revision: 2, scopes: 1, lineageAlarms: 0 });
      t.match(await store.replicas(), [{ revision: 2, self: true }]);
      live.close();
    },
  );
}

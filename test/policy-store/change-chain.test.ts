import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { lineOf } from '../../src/policy-store/file/lines.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { verifyChanges } from '../../src/policy-store/verify-changes.ts';
import { draft, memoryLog, range, toggle } from './drafts.ts';
import { open, redis } from './redis-scene.ts';

const none = new Map<number, string>();

/** Eight changes of every kind: the third adds 600 ranges, which stand outside the stream. */
async function fill(store: Store): Promise<void> {
  const many = Array.from({ length: 600 }, (_, at) => range(at + 10, at + 10));
  const note = range(1, 1, 5, { note: 'half a pair \ud800, "quoted"', createdBy: 'ada ünal' });
  await store.change(toggle('platform', 0, true));
  await store.change(draft('bot:a', 0, { added: [note], from: '203.0.113.1' }));
  await store.change(draft('bot:a', 2, { added: many }));
  await store.change(draft('bot:a', 3, { removed: many.slice(0, 550), reverts: 3 }));
  const revoked = { id: 'f'.repeat(16), issuer: 'staff', subject: 's', createdBy: 'ada' };
  const times = { createdAt: '2026-01-02T03:04:05.000Z', expiresAt: '2036-01-02T03:04:05.000Z' };
  await store.change(
    draft('revocations', 0, { revocations: { removed: [], added: [{ ...revoked, ...times }] } }),
  );
  await store.change(toggle('platform', 1, false));
  const settings = { before: { enabled: false }, after: { enabled: true, mode: 'report' as const } };
  await store.change(draft('bot:b', 0, { settings }));
  await store.change(draft('bot:b', 7, { added: [range(2, 9)] }));
}

const whole = { changes: 8, firstRevision: 1, lastRevision: 8, unlinked: 0 };

t.test('file: an entry that somebody edits or takes out is named', async (t) => {
  const dir = t.testdir();
  const opened = () => createFileStore({ dir, log: memoryLog(), now: Date.now });
  const verified = async (attested = none) => {
    const store = await opened();
    const found = await verifyChanges(store, attested).finally(() => store.close());
    return found;
  };
  const first = await opened();
  await fill(first);
  const head = (await first.changes({ limit: 1 }))[0];
  await first.close();
  t.strictSame(await verified(), whole, 'read again from disk it is whole');
  const path = join(dir, 'policy.log');
  const text = readFileSync(path, 'utf8');
  const tampered = async (edit: (lines: string[]) => string[]): Promise<object | undefined> => {
    writeFileSync(path, edit(text.trimEnd().split('\n')).join('\n') + '\n');
    const { broken } = await verified(new Map([[8, head?.changeId ?? '']]));
    writeFileSync(path, text);
    return broken;
  };
  const at = (lines: string[], revision: number) =>
    lines.findIndex((line) => line.includes(`"change":{"revision":${String(revision)},`));
  const rewrite = (revision: number, from: string, to: string) => (lines: string[]) =>
    lines.map((line, place) =>
      place === at(lines, revision) ? lineOf(JSON.parse(line.slice(9).replace(from, to))).trimEnd() : line,
    );
  t.match(await tampered(rewrite(2, '203.0.113.1', '203.0.113.2')), { revision: 2, why: 'changed' });
  t.match(await tampered(rewrite(2, '"0.0.0.5"', '"0.0.0.6"')), { revision: 2, why: 'changed' }, 'a range');
  const piece = (lines: string[]) =>
    lines.map((line, place) =>
      place === 3 ? lineOf(JSON.parse(line.slice(9).replace('0.0.0.20', '0.0.0.21'))).trimEnd() : line,
    );
  t.match(await tampered(piece), { revision: 3, why: 'changed' }, 'a range of a long list');
  t.equal(await tampered((lines) => lines), undefined, 'what was left alone');
  t.match(await tampered((lines) => lines.slice(0, -1)), { revision: 8, why: 'missing' }, 'by a digest');
});

t.test('Redis: so it is there', async (t) => {
  const prefix = 'chain';
  const store = open({ url: redis.url, prefix });
  t.teardown(() => store.close());
  await fill(store);
  t.strictSame(await verifyChanges(store, none), whole);
  const key = `{${prefix}}:changes`;
  const entries = await redis.client.xrange(key, '-', '+');
  const tampered = async (edit: (id: string, fields: string[]) => string[] | undefined) => {
    await redis.client.del(key);
    for (const [id, fields] of entries) {
      const edited = edit(id, fields);
      if (edited !== undefined) await redis.client.xadd(key, id, ...edited);
    }
    return (await verifyChanges(store, none)).broken;
  };
  const edited = (revision: string, from: string, to: string) =>
    tampered((id, fields) => (id === `${revision}-0` ? fields.map((one) => one.replace(from, to)) : fields));
  t.match(await edited('2', '203.0.113.1', '203.0.113.2'), { revision: 2, why: 'changed' });
  t.match(await edited('8', 'ada', 'eve'), { revision: 8, why: 'changed' });
  t.match(await tampered((id, fields) => (id === '4-0' ? undefined : fields)), {
    revision: 4,
    why: 'missing',
  });
  t.equal(await edited('9', '', ''), undefined, 'what was left alone');
  const lists = await redis.client.keys(`{${prefix}}:lists:*`);
  t.equal(lists.length, 2);
  await redis.client.del(...lists);
  t.strictSame(await verifyChanges(store, none), whole, 'lists are forgotten before their change');
});

t.test('what many gateways write at once is one chain', async (t) => {
  const stores = Array.from({ length: 4 }, () => open({ url: redis.url, prefix: 'many' }));
  t.teardown(() => Promise.all(stores.map((store) => store.close())));
  await Promise.all(
    stores.flatMap((store, of) =>
      Array.from({ length: 25 }, (_, at) => store.change(toggle(`bot:${of}-${at}`, 0, true))),
    ),
  );
  const [store = open({})] = stores;
  t.match(await verifyChanges(store, none), { changes: 100, lastRevision: 100, broken: undefined });
});

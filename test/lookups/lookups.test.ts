import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startRedis } from '../support/redis.ts';
import { createLookups } from '../../src/lookups/index.ts';
import type { LookupOptions } from '../../src/lookups/options.ts';

const dir = t.testdir();
const file = join(dir, 'chats.json');
writeFileSync(file, '{"17":"support"}');
const rest = { bot: 'bot', contact: null, botNames: {}, cacheSeconds: 300, missSeconds: 5, timeoutMs: 200 };
const byFile: LookupOptions = { ...rest, name: 'file', source: { kind: 'file', path: file } };
const byHash: LookupOptions = { ...rest, name: 'hash', source: { kind: 'redis', key: 'chats' } };
const url = 'http://127.0.0.1:1/{conversationId}';
const byCall: LookupOptions = {
  ...{ ...rest, name: 'call' },
  source: { kind: 'http', url, headers: {}, host: 'chat.example', bodyBytes: 100, missing: [404] },
};
const given = (...lookups: LookupOptions[]) => ({ lookups, strangerChecksPerMinute: 0, cacheEntries: 100 });

/** What was logged. */
function listen() {
  const lines: string[] = [];
  const note = (fields: object, message: string): void =>
    void lines.push(`${JSON.stringify(fields)} ${message}`);
  return { lines, log: { warn: note, info: note } };
}

t.test('each source, and one that is none', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  await redis.client.hset('chats', '17', 'support', '18', '{"bot":"sales"}');
  const readHash = (key: string, field: string) => redis.client.hget(key, field);
  const { log, lines } = listen();
  const lookups = createLookups(given(byFile, byHash, byCall), { log, readHash });
  t.teardown(() => lookups.close());
  const ask = async (name: string, id: string) => lookups.find(name, id, '192.0.2.1');
  t.same(await ask('file', '17'), { kind: 'found', bot: 'support' });
  t.same(await ask('hash', '17'), { kind: 'found', bot: 'support' });
  t.same(await ask('hash', '18'), { kind: 'found', bot: 'sales' });
  t.same(await ask('hash', '19'), { kind: 'missing' });
  t.match(await ask('call', '17'), { kind: 'unavailable', why: /could not be asked/ });
  t.match(await ask('others', '17'), { kind: 'unavailable', why: /no lookup is named others/ });
  redis.freeze(true);
  t.match(await ask('hash', '20'), { kind: 'unavailable', why: /did not answer within 200 ms/ });
  redis.freeze(false);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  t.same(await ask('hash', '20'), { kind: 'missing' });
  t.match(
    lines.filter((line) => line.includes('hash')),
    [/200 ms.*does not answer/, /answers again/],
  );
  t.same(lookups.counts().get('hash'), { hits: 0, found: 2, missing: 2, failed: 1, limited: 0 });
  const without = createLookups(given(byHash), { log, readHash: undefined });
  t.match(await without.find('hash', '17', undefined), { kind: 'unavailable', why: /no Redis/ });
  without.close();
});

t.test('a lookup that is configured as before goes on with what it knows', async (t) => {
  const { log } = listen();
  const first = createLookups(given(byFile, byCall), { log, readHash: undefined });
  await first.find('file', '17', undefined);
  const changed = { ...byCall, timeoutMs: 100 };
  const second = createLookups(given(byFile, changed), { log, readHash: undefined }, first);
  first.close(second);
  t.same(second.find('file', '17', undefined), { kind: 'found', bot: 'support' }, 'at once');
  t.equal(second.running.get('file'), first.running.get('file'));
  t.not(second.running.get('call'), first.running.get('call'));
  second.close();
});

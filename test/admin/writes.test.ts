import t from 'tap';
import { onBothStores, openScene } from './scene.ts';
import type { Reply } from './scene.ts';
import { SALES, rangesOf, revisionOf } from './lists.ts';

const onStores = onBothStores(t);

onStores('conditional and repeated writes', async (t, how) => {
  const { call } = await openScene(t, how);
  const body = { start: '10.0.0.1', end: '10.0.0.1' };
  const add = (headers: Record<string, string>, start = '10.0.0.1'): Promise<Reply> =>
    call('POST', `${SALES}/ranges`, { headers, body: { start, end: start } });

  const first = await add({ 'idempotency-key': 'k1', 'if-match': '"0"' });
  t.match(first, { status: 201, body: { revision: 1 } });
  const repeat = await add({ 'idempotency-key': 'k1', 'if-match': '"0"' });
  t.match(
    repeat,
    { status: 201, body: { revision: 1, id: first.body.id } },
    'a repeat is answered as the first',
  );
  t.match(await add({ 'idempotency-key': 'k1' }, '10.0.0.2'), { status: 422, body: { reason: 'invalid' } });
  t.match(await add({}), { status: 409 }, 'without the key it is there already');
  const other = await call('POST', '/whitelists/platform/ranges', {
    headers: { 'idempotency-key': 'k1' },
    body,
  });
  t.equal(other.status, 422, 'a key is not for another list');

  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  t.equal(
    (await add({ 'if-match': '"1"' }, '10.0.0.2')).status,
    201,
    'another scope moved on: the list is as it was',
  );
  t.match(await add({ 'if-match': '"1"' }, '10.0.0.3'), {
    status: 412,
    body: { reason: 'precondition-failed' },
  });
  t.equal((await add({ 'if-match': '"3"' }, '10.0.0.3')).status, 201);
  t.equal((await add({ 'if-match': '"99"' }, '10.0.0.4')).status, 412, 'a revision that is still to come');
  t.equal((await add({ 'if-match': 'W/"4"' }, '10.0.0.4')).status, 412, 'a weak tag never matches');
  t.equal((await add({ 'if-match': '4' }, '10.0.0.4')).status, 400);
  t.equal((await add({ 'if-match': '*' }, '10.0.0.4')).status, 201);
  t.equal((await add({ 'idempotency-key': 'ü' }, '10.0.0.5')).status, 400);

  const id = String(first.body.id);
  const remove = (): Promise<Reply> =>
    call('DELETE', `${SALES}/ranges/${id}`, { headers: { 'idempotency-key': 'gone' } });
  const removed = await remove();
  t.match([removed.status, (await remove()).body], [200, { revision: revisionOf(removed), id }]);
  const patch = (): Promise<Reply> =>
    call('PATCH', SALES, { headers: { 'idempotency-key': 'on' }, body: { enabled: true } });
  const patched = await patch();
  await call('PATCH', SALES, { body: { enabled: false } });
  t.match(
    (await patch()).body,
    { revision: revisionOf(patched), enabled: true },
    'a late repeat switches nothing on',
  );
  t.equal((await call('GET', SALES)).body.enabled, false);
});

onStores('paging and searching stay right while the list changes', async (t, how) => {
  const { call } = await openScene(t, how);
  const ranges = Array.from({ length: 250 }, (_, i) => ({
    start: `10.0.${i}.0`,
    end: `10.0.${i}.255`,
    note: i % 50 === 0 ? `Office ${i}` : 'x',
  }));
  await call('POST', `${SALES}/import`, { body: { ranges } });
  const seen: string[] = [];
  for (let after: string | undefined, page = 0; page === 0 || after !== undefined; page += 1) {
    const reply = await call('GET', `${SALES}?limit=60${after === undefined ? '' : `&after=${after}`}`);
    const items = rangesOf(reply);
    seen.push(...items.map((range) => range.start));
    after = reply.body.next as string | undefined;
    // The range that the cursor names goes, one before it comes: nothing is left out or shown twice.
    await call('DELETE', `${SALES}/ranges/${items.at(-1)?.id ?? ''}`);
    await call('POST', `${SALES}/ranges`, { body: { start: `9.0.0.${page}`, end: '9.0.0.255' } });
  }
  t.strictSame(
    seen,
    ranges.map((range) => range.start),
  );
  const search = async (q: string): Promise<readonly string[]> =>
    rangesOf(await call('GET', `${SALES}?q=${encodeURIComponent(q)}`)).map((range) => range.start);
  t.strictSame(await search('10.0.7.99'), ['10.0.7.0'], 'the range that holds an address');
  t.strictSame(await search('10.0.6.0/23'), ['10.0.6.0', '10.0.7.0'], 'what a network overlaps');
  t.strictSame(await search('office 1'), ['10.0.100.0', '10.0.150.0'], 'a part of a note');
  t.strictSame(await search('10.0.24'), [
    '10.0.24.0',
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => `10.0.24${n}.0`),
  ]);
  t.strictSame(await search('nothing'), []);
  for (const query of [
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=1&limit=2',
    'after=x',
    'unknown=1',
    '__proto__=1',
  ]) {
    t.match(await call('GET', `${SALES}?${query}`), { status: 400, body: { reason: 'malformed' } }, query);
  }
  for (const bot of ['b', 'a', 'c'])
    await call('PATCH', `/whitelists/bot%3A${bot}`, { body: { enabled: true } });
  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  const page = await call('GET', '/whitelists?limit=2');
  t.match(page.body, { whitelists: [{ scope: 'platform' }, { scope: 'bot:a' }], next: 'bot:a' });
  t.match((await call('GET', '/whitelists?limit=2&after=bot%3Aa')).body, {
    whitelists: [{ scope: 'bot:b' }, { scope: 'bot:c' }],
  });
  t.match((await call('GET', '/whitelists?q=SAL')).body, {
    whitelists: [{ scope: 'bot:sales', ranges: 250 }],
  });
});

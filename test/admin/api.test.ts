import t from 'tap';
import { errorsOf, onBothStores, openScene, superAdmin } from './scene.ts';
import type { Reply } from './scene.ts';

const onStores = onBothStores(t);
const SALES = '/whitelists/bot%3Asales';

interface Range {
  readonly id: string;
  readonly start: string;
  readonly note?: string;
}
const rangesOf = (reply: Reply): readonly Range[] => reply.body.ranges as readonly Range[];
const revisionOf = (reply: Reply): number => reply.body.revision as number;

onStores('a list from its first range to its last', async (t, how) => {
  const { call, changed } = await openScene(t, how);
  const nothing = await call('GET', SALES);
  t.match(nothing, {
    status: 200,
    body: { revision: 0, scope: 'bot:sales', enabled: false, mode: null, ranges: [] },
  });
  t.strictSame((await call('GET', '/whitelists')).body, { revision: 0, whitelists: [] });

  const added = await call('POST', `${SALES}/ranges`, {
    body: {
      start: '203.0.113.7',
      end: '203.0.113.9',
      note: 'Büro <b>',
      expiresAt: '2090-01-01T01:00:00+01:00',
    },
  });
  t.match(added, {
    status: 201,
    headers: { etag: '"1"', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
    body: {
      ...{ revision: 1, live: { replicas: 1, of: 1, ms: Number }, start: '203.0.113.7', end: '203.0.113.9' },
      ...{
        note: 'Büro <b>',
        expiresAt: '2090-01-01T00:00:00.000Z',
        createdBy: 'root (staff)',
        createdAt: String,
      },
    },
  });
  const id = String(added.body.id);
  t.match(id, /^[0-9a-f]{16}$/);

  const on = await call('PATCH', SALES, { body: { enabled: true, mode: 'report', requireLogin: true } });
  t.match(on.body, {
    revision: 2,
    scope: 'bot:sales',
    enabled: true,
    mode: 'report',
    whenOff: null,
    ranges: 1,
  });
  const inherit = await call('PATCH', SALES, {
    body: { mode: null, inheritPlatform: false, whenOff: 'anyone' },
  });
  t.match(inherit.body, { mode: null, inheritPlatform: false, whenOff: 'anyone', requireLogin: true });

  const again = await call('POST', `${SALES}/ranges`, { body: { start: '203.0.113.7', end: '203.0.113.9' } });
  t.match(
    again,
    { status: 409, body: { reason: 'conflict', detail: new RegExp(id) } },
    'the same ends twice',
  );

  const put = await call('PUT', `${SALES}/ranges/${id}`, {
    body: { start: '203.0.113.7', end: '203.0.113.8' },
  });
  t.match(put, {
    status: 200,
    body: { id, end: '203.0.113.8', updatedBy: 'root (staff)', createdBy: 'root (staff)' },
  });
  t.notOk('note' in put.body || 'expiresAt' in put.body, 'what is put is the whole range');
  const same = await call('PUT', `${SALES}/ranges/${id}`, {
    body: { start: '203.0.113.7', end: '203.0.113.8' },
  });
  t.match(
    same,
    { status: 200, body: { id, revision: revisionOf(put), end: '203.0.113.8' } },
    'nothing to change',
  );

  t.match(
    await call('PUT', `${SALES}/ranges/0000000000000000`, { body: { start: '1.1.1.1', end: '1.1.1.1' } }),
    {
      status: 404,
    },
  );
  const gone = await call('DELETE', `${SALES}/ranges/${id}`);
  t.match(gone, { status: 200, body: { id, revision: 5, live: { replicas: 1 } } });
  t.match(await call('DELETE', `${SALES}/ranges/${id}`), { status: 404, body: { reason: 'not-found' } });
  t.match(await call('GET', SALES), { body: { revision: 5, enabled: true, total: 0 } }, 'the toggle stays');
  t.match(
    changed.map(({ revision, added: more, removed, settings }) => [revision, more, removed, settings.join()]),
    [
      [1, 1, 0, ''],
      [2, 0, 0, 'enabled,mode,requireLogin'],
      [3, 0, 0, 'mode,whenOff,inheritPlatform'],
      [4, 1, 1, ''],
      [5, 0, 1, ''],
    ],
  );
});

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

onStores('what two admins write at once is all there', async (t, how) => {
  const { call } = await openScene(t, how);
  const writes = Array.from({ length: 12 }, (_, i) =>
    call('POST', `${SALES}/ranges`, { body: { start: `10.0.0.${i}`, end: `10.0.0.${i}` } }),
  );
  const statuses = (await Promise.all(writes)).map((reply) => reply.status);
  t.strictSame(new Set(statuses), new Set([201]));
  t.equal(rangesOf(await call('GET', SALES)).length, 12);
});

onStores('import: all or nothing, dry runs, replacing', async (t, how) => {
  const { call } = await openScene(t, how);
  const one = (n: number, more: object = {}): object => ({
    start: `10.0.0.${n}`,
    end: `10.0.0.${n}`,
    ...more,
  });
  const bad = await call('POST', `${SALES}/import`, {
    body: { ranges: [one(1), { start: '10.0.0.300', end: 'x' }, one(2), 'text', one(1, { note: 'other' })] },
  });
  t.match(bad, {
    status: 422,
    body: { errors: [{ index: 1, field: 'start' }, { index: 1, field: 'end' }, { index: 3 }, { index: 4 }] },
  });
  t.equal((await call('GET', SALES)).body.total, 0, 'nothing of a bad import is stored');

  const first = await call('POST', `${SALES}/import`, { body: { ranges: [one(1), one(2), one(1)] } });
  t.match(first, {
    status: 200,
    body: { revision: 1, added: 2, removed: 0, ranges: 2, live: { replicas: 1 } },
  });
  const body = { ranges: [one(2, { note: 'two' }), one(3)], replace: true };
  const dry = await call('POST', `${SALES}/import?dryRun=true`, { body });
  t.match(dry.body, {
    ...{ dryRun: true, revision: 1, added: 1, removed: 1, updated: 1, present: 0, errors: [] },
    preview: { added: [{ start: '10.0.0.3' }], removed: [{ start: '10.0.0.1' }], updated: [{ note: 'two' }] },
  });
  t.match(await call('POST', `${SALES}/import?dryRun=1`, { body: { ranges: [{}] } }), {
    status: 200,
    body: {
      errors: [
        { index: 0, field: 'start' },
        { index: 0, field: 'end' },
      ],
    },
  });
  for (const query of ['dryRun=maybe', 'dryrun=true', 'dryRun=', 'dryRun=true&dryRun=false']) {
    t.equal(
      (await call('POST', `${SALES}/import?${query}`, { body })).status,
      400,
      `${query} writes nothing`,
    );
  }
  t.equal((await call('GET', SALES)).body.revision, 1, 'a dry run writes nothing');
  const replaced = await call('POST', `${SALES}/import`, { body });
  t.match(replaced.body, { revision: 2, added: 1, removed: 1, updated: 1, ranges: 2 });
  const after = rangesOf(await call('GET', SALES)).map((range) => `${range.start} ${range.note ?? ''}`);
  t.strictSame(after, ['10.0.0.2 two', '10.0.0.3 ']);
  t.match((await call('POST', `${SALES}/import`, { body })).body, { revision: 2, added: 0, present: 2 });
});

onStores('the change log, and undoing', async (t, how) => {
  const { call } = await openScene(t, how);
  const added = await call('POST', `${SALES}/ranges`, {
    headers: { 'x-forwarded-for': '192.0.2.44' },
    body: { start: '10.0.0.1', end: '10.0.0.9', note: 'a' },
  });
  const id = String(added.body.id);
  await call('PATCH', SALES, { body: { enabled: true } });
  await call('PUT', `${SALES}/ranges/${id}`, { body: { start: '10.0.0.1', end: '10.0.0.5' } });
  await call('POST', '/whitelists/platform/ranges', { body: { start: '10.9.0.1', end: '10.9.0.1' } });

  const log = await call('GET', '/changes');
  const of = (end: string): object => ({ ranges: [{ id, end }] });
  t.match(log.body.changes, [
    { revision: 4, scope: 'platform' },
    { revision: 3, scope: 'bot:sales', before: of('10.0.0.9'), after: of('10.0.0.5') },
    { revision: 2, before: { settings: { enabled: false } }, after: { settings: { enabled: true } } },
    {
      revision: 1,
      by: 'root (staff)',
      from: '192.0.2.44',
      at: String,
      before: { ranges: [] },
      after: of('10.0.0.9'),
    },
  ]);
  const page = await call('GET', '/changes?limit=2');
  t.match(page.body, { changes: [{ revision: 4 }, { revision: 3 }], next: '3' });
  t.match((await call('GET', '/changes?limit=2&after=3')).body, {
    changes: [{ revision: 2 }, { revision: 1 }],
  });
  t.match((await call('GET', '/changes?scope=platform')).body, { changes: [{ revision: 4 }] });

  t.match(await call('POST', '/changes/1/revert'), {
    status: 409,
    body: { errors: [{ field: 'ranges', message: /was changed since/ }] },
  });
  const undone = await call('POST', '/changes/3/revert', { body: {} });
  t.match(undone, { status: 200, body: { revision: 5, reverts: 3, ranges: 1 } });
  t.match(rangesOf(await call('GET', SALES)), [{ id, end: '10.0.0.9', note: 'a' }], 'the range is as it was');
  t.match(await call('POST', '/changes/3/revert'), { status: 409 }, 'once is enough');
  t.match((await call('POST', '/changes/2/revert')).body, { enabled: false, reverts: 2 });
  await call('DELETE', `${SALES}/ranges/${id}`);
  await call('POST', `${SALES}/ranges`, { body: { start: '10.0.0.1', end: '10.0.0.9' } });
  t.match(await call('POST', '/changes/7/revert'), { status: 409, body: { detail: /added again since/ } });
  for (const revision of ['0', '99', '-1', 'x', '1.5']) {
    t.equal((await call('POST', `/changes/${revision}/revert`)).status, 404, revision);
  }
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

onStores('an import takes lists as files have them, and says of each what is wrong', async (t, how) => {
  const { call } = await openScene(t, how);
  const put = (body: object, query = '') => call('POST', `${SALES}/import${query}`, { body });
  const expires = '2090-01-01T00:00:00Z';
  const alike = await put({
    ranges: [
      { ip: '192.0.2.0/30', expires },
      { from: '10.0.0.1', to: '10.0.0.9' },
    ],
  });
  t.match(alike, { status: 200, body: { added: 2, ranges: 2 } });
  const list = 'start;end;expiry\n10.0.1.1;10.0.1.9;2090-01-01T00:00:00Z\n';
  t.match(await put({ list }), { status: 200, body: { added: 1 } });
  const { body } = await call('GET', SALES);
  t.match(body.ranges, [
    { start: '10.0.0.1', end: '10.0.0.9' },
    { start: '10.0.1.1', expiresAt: '2090-01-01T00:00:00.000Z' },
    { start: '192.0.2.0', end: '192.0.2.3', expiresAt: '2090-01-01T00:00:00.000Z' },
  ]);
  const twice = '1.1.1.1 # a\n2.2.2.2\n1.1.1.1 # b\n';
  const wrong: readonly (readonly [object, string])[] = [
    [{ ranges: [{ start: '1.1.1.1', end: '1.1.1.1', until: expires }] }, 'until is not a member of a range'],
    [
      { ranges: [{ ip: '10.0.0.5/8' }] },
      ' 10.0.0.5 is not the first address of a /8; the network is 10.0.0.0/8',
    ],
    [{ list: twice }, 'start is in the import twice, with another note or expiry'],
    [{ list, ranges: [] }, 'list must not be there beside ranges'],
    [{}, 'ranges is missing'],
  ];
  for (const [body, said] of wrong) {
    const answer = await put(body);
    t.strictSame([answer.status, errorsOf(answer)], [422, [said]]);
  }
  t.match((await put({ list: twice })).body.errors, [{ line: 3 }]);
  t.match((await put({ list: `${twice}x` }, '?dryRun=1')).body, {
    added: 2,
    errors: [{ line: 3 }, { line: 4 }],
  });
  t.match(await call('GET', SALES), { body: { total: 3 } }, 'and nothing came of it');
});

onStores('the change log is searched here, not in what was read of it', async (t, how) => {
  const { call } = await openScene(t, how);
  const add = (scope: string, start: string, note: string) =>
    call('POST', `/whitelists/${scope}/ranges`, { body: { start, end: start, note } });
  await add('bot%3Aold', '203.0.113.7', 'the fair');
  for (let n = 0; n < 120; n += 1) await add('bot%3Abusy', `10.0.0.${String(n)}`, 'desk');
  await call('PATCH', '/whitelists/bot%3Aold', { body: { enabled: true, mode: 'report' } });
  await call('POST', '/changes/1/revert');
  const find = async (query: string): Promise<readonly number[]> => {
    const { body } = await call('GET', `/changes?${query}`);
    return (body.changes as readonly { revision: number }[]).map(({ revision }) => revision);
  };
  t.strictSame(await find('q=FAIR&limit=5'), [123, 1], 'far behind what a page has');
  t.strictSame(await find('q=203.0.113.0/24'), [123, 1], 'by a network that it touches');
  t.strictSame(await find('q=report'), [122], 'by a setting');
  t.strictSame(await find('kind=undo'), [123]);
  t.strictSame(await find('kind=deleted'), [123]);
  t.strictSame(await find('kind=switched'), [122]);
  t.strictSame(await find('by=nobody'), []);
  t.equal((await find('by=root&limit=1000')).length, 123);
  t.strictSame(await find('scope=bot%3Aold&kind=added'), [1]);
  const later = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
  t.strictSame(await find(`from=${later}`), []);
  t.equal((await find(`to=${later}&limit=1000`)).length, 123);
  const pages = await call('GET', '/changes?q=desk&limit=50');
  t.match(pages.body, { next: String });
  t.equal((await find(`q=desk&limit=100&after=${String(pages.body.next)}`)).length, 70);
  t.match(await call('GET', '/changes?from=yesterday'), {
    status: 400,
    body: { errors: [{ field: 'from' }] },
  });
  t.match(await call('GET', '/changes?kind=odd'), { status: 400 });
});

void t.test('the description, and what is no call', async (t) => {
  const { call } = await openScene(t);
  const { body, status } = await call('GET', '//_gateway/api/openapi.json', { token: undefined });
  t.equal(status, 200);
  const paths = Object.keys(body.paths as object);
  for (const path of [
    '/whitelists',
    '/whitelists/{scope}',
    '/whitelists/{scope}/ranges/{id}',
    '/explain',
    '/me',
  ]) {
    t.ok(paths.includes(`/_gateway/api/v1${path}`), path);
  }
  t.match(await call('GET', '/nothing'), { status: 404, headers: { 'x-gateway-reason': 'not-found' } });
  t.match(await call('GET', '//_gateway/elsewhere'), { status: 404, body: { requestId: String } });
  for (const [path, ask] of [
    ['/nothing', {}],
    ['/nothing', { body: '{', headers: { 'content-type': 'text/plain' } }],
    ['/nothing', { body: '{' }],
    [
      `${SALES}/no-such-part`,
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    ['//_gateway/elsewhere', { body: 'a=b', headers: { 'content-type': 'text/html' } }],
  ] as const) {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { status, body } = await call(method, path, ask);
      t.match([status, body.reason], [404, 'not-found'], `${method} ${path} ${JSON.stringify(ask)}`);
    }
  }
  t.match(await call('DELETE', '/whitelists', { body: {} }), {
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
  t.match(await call('OPTIONS', SALES), {
    status: 405,
    headers: { 'access-control-allow-origin': undefined },
  });
  t.match(await call('GET', '/replicas'), { body: { replicas: [{ revision: 0, self: true, id: String }] } });
  t.match(await call('GET', '/me'), {
    body: { superAdmin: true, via: 'bearer', principal: { subject: 'root' } },
  });
  t.equal((await call('HEAD', '/me', { token: superAdmin })).status, 200);
  t.strictSame(errorsOf(await call('GET', '/me?x=1')), ['x is not a member']);
});

import t from 'tap';
import { errorsOf, onBothStores, openScene, superAdmin } from './scene.ts';
import { SALES, rangesOf, revisionOf } from './lists.ts';

const onStores = onBothStores(t);

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
      purpose: 'second-level support',
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
        purpose: 'second-level support',
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
  t.notOk(
    'note' in put.body || 'purpose' in put.body || 'expiresAt' in put.body,
    'what is put is the whole range',
  );
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

onStores('what two admins write at once is all there', async (t, how) => {
  const { call } = await openScene(t, how);
  const writes = Array.from({ length: 12 }, (_, i) =>
    call('POST', `${SALES}/ranges`, { body: { start: `10.0.0.${i}`, end: `10.0.0.${i}` } }),
  );
  const statuses = (await Promise.all(writes)).map((reply) => reply.status);
  t.strictSame(new Set(statuses), new Set([201]));
  t.equal(rangesOf(await call('GET', SALES)).length, 12);
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

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { onBothStores, openScene, owner } from './scene.ts';
import { SALES, rangesOf } from './lists.ts';

const onStores = onBothStores(t);
const one = (start: string) => ({ start, end: start });

onStores('a list goes back to how it was, and two revisions are compared', async (t, how) => {
  const { call, store } = await openScene(t, how);
  const add = (start: string) => call('POST', `${SALES}/ranges`, { body: one(start) });
  const first = String((await add('10.0.0.1')).body.id);
  await add('10.0.0.2');
  await call('PATCH', SALES, { body: { enabled: true, requireLogin: true } });
  await sleep(20);
  const at = new Date().toISOString();
  await sleep(20);
  await call('DELETE', `${SALES}/ranges/${first}`);
  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  await add('10.0.0.3');
  await call('PATCH', SALES, { body: { requireLogin: null, whenOff: 'anyone' } });

  const compared = await call('GET', `${SALES}/compare?from=3&to=7`);
  t.match(compared, {
    status: 200,
    body: {
      removedCount: 1,
      addedCount: 1,
      before: { settings: { requireLogin: true, whenOff: null }, ranges: [{ id: first }] },
      after: { settings: { requireLogin: null, whenOff: 'anyone' }, ranges: [{ start: '10.0.0.3' }] },
    },
  });
  t.match((await call('GET', `${SALES}/compare?from=0&to=1`)).body, { addedCount: 1, removedCount: 0 });
  t.match((await call('GET', `${SALES}/compare?from=2&to=2`)).body, { addedCount: 0, removedCount: 0 });

  const restored = await call('POST', `${SALES}/restore`, { body: { at }, token: owner });
  t.match(restored, {
    status: 200,
    body: { revision: 8, added: 1, removed: 1, ranges: 2, requireLogin: true },
  });
  const now = await call('GET', SALES);
  t.match(now.body, { enabled: true, requireLogin: true, whenOff: null });
  t.strictSame(
    rangesOf(now).map(({ start }) => start),
    ['10.0.0.1', '10.0.0.2'],
  );
  t.match((await call('GET', '/whitelists/platform')).body, { enabled: true }, 'other lists stay');
  t.match(await call('POST', '/changes/8/revert'), { status: 200 }, 'it is a change like others');
  t.equal((await store.scopes()).revision, 9);

  t.match(
    await call('POST', `${SALES}/restore?force=true`, { body: { at: '2020-01-01T00:00:00Z' } }),
    { status: 200, body: { ranges: 0, enabled: false } },
    'before there was any',
  );
  for (const bad of ['2090-01-01T00:00:00Z', 'yesterday'])
    t.match(await call('POST', `${SALES}/restore`, { body: { at: bad } }), { status: 422 });
  t.match(await call('POST', '/whitelists/platform/restore', { body: { at }, token: owner }), {
    status: 403,
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { onBothStores, openScene, staffToken, STATIC_TOKEN } from './scene.ts';
import { SALES } from './lists.ts';
import { clocks, until } from './trial-clocks.ts';

const onStores = onBothStores(t);
const range = { start: '10.0.0.1', end: '10.0.0.9' };

onStores('a change on trial lapses once, on three gateways and after a restart', async (t, how) => {
  const scene = await openScene(t, how);
  const { call, store } = scene;
  const gateways = clocks(t, scene, 3);
  const total = async (): Promise<unknown> => (await call('GET', SALES)).body.total;
  const made = await call('POST', `${SALES}/ranges?confirmWithin=5m`, { body: range });
  t.match(made, { status: 201, body: { trialUntil: String, id: String } });
  t.equal(await total(), 1, 'it counts meanwhile');
  const other = await call('PATCH', SALES, { body: { enabled: true } });
  t.match(other, { status: 409, body: { detail: /^Change 1 by .* is on trial until/ } });
  t.match(
    await call('PATCH', '/whitelists/platform', { body: { enabled: true } }),
    { status: 200 },
    'other lists are free',
  );
  gateways.pass(299_000);
  await sleep(100);
  t.equal(await total(), 1, 'not before its time');
  gateways.pass(2_000);
  t.ok(await until(async () => (await total()) === 0));
  await sleep(200);
  const log = await store.changes({ limit: 10 });
  t.match(log, [
    { scope: 'bot:sales', reverts: 1, by: 'not confirmed in time' },
    { scope: 'platform' },
    { trialUntil: String },
  ]);
  t.equal(log.length, 3, 'once');

  gateways.stop();
  await call('PATCH', `${SALES}?confirmWithin=1h`, { body: { whenOff: 'anyone' } });
  gateways.pass(4_000_000);
  await sleep(100);
  t.match((await call('GET', SALES)).body, { whenOff: 'anyone' }, 'nobody runs');
  gateways.start();
  t.ok(await until(async () => (await call('GET', SALES)).body.whenOff === null), 'the start takes it back');
  t.equal((await store.changes({ limit: 10 })).length, 5);
});

onStores('a change that was confirmed stays', async (t, how) => {
  const scene = await openScene(t, how);
  const { call, store } = scene;
  const gateways = clocks(t, scene, 2);
  const here = { headers: { 'x-forwarded-for': '198.51.100.7' } };
  await call('POST', `${SALES}/ranges?confirmWithin=30s`, { body: range, ...here });
  const confirm = (ask: object) => call('POST', '/changes/1/confirm', ask);
  t.match(await confirm({ headers: { 'x-forwarded-for': '198.51.100.8' } }), {
    status: 403,
    body: { detail: /from where it was made/ },
  });
  t.match(await confirm({ token: STATIC_TOKEN, ...here }), { status: 403, body: { detail: /who made it/ } });
  t.match(await confirm(here), { status: 200, body: { confirms: 1, ranges: 1 } });
  t.match(await confirm(here), { status: 200 }, 'said again it is the same');
  gateways.pass(60_000);
  await sleep(200);
  t.match((await call('GET', SALES)).body, { total: 1 });
  t.match(await store.changes({ limit: 10 }), [{ confirms: 1 }, { trialUntil: String }]);
  t.equal((await store.changes({ limit: 10 })).length, 2);
  t.match(await call('POST', '/changes/1/revert'), { status: 200 }, 'it is undone as others are');

  await call('POST', `${SALES}/ranges?confirmWithin=30s`, { body: range });
  t.match(await call('POST', '/changes/4/revert'), { status: 200 }, 'one on trial, too');
  t.match(await call('POST', '/changes/4/confirm'), { status: 422 }, 'and that was its end');
  gateways.pass(60_000);
  await sleep(200);
  t.equal((await store.changes({ limit: 10 })).length, 5);
  t.match(await call('POST', '/changes/2/confirm'), { status: 404 });
  t.match(await call('POST', '/changes/x/confirm'), { status: 404 });
  for (const confirmWithin of ['5s', '2h'])
    t.match(await call('PATCH', `${SALES}?confirmWithin=${confirmWithin}`, { body: {} }), { status: 422 });
  t.match(await call('PATCH', `${SALES}?confirmWithin=5`, { body: {} }), { status: 400 });
});

onStores('what would lock out who asks is said twice', async (t, how) => {
  const { call } = await openScene(t, how);
  const from = (address: string, more: object = {}) => ({ headers: { 'x-forwarded-for': address }, ...more });
  const added = await call('POST', `${SALES}/ranges`, { body: range });
  await call('PATCH', SALES, { body: { enabled: true } });
  const path = `${SALES}/ranges/${String(added.body.id)}`;
  const off = { body: { enabled: false } };
  const refusal = { status: 409, body: { reason: 'locks-you-out', detail: /10\.0\.0\.5.*force=true/ } };
  t.match(await call('PATCH', SALES, from('10.0.0.5', off)), refusal);
  t.match(await call('DELETE', path, from('10.0.0.5')), refusal);
  t.match(await call('PUT', path, from('10.0.0.5', { body: { ...range, end: '10.0.0.4' } })), refusal);
  t.match(await call('PUT', path, from('10.0.0.5', { body: { ...range, note: 'x' } })), { status: 200 });
  const member = staffToken({ roles: ['super_admin'], bots: ['sales'] });
  t.match(
    await call('PATCH', SALES, from('10.0.0.5', { ...off, token: member })),
    { status: 200 },
    'a member is in anyhow',
  );
  await call('PATCH', SALES, { body: { enabled: true } });
  t.match(await call('PATCH', SALES, from('10.0.0.77', off)), { status: 200 }, 'it is not theirs');
  await call('PATCH', SALES, { body: { enabled: true } });
  t.match(
    await call('PATCH', SALES, from('10.0.0.5', { ...off, token: STATIC_TOKEN })),
    { status: 200 },
    'a script sits nowhere',
  );
  await call('PATCH', SALES, { body: { enabled: true } });
  t.match(await call('PATCH', `${SALES}?force=true`, from('10.0.0.5', off)), { status: 200 });
  await call('PATCH', SALES, { body: { enabled: true } });
  t.match(await call('POST', '/changes/1/revert', from('10.0.0.5')), { status: 409 }, 'it was edited since');
  const others = { ranges: [{ start: '10.0.0.70', end: '10.0.0.70' }], replace: true };
  t.match(await call('POST', `${SALES}/import`, from('10.0.0.5', { body: others })), refusal);
  await call('POST', '/whitelists/platform/ranges', { body: range });
  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  t.match(await call('PATCH', '/whitelists/platform', from('10.0.0.5', off)), refusal);
});

import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { onBothStores, openScene, staffToken } from './scene.ts';
import { SALES } from './lists.ts';
import { clocks, until } from './trial-clocks.ts';

const onStores = onBothStores(t);

onStores('one that is older than five hundred changes of others lapses, too', async (t, how) => {
  const scene = await openScene(t, how);
  const { call, store } = scene;
  await call('PATCH', `${SALES}?confirmWithin=1h`, { body: { whenOff: 'anyone' } });
  for (let i = 0; i < 520; i += 1)
    await call('PATCH', '/whitelists/platform', { body: { enabled: i % 2 === 0 } });
  const { body } = await call('GET', '/trials');
  t.match(body.trials, [{ revision: 1, scope: 'bot:sales', secondsLeft: Number }]);
  const gateways = clocks(t, scene, 2);
  await sleep(200);
  gateways.pass(3_700_000);
  t.ok(await until(async () => (await call('GET', SALES)).body.whenOff === null));
  t.match(await store.changes({ limit: 1 }), [{ reverts: 1, by: 'not confirmed in time' }]);
  t.same((await call('GET', '/trials')).body.trials, []);
});

onStores('what is on trial is told to who manages it, and who can confirm it from where', async (t, how) => {
  const { call } = await openScene(t, how);
  const trials = async (ask: object = {}) => (await call('GET', '/trials', ask)).body.trials as unknown[];
  t.same(await trials(), []);
  const here = { headers: { 'x-forwarded-for': '198.51.100.7' } };
  await call('PATCH', `/whitelists/platform?confirmWithin=5m`, { body: { enabled: true }, ...here });
  await call('PATCH', `${SALES}?confirmWithin=30s`, { body: { enabled: true }, ...here });
  t.match(await trials(here), [{ scope: 'platform' }, { revision: 2, scope: 'bot:sales' }]);
  const [, sales] = (await trials(here)) as { secondsLeft: number; why?: string }[];
  t.ok(sales && sales.secondsLeft > 20 && sales.secondsLeft <= 30);
  t.equal(sales?.why, undefined);
  t.match(await trials({ headers: { 'x-forwarded-for': '198.51.100.8' } }), [
    { why: /from where it was made/ },
    {},
  ]);
  const owner = staffToken({ sub: 'olga', owned_bots: ['sales'] });
  t.match(await trials({ token: owner }), [{ scope: 'bot:sales', why: /who made it/ }]);
  t.equal((await trials({ token: owner })).length, 1, 'of own bots only');
  await call('POST', '/changes/2/confirm', here);
  await call('POST', '/changes/1/revert', here);
  t.same(await trials(), []);
});

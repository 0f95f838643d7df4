import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createEditor } from '../../src/policy-store/editor.ts';
import { createTrials } from '../../src/policy-store/trials.ts';
import { onBothStores, openScene, staffToken, STATIC_TOKEN } from './scene.ts';
import type { Scene } from './scene.ts';
import { SALES } from './lists.ts';

const onStores = onBothStores(t);
const range = { start: '10.0.0.1', end: '10.0.0.9' };

/** The clocks of some gateways on one store; `to` sets them. */
function clocks(t: Test, { store, live }: Scene, count: number) {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => t.fail(JSON.stringify(fields)),
  };
  const open = () => {
    const editor = createEditor({
      store,
      live,
      now,
      randomId: () => Math.random().toString(16).slice(2).padEnd(16, '0').slice(0, 16),
    });
    return createTrials({ store, editor, subscribe, log, now });
  };
  const listeners = new Set<(revision: number) => void>();
  const subscribe = (listener: (revision: number) => void) => {
    listeners.add(listener);
    const unsubscribe = live.subscribe(listener);
    return () => {
      listeners.delete(listener);
      unsubscribe();
    };
  };
  let running = Array.from({ length: count }, open);
  const stop = (): void => running.forEach((each) => each.close());
  t.teardown(() => stop());
  return {
    stop,
    start: (): void => void (running = Array.from({ length: count }, open)),
    pass(ms: number): void {
      aheadMs += ms;
      // What time itself does after some seconds.
      for (const look of listeners) look(0);
    },
  };
}

async function until(done: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await done()) return true;
    await sleep(25);
  }
  return false;
}

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

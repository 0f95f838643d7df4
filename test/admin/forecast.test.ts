import t from 'tap';
import { batchOf } from '../activity/events.ts';
import { decided, onBothStores, openScene, owner } from './scene.ts';
import type { Scene } from './scene.ts';
import { SALES } from './lists.ts';

const onStores = onBothStores(t);
const listed = {
  outcome: 'forward',
  reason: 'whitelisted-bot',
  asked: 'transcript w anonymous:no-credential',
};
const hour = 3_600_000;

/** Three visits of two addresses to sales, one to support, one of a member, one that names no bot. */
function record({ recorded }: Scene, days = 30): void {
  const atMs = Date.now() - hour;
  const events = [
    decided({ ...listed, atMs, bot: 'sales', clientIp: '10.0.0.1' }),
    decided({ ...listed, atMs: atMs + 9, bot: 'sales', clientIp: '10.0.0.1' }),
    decided({ ...listed, atMs, bot: 'sales', clientIp: '10.0.0.2' }),
    decided({ ...listed, atMs, bot: 'support', clientIp: '10.0.0.2' }),
    decided({
      ...listed,
      atMs,
      bot: 'sales',
      clientIp: '10.0.0.9',
      asked: 'transcript w known+member',
      subject: 'ann',
    }),
    decided({
      atMs,
      bot: undefined,
      reason: 'path-ambiguous',
      asked: 'ambiguous - anonymous:no-credential sales,support',
    }),
    decided({ atMs, bot: 'sales' }),
  ];
  const startMs = Date.now() - days * 24 * hour;
  const mark = { fromMs: startMs, toMs: startMs, count: 0, replica: 'one' };
  recorded(batchOf('one', 1, events, [{ kind: 'start', ...mark }]));
}

const refusal = (visits: number, addresses: number) => ({
  refused: { visits, addresses },
  admitted: { visits: 0 },
});

onStores('a change is foreseen, and nothing of it is made', async (t, how) => {
  const scene = await openScene(t, how);
  const { call } = scene;
  record(scene);
  const foresee = async (changes: object, scope = 'bot:sales', token?: string) =>
    call('POST', '/forecast', { body: { scope, changes }, ...(token !== undefined && { token }) });

  const added = await call('POST', `${SALES}/ranges`, { body: { start: '10.0.0.1', end: '10.0.0.5' } });
  const id = String(added.body.id);
  t.match(await foresee({ settings: { enabled: true } }), {
    status: 200,
    body: {
      says: ['3 visits from 2 addresses would have been let in.', /^1 recorded visit cannot be/],
      admitted: { visits: 3 },
    },
  });
  await call('PATCH', SALES, { body: { enabled: true } });
  const off = await foresee({ settings: { enabled: false } });
  t.match(off, { status: 200, body: { ...refusal(3, 2), judged: 5, unjudged: 1, gaps: [] } });
  t.match(off.body.groups, [
    {
      effect: 'refused',
      was: 'whitelisted-bot',
      becomes: 'no-credential',
      address: '10.0.0.1',
      bot: 'sales',
      visits: 2,
    },
    { address: '10.0.0.2', visits: 1 },
  ]);
  t.match((await foresee({ remove: [id] })).body, refusal(3, 2));
  t.match(
    (await foresee({ put: [{ id, range: { start: '10.0.0.2', end: '10.0.0.5' } }] })).body,
    refusal(2, 1),
  );
  t.match((await foresee({ settings: { requireLogin: true } })).body, refusal(3, 2));
  t.match(
    (await foresee({ add: [{ start: '10.0.0.2', end: '10.0.0.2' }], remove: [id] })).body,
    refusal(2, 1),
  );
  const expiresAt = new Date(Date.now() + 48 * hour).toISOString();
  const expiring = await foresee({ put: [{ id, range: { start: '10.0.0.1', end: '10.0.0.5', expiresAt } }] });
  t.match(
    expiring.body,
    { ...refusal(3, 2), at: expiresAt.replace(/\.\d+Z$/, '.000Z') },
    'once it has expired',
  );
  t.match((await call('GET', SALES)).body, { enabled: true, total: 1, ranges: [{ id }] });

  const list = { ranges: [{ start: '10.0.0.2', end: '10.0.0.2' }], replace: true };
  const path = `${SALES}/import?dryRun=true`;
  t.match((await call('POST', `${path}&forecast=true`, { body: list })).body, {
    dryRun: true,
    forecast: refusal(2, 1),
  });
  t.notOk('forecast' in (await call('POST', path, { body: list })).body);
});

onStores('enforcing is foreseen, also of what names no single bot', async (t, how) => {
  const scene = await openScene(t, how);
  const { call } = scene;
  record(scene, 2);
  await call('PATCH', '/whitelists/platform', { body: { mode: 'report' } });
  const enforce = (scope: string, token?: string) =>
    call('POST', '/forecast', {
      body: { scope, changes: { settings: { mode: 'enforce' } } },
      ...(token !== undefined && { token }),
    });
  const platform = await enforce('platform');
  t.match(platform.body, { refused: { visits: 5, addresses: 2, bots: 2 } });
  t.match(platform.body.says, [
    '5 visits from 2 addresses to 2 bots would have been refused.',
    'The record is short, 2 days: who comes less often is not in it.',
    /left out/,
  ]);
  t.match((await enforce('bot:sales')).body, { refused: { visits: 4, bots: 1 } }, 'the ambiguous one, too');
  t.match((await enforce('bot:sales', owner)).body, { refused: { visits: 3 } }, 'not for an owner to see');
  t.match(await enforce('platform', owner), { status: 403 });
  t.match(await enforce('bot:support', owner), { status: 403 });
});

t.test('what cannot be foreseen is said', async (t) => {
  const { call, recorded } = await openScene(t);
  const foresee = (body: object) => call('POST', '/forecast', { body });
  const settings = { enabled: true };
  t.match((await foresee({ scope: 'bot:sales', changes: { settings } })).body, {
    judged: 0,
    says: ['No visit is on record, so nothing can be said.', /^The record is short/],
  });
  t.match(await foresee({ scope: 'bot:sales', changes: { remove: ['0000000000000000'] } }), { status: 404 });
  t.match(await foresee({ scope: 'sales', changes: {} }), { status: 422 });
  t.match(await foresee({ scope: 'bot:sales', changes: { what: 1 } }), { status: 400 });
  t.match(await foresee({ scope: 'bot:sales', changes: { add: [{ start: 'x', end: 'y' }] } }), {
    status: 422,
  });
  const atMs = Date.now() - hour;
  const lost = { kind: 'lost' as const, fromMs: atMs, toMs: atMs, count: 12, replica: 'one' };
  recorded(batchOf('one', 1, [decided({ ...listed, atMs, clientIp: '10.0.0.1' })], [lost]));
  const found = await foresee({ scope: 'platform', changes: { settings }, days: 1 });
  t.match(found.body, { judged: 1, gaps: [{ kind: 'lost', count: 12 }] });
  t.match(found.body.says, [
    'Of 1 recorded visit none would have been answered differently.',
    /short/,
    /^12 visits of that time/,
  ]);
});

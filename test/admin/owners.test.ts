import t from 'tap';
import { openScene, owner } from './scene.ts';
import type { Reply } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const OTHER = '/whitelists/bot%3Aother';
const BODY = { start: '10.0.0.1', end: '10.0.0.1' };
const EXPLAIN = { target: '/transcripts/sales/1', clientIp: '10.0.0.1' };

/** Every call, with a body that it takes. */
const CALLS: readonly (readonly [string, string, unknown?])[] = [
  ['GET', '/whitelists'],
  ['GET', SALES],
  ['PATCH', SALES, { enabled: true }],
  ['POST', `${SALES}/ranges`, BODY],
  ['PUT', `${SALES}/ranges/0123456789abcdef`, BODY],
  ['DELETE', `${SALES}/ranges/0123456789abcdef`],
  ['POST', `${SALES}/import`, { ranges: [BODY] }],
  ['POST', `${SALES}/import?dryRun=true`, { ranges: [BODY] }],
  ['GET', '/changes'],
  ['GET', '/changes/1'],
  ['POST', '/changes/1/revert'],
  ['POST', '/explain', EXPLAIN],
  ['POST', '/identity', { credential: 'a-credential' }],
  ['GET', '/activity'],
  ['GET', '/activity/summary'],
  ['GET', '/lookup?q=ann'],
  ['GET', '/me'],
  ['GET', '/replicas'],
  ['GET', '/unguarded'],
  ['GET', '/no-such-call'],
  ['POST', '/no-such-call', {}],
];

void t.test('an owner manages their bots, and nothing else', async (t) => {
  const { call } = await openScene(t);
  const as = (method: string, path: string, body?: unknown): Promise<Reply> =>
    call(method, path, { token: owner, ...(body === undefined ? {} : { body }) });
  t.match((await as('GET', '/whitelists')).body, { whitelists: [{ scope: 'bot:sales', enabled: false }] });
  await call('POST', `${OTHER}/ranges`, { body: { ...BODY, note: 'of another' } });
  await call('PATCH', '/whitelists/platform', { body: { enabled: true } });
  const own = await as('POST', `${SALES}/ranges`, BODY);
  t.match(own, { status: 201, body: { createdBy: 'olga (staff)' } });
  t.equal((await as('PATCH', SALES, { enabled: true })).status, 200);
  const lists = await as('GET', '/whitelists');
  t.strictSame(
    (lists.body.whitelists as { scope: string }[]).map((list) => list.scope),
    ['bot:sales'],
  );
  const log = await as('GET', '/changes');
  t.match(log.body.changes, [{ revision: 4 }, { revision: 3 }]);
  t.equal((log.body.changes as unknown[]).length, 2);

  t.match((await as('GET', SALES)).body, {
    inherited: {
      enabled: true,
      mode: 'enforce',
      whenOff: 'members',
      requireLogin: false,
      inheritPlatform: true,
    },
  });
  await call('PATCH', '/whitelists/platform', { body: { mode: 'report', requireLogin: true } });
  t.match((await as('GET', SALES)).body, { inherited: { mode: 'report', requireLogin: true } });
  t.notOk('inherited' in (await call('GET', '/whitelists/platform')).body, 'the platform inherits nothing');

  for (const scope of [OTHER, '/whitelists/platform', '/whitelists/bot%3ASales', '/whitelists/bot%3Anone']) {
    for (const [method, path, body] of CALLS.filter(([, path]) => path.startsWith(SALES))) {
      const answer = await as(method, path.replace(SALES, scope), body);
      t.match([answer.status, answer.body.reason], [403, 'not-yours'], `${method} ${path} of ${scope}`);
    }
  }
  for (const [method, path] of [
    ['GET', '/changes/1'],
    ['POST', '/changes/1/revert'],
    ['POST', '/changes/2/revert'],
    ['GET', '/changes?scope=bot%3Aother'],
    ['GET', '/replicas'],
  ] as const) {
    t.equal((await as(method, path)).status, 403, `${method} ${path}`);
  }
  t.equal((await as('POST', '/explain', EXPLAIN)).status, 200);
  for (const target of [
    '/transcripts/other/1',
    '/transcripts/none/1',
    '/nothing/guarded',
    '/transcripts/sales/1/%2e%2e/%2e%2e/other/1',
    '/history',
    '*',
  ]) {
    const answer = await as('POST', '/explain', { ...EXPLAIN, target });
    t.strictSame([answer.status, answer.body.reason], [403, 'not-yours'], target);
  }
  t.equal(
    (await as('POST', `/changes/${String(own.body.revision)}/revert`)).status,
    200,
    'their own is undone',
  );
  t.match((await as('GET', '/me')).body, { superAdmin: false, ownedBots: ['sales'], expiresAt: String });
});

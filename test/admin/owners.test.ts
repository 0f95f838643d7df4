import t from 'tap';
import { lineOf, toRow } from '../../src/activity/event.ts';
import { decided, openScene, owner, superAdmin } from './scene.ts';
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
  ['POST', '/changes/1/confirm'],
  ['POST', '/explain', EXPLAIN],
  ['POST', '/identity', { credential: 'a-credential' }],
  ['GET', '/activity'],
  ['POST', '/forecast', { scope: 'bot:sales', changes: { settings: { enabled: true } } }],
  ['GET', '/me'],
  ['GET', '/replicas'],
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

void t.test('an owner finds decisions of their bots alone, whatever they ask for', async (t) => {
  const { call, recorded } = await openScene(t);
  const at = Date.UTC(2030, 0, 1);
  const rows = [
    decided({ bot: 'sales', requestId: 'aaaaaaaa-1', atMs: at, clientIp: '192.0.2.1', subject: 'ann' }),
    decided({ bot: 'other', requestId: 'aaaaaaaa-2', atMs: at + 1, clientIp: '192.0.2.2', subject: 'ann' }),
    decided({ bot: undefined, requestId: 'aaaaaaaa-3', atMs: at + 2, clientIp: '198.51.100.1' }),
    decided({
      bot: 'sales',
      requestId: 'bbbbbbbb-4',
      atMs: at + 3,
      outcome: 'forward',
      reason: 'bot-access',
    }),
  ];
  recorded({ replica: 'one', firstSeq: 1, lines: rows.map((row) => lineOf(toRow(row))) });
  const found = async (token: string, query: string): Promise<string> => {
    const { status, body } = await call('GET', `/activity${query}`, { token });
    const events = body.events as readonly { readonly requestId: string }[] | undefined;
    return events?.map(({ requestId }) => requestId.at(-1)).join('') ?? String(status);
  };
  const table: readonly (readonly [query: string, superAdmin: string, owner: string])[] = [
    ['', '4321', '41'],
    ['?bot=sales', '41', '41'],
    ['?bot=other', '2', '403'],
    ['?bot=Sales', '', '403'],
    ['?bot=%2e%2e%2fx', '400', '400'],
    ['?bot=other&bot=sales', '400', '400'],
    ['?bots=other', '400', '400'],
    ['?subject=ann', '21', '1'],
    ['?requestId=aaaaaaaa', '321', '1'],
    ['?requestId=aaaaaaaa-2', '2', ''],
    ['?requestId=aaaaaaa', '400', '400'],
    ['?address=192.0.2.0/24', '21', '1'],
    ['?address=192.0.2.2', '2', ''],
    ['?address=192.0.2.1-192.0.2.9', '400', '400'],
    ['?address=192.0.2.1/24', '400', '400'],
    ['?address=', '400', '400'],
    ['?outcome=forward', '4', '4'],
    ['?outcome=maybe', '400', '400'],
    ['?reason=no-access', '321', '1'],
    ['?from=2030-01-01T00:00:00.001Z&to=2030-01-01T00:00:00.003Z', '32', ''],
    ['?from=2030-01-01T01:00:00.003%2B01:00', '4', '4'],
    ['?from=2030-01-01', '400', '400'],
    ['?after=bm9uZQ', '400', '400'],
    ['?limit=201', '400', '400'],
    ['?q=x', '400', '400'],
  ];
  for (const [query, all, own] of table) {
    t.equal(await found(superAdmin, query), all, `super admin: ${query}`);
    t.equal(await found(owner, query), own, `owner: ${query}`);
  }
  let [pages, next] = ['', ''];
  do {
    const { body } = await call('GET', `/activity?limit=1${next}`, { token: owner });
    pages += (body.events as readonly { readonly requestId: string }[])[0]?.requestId.at(-1) ?? '';
    next = typeof body.next === 'string' ? `&after=${body.next}` : '';
  } while (next !== '');
  t.equal(pages, '41', 'page by page');
});

import t from 'tap';
import { record } from './events.ts';
import { openScene, owner, superAdmin } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

type Rows = readonly Record<string, unknown>[];

const DAY_MS = 86_400_000;

/** One conversation, seen in every way, and another bot's of the same id. */
async function fill(scene: Scene): Promise<string> {
  const put = (scope: string, more: object) =>
    scene.call('POST', `/whitelists/${scope}/ranges`, {
      body: { start: '192.0.2.0', end: '192.0.2.15', ...more },
    });
  const own = await put('bot%3Asales', { purpose: 'second-level support', note: 'desk of Ann' });
  const platform = await put('platform', { purpose: 'audits' });
  const nowMs = Date.now() - 60_000;
  const seen = { outcome: 'forward', bot: 'sales', conversation: '7', clientIp: '192.0.2.9', status: 200 };
  const member = { ...seen, reason: 'bot-access', subject: 'ann', issuer: 'staff' };
  const [byOwn, byPlatform] = [String(own.body.id), String(platform.body.id)];
  record(scene, [
    { ...member, requestId: 'row-1', atMs: nowMs },
    {
      ...seen,
      requestId: 'row-2',
      atMs: nowMs + 1,
      reason: 'whitelisted-bot',
      scope: 'bot:sales',
      rangeId: byOwn,
    },
    {
      ...seen,
      requestId: 'row-3',
      atMs: nowMs + 2,
      reason: 'whitelisted-platform',
      scope: 'platform',
      rangeId: byPlatform,
    },
    { ...seen, requestId: 'row-4', atMs: nowMs + 3, reason: 'own-history', subject: 'c1', contact: 'c1' },
    { ...seen, requestId: 'row-5', atMs: nowMs + 4, outcome: 'deny', reason: 'no-access', enforced: false },
    { ...seen, requestId: 'row-6', atMs: nowMs + 5, outcome: 'deny', reason: 'no-access' },
    { ...member, requestId: 'row-7', atMs: nowMs + 6, status: 404 },
    { ...member, requestId: 'row-8', atMs: nowMs + 7, bot: 'other' },
    { ...member, requestId: 'row-9', atMs: nowMs - 2 * DAY_MS },
  ]);
  const lost = { kind: 'lost', fromMs: nowMs - DAY_MS, toMs: nowMs, count: 3, replica: 'one' } as const;
  scene.recorded({ replica: 'one', firstSeq: 1, lines: [], marks: [lost] });
  return byOwn;
}

const ids = ({ status, body }: Reply): string =>
  status === 200
    ? (body.rows as Rows).map(({ requestId }) => String(requestId).at(-1)).join('')
    : `${String(status)} ${String((body.errors as Rows | undefined)?.[0]?.['field'] ?? body.reason)}`;

void t.test('who saw what, and an owner hears of their bots alone', async (t) => {
  const scene = await openScene(t);
  const rangeId = await fill(scene);
  const day = new Date(Date.now() - DAY_MS).toISOString();
  const table: readonly (readonly [query: string, superAdmin: string, owner: string])[] = [
    ['conversation=7', '87543219', '7543219'],
    [`conversation=7&from=${day}`, '8754321', '754321'],
    [`conversation=7&to=${day}`, '9', '9'],
    ['conversation=8', '', ''],
    ['contact=c1', '4', '4'],
    ['subject=ann', '8719', '719'],
    ['bot=sales', '7543219', '7543219'],
    ['bot=other', '8', '403 not-yours'],
    ['bot=other&conversation=7', '8', '403 not-yours'],
    [`rangeId=${rangeId}`, '2', '2'],
    ['', '400 conversation', '400 conversation'],
    [`from=${day}`, '400 conversation', '400 conversation'],
    ['conversation=7&from=yesterday', '400 from', '400 from'],
    ['conversation=7&format=pdf', '400 format', '400 format'],
    ['bot=sales&forPerson=true', '400 forPerson', '400 forPerson'],
    ['conversation=7&address=192.0.2.1', '400 address', '400 address'],
  ];
  for (const [query, all, own] of table) {
    const asked = (token: string): Promise<Reply> => scene.call('GET', `/reports/access?${query}`, { token });
    t.equal(ids(await asked(superAdmin)), all, `super admin: ${query}`);
    t.equal(ids(await asked(owner)), own, `owner: ${query}`);
  }
  const { body } = await scene.call('GET', '/reports/access?conversation=7');
  t.match(body.lacks, [/3 decisions could not be recorded/], 'what is lacking is named');
  const rows = body.rows as Rows;
  t.match(
    rows.find(({ requestId }) => requestId === 'row-1'),
    { door: 'bot access', subject: 'ann', via: 'staff' },
  );
  const listed = { door: 'listed address', purpose: 'second-level support', range: '192.0.2.0 - 192.0.2.15' };
  t.match(
    rows.find(({ requestId }) => requestId === 'row-2'),
    listed,
  );
  t.match(
    rows.find(({ requestId }) => requestId === 'row-3'),
    { purpose: 'audits' },
  );
  const report = { door: 'report mode', why: /would have answered deny, no-access/ };
  t.match(
    rows.find(({ requestId }) => requestId === 'row-5'),
    report,
  );
  const own = await scene.call('GET', '/reports/access?conversation=7', { token: owner });
  t.notMatch(own.text, /audits|other/, 'an owner does not read of the platform’s range, nor of another bot');
});

void t.test('the form for the person concerned names nobody who works here', async (t) => {
  const scene = await openScene(t);
  await fill(scene);
  for (const format of ['json', 'csv', 'html']) {
    const { text } = await scene.call(
      'GET',
      `/reports/access?conversation=7&forPerson=true&format=${format}`,
    );
    t.notMatch(text, /ann|staff|Ann|192\.0\.2|row-|root/, `${format}: no names, addresses or ids`);
    t.match(text, /somebody who works with this bot/);
    t.match(text, /second-level support/, 'but what for');
    t.match(text, /the person who chatted/);
    t.match(text, /could not be recorded/);
  }
  const { body } = await scene.call('GET', '/reports/access?conversation=7&forPerson=true');
  t.equal(body.count, 7, 'neither what was refused nor what failed showed anything');
});

void t.test('as a table and as a page to print', async (t) => {
  const scene = await openScene(t);
  await fill(scene);
  record(scene, [
    {
      outcome: 'forward',
      reason: 'own-history',
      subject: '=1+1',
      atMs: Date.now() - 1000,
      conversation: '<script>x</script>',
      bot: 'sales',
    },
  ]);
  const of = encodeURIComponent('<script>x</script>');
  const csv = await scene.call('GET', `/reports/access?conversation=${of}&format=csv`);
  t.equal(csv.headers['content-type'], 'text/csv; charset=utf-8');
  t.match(csv.text, /^at,door,reason,why,purpose,subject,.*\n"20[^"]+Z",.*,"'=1\+1",/);
  const page = await scene.call('GET', `/reports/access?conversation=${of}&format=html`);
  t.match(page.text, /<h1>Accesses<\/h1>.*&#60;script&#62;x/s);
  t.notMatch(page.text, '<script');
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/);
  record(
    scene,
    Array.from({ length: 2_300 }, (_, i) => ({ outcome: 'forward', bot: 'many', atMs: 1e12 + i })),
  );
  t.match((await scene.call('GET', '/reports/access?bot=many')).body, { count: 2_300 }, 'of any length');
});

import t from 'tap';
import { openDesk } from '../cli/scene.ts';
import { record } from './events.ts';
import { errorsOf, onBothStores, openScene, owner, staffToken, superAdmin } from './scene.ts';
import type { Reply, Scene } from './scene.ts';

type Rows = readonly Record<string, unknown>[];

const onStores = onBothStores(t);
const SALES = '/whitelists/bot%3Asales';
const DAY_MS = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
/** Of a super admin who signed in long ago. */
const early = staffToken({
  sub: 'root',
  roles: ['super_admin'],
  iat: Math.floor(Date.now() / 1000) - 41 * 86_400,
});
const reviewer = staffToken({ sub: 'rita', roles: ['super_admin'] });

async function put(
  scene: Scene,
  path: string,
  start: string,
  end: string,
  more: object = {},
): Promise<string> {
  const { body } = await scene.call('POST', `${path}/ranges`, {
    body: { start, end, ...more },
    token: early,
  });
  return String(body.id);
}

onStores('ranges that were looked at are kept, shortened or removed, with a reason', async (t, how) => {
  const scene = await openScene(t, how);
  const one = await put(scene, SALES, '192.0.2.1', '192.0.2.1', { note: 'desk', purpose: 'support' });
  const two = await put(scene, SALES, '192.0.2.2', '192.0.2.2', { expiresAt: inDays(30) });
  const review = (body: object, token = reviewer): Promise<Reply> =>
    scene.call('POST', `${SALES}/review`, { body, token });
  const kept = await review({ ids: [one, two], action: 'keep', reason: ' asked the team ' });
  t.match(kept, { status: 200, body: { revision: 3, scope: 'bot:sales', reviewed: 2, ranges: 2 } });
  const listed = async (): Promise<Rows> => (await scene.call('GET', SALES)).body.ranges as Rows;
  const content = { note: 'desk', purpose: 'support', createdBy: 'root (staff)' };
  t.match((await listed())[0], {
    ...content,
    reviewedBy: 'rita (staff)',
    reviewedAt: String,
    updatedBy: undefined,
  });
  const log = (await scene.call('GET', '/changes?q=asked')).body.changes;
  t.match(log, [
    { revision: 3, by: 'rita (staff)', reason: 'asked the team', addedCount: 2, removedCount: 2 },
  ]);

  const refused: readonly (readonly [body: object, status: number, says: string])[] = [
    [{ ids: [one], action: 'keep', reason: ' ' }, 422, 'reason is missing'],
    [
      { ids: [one], action: 'keep', reason: 'a\nb' },
      422,
      'reason must be one line without control characters',
    ],
    [{ ids: [], action: 'keep', reason: 'x' }, 422, 'ids names no range'],
    [{ ids: [one], action: 'keep', reason: 'x', expiresAt: inDays(1) }, 422, 'expiresAt is for shorten only'],
    [{ ids: [one], action: 'shorten', reason: 'x' }, 422, 'expiresAt is missing'],
    [
      { ids: [one], action: 'shorten', reason: 'x', expiresAt: inDays(-1) },
      422,
      'expiresAt must be in the future',
    ],
    [
      { ids: [one, two], action: 'shorten', reason: 'x', expiresAt: inDays(31) },
      422,
      'expiresAt is not before',
    ],
    [{ ids: [one], action: 'drop', reason: 'x' }, 422, 'action must be one of keep, shorten, remove'],
    [{ ids: [one, '00000000000000ff'], action: 'remove', reason: 'x' }, 404, ''],
  ];
  for (const [body, status, says] of refused) {
    const answer = await review(body);
    t.equal(answer.status, status, JSON.stringify(body));
    t.ok(says === '' || errorsOf(answer).some((error) => error.startsWith(says)), errorsOf(answer).join());
  }
  t.equal((await scene.call('GET', SALES)).body.revision, 3, 'nothing of that was stored');

  const until = inDays(7);
  t.equal(
    (await review({ ids: [one, two], action: 'shorten', reason: 'until Friday', expiresAt: until })).status,
    200,
  );
  t.strictSame(
    (await listed()).map(({ expiresAt }) => expiresAt),
    [until, until],
  );
  t.match(await review({ ids: [one], action: 'remove', reason: 'left' }, owner), {
    body: { reviewed: 1, ranges: 1 },
  });
  t.match(await scene.call('POST', '/changes/5/revert'), { status: 200 }, 'and is undone as any change');
  t.match(await listed(), [{ reviewedBy: 'rita (staff)' }, {}], 'with who had looked at it');
  const body = { start: '192.0.2.1', end: '192.0.2.5' };
  await scene.call('PUT', `${SALES}/ranges/${one}`, { body });
  t.match(await listed(), [{ reviewedBy: undefined }, { id: two }], 'what was changed was not looked at yet');
  t.equal(
    (await review({ ids: [two], action: 'keep', reason: 'x' }, staffToken({ owned_bots: ['other'] }))).status,
    403,
  );
});

void t.test('a review shows who can open a bot and why, findings first', async (t) => {
  const past = Date.now() - 40 * DAY_MS;
  const clock = { at: past };
  const scene = await openScene(t, { now: () => clock.at });
  const old = await put(scene, SALES, '10.0.0.0', '10.0.255.255', { purpose: 'the office' });
  const used = await put(scene, SALES, '192.0.2.1', '192.0.2.1', {
    purpose: 'support',
    expiresAt: inDays(300),
  });
  await put(scene, '/whitelists/platform', '203.0.113.1', '203.0.113.1');
  for (const path of [SALES, '/whitelists/platform'])
    await scene.call('PATCH', path, { body: { enabled: true }, token: early });
  clock.at = Date.now();
  const fresh = await put(scene, SALES, '192.0.2.9', '192.0.2.9', { purpose: 'audit', expiresAt: inDays(3) });
  await scene.call('POST', `${SALES}/review`, { body: { ids: [fresh], action: 'keep', reason: 'mine' } });
  const seen = { atMs: Date.now() - DAY_MS, outcome: 'forward', bot: 'sales' };
  record(scene, [
    { ...seen, reason: 'whitelisted-bot', scope: 'bot:sales', rangeId: used },
    { ...seen, reason: 'bot-access', subject: 'ann' },
    { ...seen, reason: 'bot-access', subject: 'bob', bot: 'other' },
  ]);
  const report = async (token: string) =>
    (await scene.call('GET', '/reports/review?scope=bot%3Asales', { token })).body;
  const { about, rows, lacks } = (await report(superAdmin)) as { about: object; rows: Rows; lacks: unknown };
  t.match(
    rows.map(({ id, findings }) => [id, findings]),
    [
      [old, 'never used, wide, no end'],
      [String, 'never used, no end, no purpose'],
      [fresh, 'reviewed by its own author, ends soon'],
      [used, ''],
    ],
  );
  t.match(rows[0], { addresses: 65_536, ageDays: 40, author: 'root (staff)', lastUsedAt: undefined });
  t.match(rows[3], { uses: 1, lastUsedAt: new Date(seen.atMs).toISOString() });
  t.match(rows[1], { scope: 'platform' }, 'the platform’s list counts for it, too');
  t.match(about, { List: 'on', 'Signed in with access to it, in 30 days, most first': 'ann (1)' });
  t.strictSame(lacks, []);
  const own = (await report(owner)) as { rows: Rows; lacks: unknown };
  t.strictSame([...new Set(own.rows.map(({ scope }) => scope))], ['bot:sales']);
  t.match(own.lacks, [/platform's list counts here too/]);
  const page = await scene.call('GET', '/reports/review?scope=platform&format=html');
  t.match([page.status, page.text], [200, /<h1>Review of platform<\/h1>/]);
});

void t.test('on the command line', async (t) => {
  const desk = await openDesk(t, superAdmin);
  const id = await put(desk, SALES, '192.0.2.1', '192.0.2.1');
  t.match(
    (await desk.at('report review bot:sales')).out,
    /^findings,scope,id,.*\n"no end, no purpose, its list is off",/,
  );
  const kept = await desk.at(`ranges review bot:sales ${id} --keep --reason needed`);
  t.match(kept, { code: 0, out: /^bot:sales: 1 range kept \(revision 2/ });
  t.match((await desk.at('changes')).out, /1 range added, 1 range removed, because: needed/);
  t.match(await desk.at(`ranges review bot:sales ${id} --shorten 7d --reason x`), {
    out: /1 range shortened/,
  });
  t.match(await desk.at(`ranges review bot:sales ${id} --shorten 8d --reason x`), {
    code: 1,
    err: /expiresAt is not before/,
  });
  t.match(await desk.at(`ranges review bot:sales ${id} --keep --remove --reason x`), {
    code: 2,
    err: /say one of --keep/,
  });
  t.match(await desk.at(`ranges review bot:sales ${id} --remove`), { code: 2, err: /say why/ });
  t.match(await desk.at(`ranges review bot:sales ${id} --remove --reason left --json`), { code: 0 });
});

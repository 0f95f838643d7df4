import t from 'tap';
import { openScene, owner } from './scene.ts';

void t.test('who reads what was decided stands in the log, once for a question', async (t) => {
  const clock = { at: Date.now() };
  const { call, reads } = await openScene(t, { now: () => clock.at });
  const asked: readonly (readonly [path: string, what: string, of: object])[] = [
    ['/activity?limit=1', 'activity', {}],
    ['/activity?subject=ann&outcome=deny', 'activity', { subject: 'ann', outcome: 'deny' }],
    ['/activity?address=192.0.2.0/24', 'activity', { address: '192.0.2.0-192.0.2.255' }],
    ['/activity/summary?bot=sales', 'activity/summary', { bot: 'sales' }],
    ['/lookup?q=ann', 'lookup', { q: 'ann' }],
    ['/reports/access?conversation=7', 'reports/access', { conversation: '7' }],
    ['/reports/review?scope=platform', 'reports/review', { scope: 'platform' }],
  ];
  for (const [path] of asked) await call('GET', path);
  t.strictSame(
    reads.map(({ what, of, by }) => [what, of, by]),
    asked.map(([, what, of]) => [what, of, { subject: 'root', issuer: 'staff' }]),
  );
  for (const more of ['limit=2', 'from=2020-01-01T00:00:00Z']) await call('GET', `/activity?${more}`);
  t.equal(reads.length, asked.length, 'other pages and other times are the same reading');
  await call('GET', '/activity', { token: owner });
  t.match(reads.at(-1), { by: { subject: 'olga' }, what: 'activity' }, 'of each reader');
  await call('GET', '/activity?bot=other', { token: owner });
  t.equal(reads.length, asked.length + 1, 'what was refused was not read');
  clock.at += 600_000;
  await call('GET', '/activity');
  t.equal(reads.length, asked.length + 2, 'and again after ten minutes');
});

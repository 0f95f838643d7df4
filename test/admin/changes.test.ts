import t from 'tap';
import { onBothStores, openScene } from './scene.ts';
import { SALES, rangesOf } from './lists.ts';

const onStores = onBothStores(t);

onStores('the change log, and undoing', async (t, how) => {
  const { call } = await openScene(t, how);
  const added = await call('POST', `${SALES}/ranges`, {
    headers: { 'x-forwarded-for': '192.0.2.44' },
    body: { start: '10.0.0.1', end: '10.0.0.9', note: 'a' },
  });
  const id = String(added.body.id);
  await call('PATCH', SALES, { body: { enabled: true } });
  await call('PUT', `${SALES}/ranges/${id}`, { body: { start: '10.0.0.1', end: '10.0.0.5' } });
  await call('POST', '/whitelists/platform/ranges', { body: { start: '10.9.0.1', end: '10.9.0.1' } });

  const log = await call('GET', '/changes');
  const of = (end: string): object => ({ ranges: [{ id, end }] });
  t.match(log.body.changes, [
    { revision: 4, scope: 'platform' },
    { revision: 3, scope: 'bot:sales', before: of('10.0.0.9'), after: of('10.0.0.5') },
    { revision: 2, before: { settings: { enabled: false } }, after: { settings: { enabled: true } } },
    {
      revision: 1,
      by: 'root (staff)',
      from: '192.0.2.44',
      at: String,
      before: { ranges: [] },
      after: of('10.0.0.9'),
    },
  ]);
  const page = await call('GET', '/changes?limit=2');
  t.match(page.body, { changes: [{ revision: 4 }, { revision: 3 }], next: '3' });
  t.match((await call('GET', '/changes?limit=2&after=3')).body, {
    changes: [{ revision: 2 }, { revision: 1 }],
  });
  t.match((await call('GET', '/changes?scope=platform')).body, { changes: [{ revision: 4 }] });

  t.match(await call('POST', '/changes/1/revert'), {
    status: 409,
    body: { errors: [{ field: 'ranges', message: /was changed since/ }] },
  });
  const undone = await call('POST', '/changes/3/revert', { body: {} });
  t.match(undone, { status: 200, body: { revision: 5, reverts: 3, ranges: 1 } });
  t.match(rangesOf(await call('GET', SALES)), [{ id, end: '10.0.0.9', note: 'a' }], 'the range is as it was');
  t.match(await call('POST', '/changes/3/revert'), { status: 409 }, 'once is enough');
  t.match((await call('POST', '/changes/2/revert')).body, { enabled: false, reverts: 2 });
  await call('DELETE', `${SALES}/ranges/${id}`);
  await call('POST', `${SALES}/ranges`, { body: { start: '10.0.0.1', end: '10.0.0.9' } });
  t.match(await call('POST', '/changes/7/revert'), { status: 409, body: { detail: /added again since/ } });
  for (const revision of ['0', '99', '-1', 'x', '1.5']) {
    t.equal((await call('POST', `/changes/${revision}/revert`)).status, 404, revision);
  }
});

onStores('the change log is searched here, not in what was read of it', async (t, how) => {
  const { call } = await openScene(t, how);
  const add = (scope: string, start: string, note: string) =>
    call('POST', `/whitelists/${scope}/ranges`, { body: { start, end: start, note } });
  await add('bot%3Aold', '203.0.113.7', 'the fair');
  for (let n = 0; n < 120; n += 1) await add('bot%3Abusy', `10.0.0.${String(n)}`, 'desk');
  await call('PATCH', '/whitelists/bot%3Aold', { body: { enabled: true, mode: 'report' } });
  await call('POST', '/changes/1/revert');
  const find = async (query: string): Promise<readonly number[]> => {
    const { body } = await call('GET', `/changes?${query}`);
    return (body.changes as readonly { revision: number }[]).map(({ revision }) => revision);
  };
  t.strictSame(await find('q=FAIR&limit=5'), [123, 1], 'far behind what a page has');
  t.strictSame(await find('q=203.0.113.0/24'), [123, 1], 'by a network that it touches');
  t.strictSame(await find('q=report'), [122], 'by a setting');
  t.strictSame(await find('kind=undo'), [123]);
  t.strictSame(await find('kind=deleted'), [123]);
  t.strictSame(await find('kind=switched'), [122]);
  t.strictSame(await find('by=nobody'), []);
  t.equal((await find('by=root&limit=1000')).length, 123);
  t.strictSame(await find('scope=bot%3Aold&kind=added'), [1]);
  const later = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
  t.strictSame(await find(`from=${later}`), []);
  t.equal((await find(`to=${later}&limit=1000`)).length, 123);
  const pages = await call('GET', '/changes?q=desk&limit=50');
  t.match(pages.body, { next: String });
  t.equal((await find(`q=desk&limit=100&after=${String(pages.body.next)}`)).length, 70);
  t.match(await call('GET', '/changes?from=yesterday'), {
    status: 400,
    body: { errors: [{ field: 'from' }] },
  });
  t.match(await call('GET', '/changes?kind=odd'), { status: 400 });
});

import t from 'tap';
import { errorsOf, onBothStores, openScene } from './scene.ts';
import { SALES, rangesOf } from './lists.ts';

const onStores = onBothStores(t);

onStores('import: all or nothing, dry runs, replacing', async (t, how) => {
  const { call } = await openScene(t, how);
  const one = (n: number, more: object = {}): object => ({
    start: `10.0.0.${n}`,
    end: `10.0.0.${n}`,
    ...more,
  });
  const bad = await call('POST', `${SALES}/import`, {
    body: { ranges: [one(1), { start: '10.0.0.300', end: 'x' }, one(2), 'text', one(1, { note: 'other' })] },
  });
  t.match(bad, {
    status: 422,
    body: { errors: [{ index: 1, field: 'start' }, { index: 1, field: 'end' }, { index: 3 }, { index: 4 }] },
  });
  t.equal((await call('GET', SALES)).body.total, 0, 'nothing of a bad import is stored');

  const first = await call('POST', `${SALES}/import`, { body: { ranges: [one(1), one(2), one(1)] } });
  t.match(first, {
    status: 200,
    body: { revision: 1, added: 2, removed: 0, ranges: 2, live: { replicas: 1 } },
  });
  const body = { ranges: [one(2, { note: 'two' }), one(3)], replace: true };
  const dry = await call('POST', `${SALES}/import?dryRun=true`, { body });
  t.match(dry.body, {
    ...{ dryRun: true, revision: 1, added: 1, removed: 1, updated: 1, present: 0, errors: [] },
    preview: { added: [{ start: '10.0.0.3' }], removed: [{ start: '10.0.0.1' }], updated: [{ note: 'two' }] },
  });
  t.match(await call('POST', `${SALES}/import?dryRun=1`, { body: { ranges: [{}] } }), {
    status: 200,
    body: {
      errors: [
        { index: 0, field: 'start' },
        { index: 0, field: 'end' },
      ],
    },
  });
  for (const query of ['dryRun=maybe', 'dryrun=true', 'dryRun=', 'dryRun=true&dryRun=false']) {
    t.equal(
      (await call('POST', `${SALES}/import?${query}`, { body })).status,
      400,
      `${query} writes nothing`,
    );
  }
  t.equal((await call('GET', SALES)).body.revision, 1, 'a dry run writes nothing');
  const replaced = await call('POST', `${SALES}/import`, { body });
  t.match(replaced.body, { revision: 2, added: 1, removed: 1, updated: 1, ranges: 2 });
  const after = rangesOf(await call('GET', SALES)).map((range) => `${range.start} ${range.note ?? ''}`);
  t.strictSame(after, ['10.0.0.2 two', '10.0.0.3 ']);
  t.match((await call('POST', `${SALES}/import`, { body })).body, { revision: 2, added: 0, present: 2 });
});

onStores('an import takes lists as files have them, and says of each what is wrong', async (t, how) => {
  const { call } = await openScene(t, how);
  const put = (body: object, query = '') => call('POST', `${SALES}/import${query}`, { body });
  const expires = '2090-01-01T00:00:00Z';
  const alike = await put({
    ranges: [
      { ip: '192.0.2.0/30', expires },
      { from: '10.0.0.1', to: '10.0.0.9' },
    ],
  });
  t.match(alike, { status: 200, body: { added: 2, ranges: 2 } });
  const list = 'start;end;expiry\n10.0.1.1;10.0.1.9;2090-01-01T00:00:00Z\n';
  t.match(await put({ list }), { status: 200, body: { added: 1 } });
  const { body } = await call('GET', SALES);
  t.match(body.ranges, [
    { start: '10.0.0.1', end: '10.0.0.9' },
    { start: '10.0.1.1', expiresAt: '2090-01-01T00:00:00.000Z' },
    { start: '192.0.2.0', end: '192.0.2.3', expiresAt: '2090-01-01T00:00:00.000Z' },
  ]);
  const twice = '1.1.1.1 # a\n2.2.2.2\n1.1.1.1 # b\n';
  const wrong: readonly (readonly [object, string])[] = [
    [{ ranges: [{ start: '1.1.1.1', end: '1.1.1.1', until: expires }] }, 'until is not a member of a range'],
    [
      { ranges: [{ ip: '10.0.0.5/8' }] },
      ' 10.0.0.5 is not the first address of a /8; the network is 10.0.0.0/8',
    ],
    [{ list: twice }, 'start is in the import twice, with another note, purpose or expiry'],
    [{ list, ranges: [] }, 'list must not be there beside ranges'],
    [{}, 'ranges is missing'],
  ];
  for (const [body, said] of wrong) {
    const answer = await put(body);
    t.strictSame([answer.status, errorsOf(answer)], [422, [said]]);
  }
  t.match((await put({ list: twice })).body.errors, [{ line: 3 }]);
  t.match((await put({ list: `${twice}x` }, '?dryRun=1')).body, {
    added: 2,
    errors: [{ line: 3 }, { line: 4 }],
  });
  t.match(await call('GET', SALES), { body: { total: 3 } }, 'and nothing came of it');
});

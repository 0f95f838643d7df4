import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readPast } from '../../src/cli/times.ts';
import { flushed, record } from '../admin/events.ts';
import { owner, staffToken, superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

const HOUR_MS = 3_600_000;

/** Some decisions of two bots, newest last. */
const events = (nowMs: number) => [
  { atMs: nowMs - 3 * HOUR_MS, requestId: 'aaaaaaaa-1', bot: 'sales', clientIp: '192.0.2.1', subject: 'ann' },
  {
    atMs: nowMs - 2 * HOUR_MS,
    requestId: 'aaaaaaaa-2',
    bot: 'other',
    conversation: '=cmd()',
    enforced: false,
  },
  { atMs: nowMs - HOUR_MS, requestId: 'bbbbbbbb-3', bot: 'sales', outcome: 'forward', reason: 'bot-access' },
];

t.test('activity export: pages of any number, as JSON lines or CSV', async (t) => {
  const desk = await openDesk(t, superAdmin);
  record(desk, events(Date.now()));
  record(
    desk,
    Array.from({ length: 2_500 }, (_, i) => ({ atMs: Date.now() - 10 * HOUR_MS - i, bot: 'many' })),
  );
  const ids = (out: string): string =>
    [...out.matchAll(/"requestId":"\w+-(\d)"/g)].map(([, id]) => id).join('');
  const all = await desk.at('activity export --json');
  t.equal(all.out.trimEnd().split('\n').length, 2_503);
  t.equal(ids((await desk.at('activity export --from 4h')).out), '321');
  t.equal(ids((await desk.at('activity export --from 150m --to 90m')).out), '2');
  t.equal(ids((await desk.at('activity export --address 192.0.2.0/24')).out), '1');
  t.equal(ids((await desk.at('activity export --reported')).out), '2');
  t.equal(ids((await desk.at('activity export --request-id bbbbbbbb')).out), '3');
  const file = await desk.at('activity export found.csv --from 4h');
  t.match(file, { code: 0, out: '', err: 'wrote 3 decisions to found.csv\n' });
  const [head, ...lines] = readFileSync(join(desk.dir, 'found.csv'), 'utf8').trimEnd().split('\n');
  t.match(head, /^at,requestId,outcome,reason,enforced,/);
  t.equal(lines.length, 3);
  t.match(lines[1], /,"'=cmd\(\)",/, 'a cell is no formula');
  const lost = { kind: 'lost', fromMs: 1, toMs: 2, count: 3, replica: 'one' } as const;
  desk.recorded({ replica: 'one', firstSeq: 1, lines: [], marks: [lost] });
  t.match(await desk.at('activity export --to 2000-01-01'), { code: 0, out: '', err: /lacks 3 decisions/ });
});

t.test('refusals, by address and bot', async (t) => {
  const desk = await openDesk(t, superAdmin);
  record(desk, events(Date.now()));
  t.match(await desk.at('refusals'), {
    code: 0,
    out: /^ADDRESS.*\n192\.0\.2\.1 +sales +1 .* no-access +ann +aaaaaaaa-1 *\n1 place since .*; 0 dismissed\n$/,
  });
  await desk.call('POST', '/refusals/dismiss', { body: { address: '192.0.2.1', bot: 'sales' } });
  t.match((await desk.at('refusals')).out, /^0 places since .*; 1 dismissed\n$/);
  t.match((await desk.at('refusals --dismissed --bot sales')).out, / root \(staff\)\n1 place/);
  t.match((await desk.at('refusals --days 1 --address 192.0.2.0/24 --json')).json(), { refusals: [] });
});

t.test('report access, to stdout and to files', async (t) => {
  const desk = await openDesk(t, superAdmin);
  record(desk, events(Date.now()));
  t.match((await desk.at('report access --bot sales')).out, /^at,door,.*\n"20[^"]+","bot access",/);
  t.match((await desk.at('report access --bot sales --json')).json(), { count: 1, rows: [{ bot: 'sales' }] });
  t.match((await desk.at('report access --bot sales --to 2h --json')).json(), { count: 0 });
  t.match(await desk.at('report access seen.html --bot sales'), {
    code: 0,
    out: '',
    err: 'wrote seen.html\n',
  });
  t.match(readFileSync(join(desk.dir, 'seen.html'), 'utf8'), /<td>bot access<\/td>/);
});

t.test('lookup, changes and undo', async (t) => {
  const desk = await openDesk(t, superAdmin);
  record(desk, events(Date.now()));
  await desk.at('ranges add bot:sales 192.0.2.0/28 --note office --create');
  await desk.at('whitelist on bot:sales');
  const found = await desk.at('lookup 192.0.2.1');
  t.match(found.out, /bot:sales +[0-9a-f]{16} +192\.0\.2\.0 +192\.0\.2\.15 +yes .*office/);
  t.match(found.out, /As address 192\.0\.2\.1:\n\S+ \S+ {2}deny no-access .*sales .*ann .*aaaaaaaa-1\n/);
  t.match((await desk.at('lookup 192.0.2.1 --json')).json(), { ranges: [{ scope: 'bot:sales' }] });
  t.match((await desk.at('lookup AAAAAAAA-1')).out, /^Then: deny no-access, revision 1\n/);
  t.match(await desk.at('lookup nobody'), { code: 1, out: 'Nothing of that name.\n' });

  const shown = await desk.at('changes');
  t.match(
    shown.out,
    /^REVISION +WHEN +WHO +SCOPE +WHAT\n2 .*enabled: no to yes\n1 .*1 range added\n2 changes\n$/,
  );
  t.match((await desk.at('changes bot:sales --kind added --json')).json(), { changes: [{ revision: 1 }] });
  t.match((await desk.at('changes --from 1h --limit 1')).out, /1 change, and older ones\n$/);
  t.match((await desk.at('changes --to 1h')).out, /^0 changes\n$/);
  t.match(await desk.at('undo 1'), {
    code: 0,
    out: /^bot:sales: change 1 is undone: 0 ranges added, 1 range removed/,
  });
  t.match((await desk.at('undo 2 --json')).json(), { scope: 'bot:sales', reverts: 2 });
  t.match((await desk.at('changes')).out, /4 .*undoes 2, enabled: yes to no/);
});

t.test('tail: the last ones, then what comes, until the gateway ends it', async (t) => {
  const exp = Math.floor(Date.now() / 1000) - 26;
  const desk = await openDesk(t, staffToken({ sub: 'brief', roles: ['super_admin'], exp }));
  const [first, ...rest] = events(Date.now());
  record(desk, [first ?? {}, ...rest]);
  const [shown, json] = [desk.at('tail --bot sales'), desk.at('tail --json --last 0')];
  await flushed();
  record(desk, [
    { requestId: 'cccccccc-4', bot: 'sales' },
    { requestId: 'cccccccc-5', bot: 'other' },
  ]);
  const { code, out, err } = await shown;
  t.match([code, err], [1, /the gateway ended it: not-yours/]);
  const ids = out.split('\n').flatMap((line) => /-(\d)$/.exec(line)?.[1] ?? []);
  t.strictSame(ids, ['1', '3', '4'], out);
  t.match(out, /deny no-access +sales .*GET -/);
  const lines = (await json).out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  t.match(lines, [{ requestId: 'cccccccc-4' }, { requestId: 'cccccccc-5' }]);
});

const refused: readonly (readonly [line: string, code: number, says: RegExp])[] = [
  ['tail --outcome maybe', 1, /outcome must be one of forward, login/],
  ['tail --bot ..x', 1, /bot cannot be the id of a bot/],
  ['tail --last x', 2, /--last must be/],
  ['tail extra', 2, /unexpected argument "extra"/],
  ['lookup', 2, /what to look up/],
  ['refusals --bot ..x', 1, /bot cannot be the id of a bot/],
  ['refusals --days x', 1, /days must be integer/],
  ['refusals sales', 2, /unexpected argument "sales"/],
  ['activity export --from soon', 2, /--from "soon" is no time: give a span back/],
  ['activity export --request-id short', 1, /requestId must NOT have fewer than 8/],
  ['activity export --address 1.2.3.4/24', 1, /address 1\.2\.3\.4 is not the first address of a \/24/],
  ['activity export --format xml', 2, /ndjson or csv/],
  ['activity export x.csv --tp=1d', 2, /nearest known one is --to/],
  ['activity', 2, /activity export/],
  ['changes sales', 2, /write bot:sales/],
  ['changes --kind lost', 1, /kind must be one of added/],
  ['changes --limit 0', 2, /--limit/],
  ['report access', 2, /say of what: --conversation/],
  ['report access --bot a --format pdf', 2, /csv, json or html/],
  ['report access --bot a --for-person', 1, /forPerson needs a conversation/],
  ['report', 2, /report access/],
  ['report review', 2, /which scope/],
  ['undo', 2, /its revision/],
  ['undo x', 2, /no revision/],
  ['undo 99', 1, /no such change/],
];

t.test('audit verify, as people read it', async (t) => {
  const { code, out } = await (await openDesk(t, superAdmin)).at('audit verify');
  t.match(out, /^RECORD .*\n[^]*; the last good one never\nnothing is changed or missing\n$/);
  t.equal(code, 0);
});

t.test('what cannot be is refused by its name', async (t) => {
  const desk = await openDesk(t, superAdmin);
  for (const [line, code, says] of refused) t.match(await desk.at(line), { code, err: says }, line);
  t.match((await desk.at('completion bash')).out, /"activity export"\*\) words="--from --to --bot/);
});

t.test('an owner finds their own', async (t) => {
  const own = await openDesk(t, owner);
  record(own, events(Date.now()));
  const exported = await own.at('activity export');
  t.match(exported.out, /"bbbbbbbb-3"[^]*"aaaaaaaa-1"/);
  t.notMatch(exported.out, /other|aaaaaaaa-2/);
  t.match(await own.at('activity export --bot other'), { code: 1, err: /You do not manage this/ });
  t.match(await own.at('tail --bot other'), { code: 1, err: /You do not manage this/ });
  t.match(await own.at('lookup aaaaaaaa-2'), { code: 1 });
});

t.test('times of the past', (t) => {
  const now = new Date(2030, 0, 31, 12).getTime();
  const at = (flag: 'from' | 'to', text: string): number => Date.parse(readPast(flag, text, now));
  t.equal(at('from', '2h'), now - 2 * HOUR_MS);
  t.equal(at('from', '2030-01-30'), new Date(2030, 0, 30).getTime());
  t.equal(at('to', '2030-01-30'), new Date(2030, 0, 31).getTime(), 'its end');
  t.equal(at('from', '11:00'), new Date(2030, 0, 31, 11).getTime());
  t.equal(at('from', '13:00'), new Date(2030, 0, 30, 13).getTime(), 'the last one');
  t.equal(at('to', '2030-01-30T08:00:00Z'), Date.UTC(2030, 0, 30, 8));
  t.end();
});

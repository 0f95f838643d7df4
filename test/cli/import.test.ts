import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { onBothStores, superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

const onStores = onBothStores(t);

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

const csv = `start,end,note,expiresAt
198.51.100.0,198.51.100.255,"office, ""main""",
203.0.113.7,,door,${tomorrow}
10.1.0.0/16,,,
# a comment

192.0.2.1 - 192.0.2.9,,"two
lines are no note",
`;

onStores('all or nothing, every bad line by its number', async (t, how) => {
  const { at, file } = await openDesk(t, superAdmin, how);
  file('list.csv', csv);
  const refused = await at('ranges import platform list.csv');
  t.match(refused, { code: 1, err: /^line 7: note must be one line.*\n1 is bad: nothing was imported\n$/ });
  file('list.csv', csv.replace('"two\nlines are no note"', 'four'));
  t.match(await at('ranges import platform list.csv --dry-run'), {
    code: 0,
    out: /4 ranges added; nothing was changed/,
  });
  t.match((await at('ranges list platform')).out, /0 ranges/);
  t.match(await at('ranges import platform list.csv'), {
    code: 0,
    out: /4 ranges added \(revision 1, live\)/,
  });
  t.match(await at('ranges import platform list.csv'), { code: 0, out: /0 ranges added, 4 there already/ });
  file('less.json', '[{"start": "203.0.113.7", "end": "203.0.113.7"}]');
  t.match(await at('ranges import platform less.json --replace'), {
    code: 0,
    out: /0 ranges added, 1 changed, 3 removed/,
  });
});

onStores("export and import are each other's inverse, in both formats", async (t, how) => {
  const { at, file, dir } = await openDesk(t, superAdmin, how);
  file('list.csv', `start,end,note,purpose\n10.0.0.1,10.0.0.9,=1+1,=2\n10.0.1.0/24,,"a, b",\n`);
  t.equal((await at('ranges import bot:a list.csv --create')).code, 0);
  for (const ending of ['csv', 'json']) {
    t.match(await at(`ranges export bot:a out.${ending}`), { code: 0, err: /wrote 2 ranges/ });
    const text = readFileSync(join(dir, `out.${ending}`), 'utf8');
    t.match(await at(`ranges import bot:${ending} - --create --format ${ending}`, { stdin: text }), {
      code: 0,
      out: /2 ranges added/,
    });
    t.equal((await at(`ranges export bot:${ending} --format ${ending}`)).out, text);
  }
  t.match(
    (await at('ranges export bot:a')).out,
    /^start,end,note,expiresAt,purpose\n10\.0\.0\.1,10\.0\.0\.9,"'=1\+1",,"'=2"\n/,
  );
});

const badFiles: readonly [name: string, text: string, says: RegExp][] = [
  ['octal', 'start,end\n010.0.0.1,010.0.0.1\n', /^line 2: start must not have a number with leading zeros/],
  ['reversed', '10.0.0.9,10.0.0.1\n', /^line 1: /],
  ['expires', `ip;expires\n1.1.1.1;${tomorrow.slice(0, 10)}\n`, /^line 2: expiresAt must be a time/],
  [
    'an unknown column',
    'start,end,valid until\n1.1.1.1,1.1.1.1,2030-01-31T18:00:00Z\n',
    /^line 1: "valid until" is no/,
  ],
  ['IPv6', '::1\n', /^line 1: ::1 is not IPv4/],
  ['expired', 'start,end,note,expiresAt\n1.1.1.1,1.1.1.1,,2001-01-01T00:00:00Z\n', /^line 2: expiresAt/],
  ['two lines', 'x\n1.1.1.1\ny\n', /^line 1: .*\nline 3: .*\n2 are bad/],
  ['a half of JSON', '[{"start": "1.1.1.1"', /^entry 1: is not JSON/],
  ['JSON that is no list', '{"a": 1}', /^entry 1: must be a list/],
  ['an entry that is none', '[null, {"start": "1.1.1.1", "end": "1.1.1.1"}]', /^entry 1: must be an object/],
  [
    'a member that is none',
    '[{"start": "1.1.1.1", "end": "1.1.1.1", "who": 1}]',
    /^entry 1: who is not a member/,
  ],
  [
    'the same twice in two ways',
    '1.1.1.1,1.1.1.1,a\n1.1.1.1,1.1.1.1,b\n',
    /^line 2: start is in the import twice/,
  ],
  ['nothing', '\n', /holds no ranges/],
];

t.test('bad files', async (t) => {
  const { at } = await openDesk(t, superAdmin);
  for (const [name, stdin, says] of badFiles) {
    for (const more of ['', ' --dry-run']) {
      t.match(await at(`ranges import platform -${more}`, { stdin }), { code: 1, err: says }, name + more);
    }
  }
  const json = await at('ranges import platform - --json', { stdin: 'x\n' });
  t.match(json.json(), { ok: false, errors: [{ line: 1 }] });
  t.match((await at('ranges list platform')).out, /0 ranges/, 'nothing came through');
});

t.test('a long file: a bar on a terminal, none elsewhere', async (t) => {
  const { at, live } = await openDesk(t, superAdmin);
  const stdin = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/30`).join('\n');
  const seen = await at('ranges import platform -', { stdin, tty: true });
  t.match(seen, { code: 0, out: /20,000 ranges added/, err: /sending \[#+\.*\] \d+ %/ });
  t.equal(live.position()?.revision, 1);
  t.equal((await at('ranges import platform -', { stdin })).err, '');
});

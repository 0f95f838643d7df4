import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { readRangeList } from '../../src/range-list/list.ts';
import { readRows } from '../../src/range-list/row.ts';
import { writeRangeList } from '../../src/range-list/write.ts';

const NOW = Date.UTC(2026, 0, 15, 12);
const LATER = '2030-01-31T18:00:00.000Z';

/** Every range as `start-end note expiry`, every refusal as `line: message`. */
function read(text: string, format?: 'csv' | 'json'): readonly string[] {
  return [...readRangeList(text, NOW, format).items].map((item) => {
    if (!item.ok) return `${item.line}: ${item.message}`;
    const { start, end, note, expiresAt, purpose } = item.range;
    return [`${start}-${end}`, note ?? '', expiresAt ?? '', purpose ?? ''].join(' ').trim();
  });
}

const ONE = '10.0.0.1-10.0.0.9';
const known = 'known are start, end, note, expiresAt and purpose';
const unknown = (name: string) => `1: "${name}" is no column of a list of ranges; ${known}`;

/** What a list means, by the name of the row; the first ones gave access for good to what was to end. */
const rows: readonly (readonly [name: string, text: string, ...meant: (string | RegExp)[]])[] = [
  ['expires is expiresAt', `start,end,expires\n10.0.0.1,10.0.0.9,${LATER}`, `${ONE}  ${LATER}`],
  ['a purpose', `ip,Purpose\n10.0.0.1 - 10.0.0.9,support`, `${ONE}   support`],
  ['an unknown column ends it', `start,end,valid until\n10.0.0.1,10.0.0.9,${LATER}`, unknown('valid until')],
  ['an unknown column, by semicolons', `start;end;ablauf\n10.0.0.1;10.0.0.9;${LATER}`, unknown('ablauf')],
  ['expires in JSON', `[{"start":"10.0.0.1","end":"10.0.0.9","expires":"${LATER}"}]`, `${ONE}  ${LATER}`],
  [
    'an unknown member in JSON',
    `[{"start":"10.0.0.1","end":"10.0.0.9","until":"${LATER}"}]`,
    '1: until is not a member of a range',
  ],
  [
    'an expiry given twice in JSON',
    `[{"start":"10.0.0.1","end":"10.0.0.9","expiresAt":"${LATER}","expiresAt":null}]`,
    '1: is not JSON: "expiresAt" is there twice',
  ],
  [
    'an expiry given twice by two names',
    `[{"start":"10.0.0.1","end":"10.0.0.9","expires":"${LATER}","expiresAt":null}]`,
    '1: expiresAt means the same as another member: expiresAt',
  ],
  [
    'an expiry for a whole list',
    `{"expiresAt":"${LATER}","ranges":[]}`,
    '1: "expiresAt" is not known beside "ranges"',
  ],
  ['two columns that mean the same', 'start,end,expires,expiry\n', '1: "expires" and "expiry" mean the same'],
  [
    'a value without a column',
    `start,end,\n10.0.0.1,10.0.0.9,${LATER}`,
    '2: has a value in column 3, which has no name',
  ],
  [
    'a value beyond the columns',
    `start,end,note\n10.0.0.1,10.0.0.9,a,${LATER}`,
    '2: has a value in column 4, and there are 3 columns',
  ],
  [
    'an expiry that is no time',
    'start,expires\n10.0.0.1,tomorrow',
    /^2: expiresAt must be a time with its offset/,
  ],
  [
    'an expiry in the past',
    'start,expires\n10.0.0.1,2001-01-01T00:00:00Z',
    '2: expiresAt must be in the future',
  ],
  ['every name in any case', `From;To;Comment;Expiry\n10.0.0.1;10.0.0.9;a;${LATER}`, `${ONE} a ${LATER}`],
  ['the names of the dashboard', 'Start IP range\tEnd IP range\tNote\n10.0.0.1\t10.0.0.9\ta', `${ONE} a`],
  ['ip alone', 'ip\n10.0.0.1\n10.0.0.0/30', '10.0.0.1-10.0.0.1', '10.0.0.0-10.0.0.3'],
  ['cidr with a note', 'note,cidr\n"a, b",10.0.0.0/30', '10.0.0.0-10.0.0.3 a, b'],
  ['a dash in a file', 'start,end,note\n10.0.0.1 - 10.0.0.9,,a\n10.0.0.1–10.0.0.9,,', `${ONE} a`, ONE],
  ['what the API says of the past', `id,start,end,createdAt,createdBy\nx,10.0.0.1,10.0.0.9,y,z`, ONE],
  [
    'an answer of the API',
    `{"revision":7,"scope":"platform","total":1,"ranges":[{"id":"x","start":"10.0.0.1","end":"10.0.0.9"}]}`,
    ONE,
  ],
  ['a page of an answer', '{"ranges":[],"next":"x"}', /^1: is one page of a list that goes on/],
  ['no heading', `10.0.0.1,10.0.0.9,a,${LATER}\n10.0.0.1,,b`, `${ONE} a ${LATER}`, '10.0.0.1-10.0.0.1 b'],
  ['no heading, semicolons', '10.0.0.1;10.0.0.9;a, b', `${ONE} a, b`],
  [
    'lines with notes',
    '# office\n\n10.0.0.1 - 10.0.0.9 # a, b; "c\n10.0.0.0/30',
    `${ONE} a, b; "c`,
    '10.0.0.0-10.0.0.3',
  ],
  ['lines and columns', '10.0.0.1 # a\n10.0.0.1,10.0.0.9,b #2', '10.0.0.1-10.0.0.1 a', `${ONE} b #2`],
  ['a byte-order mark', '\ufeffstart,end\r\n10.0.0.1,10.0.0.9\r\n', ONE],
  ['a byte-order mark before JSON', '\ufeff [{"from":"10.0.0.1","to":"10.0.0.9","comment":"a"}]', `${ONE} a`],
  [
    'old line ends',
    'start,end\r10.0.0.1,10.0.0.9\rx,',
    ONE,
    '3: x must be an IPv4 address: four numbers from 0 to 255 with dots between, as 203.0.113.7',
  ],
  ['columns of nothing, as spreadsheets pad', 'start,end,,\n10.0.0.1,10.0.0.9,,,,\n,,,\n', ONE],
  ['host bits', 'ip\n10.0.0.5/8', '2: 10.0.0.5 is not the first address of a /8; the network is 10.0.0.0/8'],
  ['a prefix with a zero', '10.0.0.0/08', '1: the number after the slash must be from 0 to 32'],
  ['a network and an end', '10.0.0.0/8,10.0.0.9', /^1: start is a network/],
  [
    'a quote without its end',
    '"10.0.0.1,10.0.0.9\n10.0.0.1,10.0.0.9',
    '1: has a quotation mark that nothing closes',
  ],
  ['a note over two lines', '10.0.0.1,10.0.0.9,"a\nb"\nx', /^1: note must be one line/, /^3: x must be/],
  [
    'an apostrophe of an export',
    "10.0.0.1,10.0.0.9,'=1+1\n10.0.0.1,10.0.0.9,'a'",
    `${ONE} =1+1`,
    `${ONE} 'a'`,
  ],
  ['a heading without a start', 'end,note\n', '1: no column is called start, ip or cidr'],
  ['words', 'hello\n', /^1: hello must be an IPv4 address/],
  ['a half of JSON', '[{"start"', /^1: is not JSON: a colon is missing/],
  ['JSON that is no list', '{"a":1}', '1: must be a list of ranges, or an object with "ranges"'],
  [
    'an entry that is none',
    '[null,{"ip":"10.0.0.1"}]',
    '1: must be an object with start and end',
    '10.0.0.1-10.0.0.1',
  ],
  ['nothing', ' \n,,\n'],
];

t.test('what a list means', async (t) => {
  for (const [name, text, ...meant] of rows) {
    const found = read(text);
    t.equal(found.length, meant.length, `${name}: ${JSON.stringify(found)}`);
    t.match(found, meant, name);
    // An export never asks which format it is.
    if (text.startsWith('[')) t.strictSame(read(text, 'json'), found);
  }
});

const octet = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const note = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.constantFrom(...` '"=+-@,;#＝\t1ä`.split('')), maxLength: 8 }),
);

/** Cells that run in a spreadsheet, whatever it takes for the separator. */
const formulas = (text: string): string[] =>
  [',', ';', '\t']
    .flatMap((separator) => [...readRows(text, separator)])
    .flatMap((row) => row.cells.map((cell) => cell.text))
    .filter((cell) => /^[\s]*[=+\-@＝＋－＠]/u.test(cell));

t.test('what was exported imports to the same, and is no formula', async (t) => {
  fc.assert(
    fc.property(address, note, note, fc.constantFrom(undefined, LATER), (start, note, purpose, expiresAt) => {
      const entry = { start, end: start, note, purpose, expiresAt };
      const [first] = readRangeList(JSON.stringify([entry]), NOW).items;
      // What no list may have is not exported.
      if (first?.ok !== true) return true;
      for (const format of ['csv', 'json'] as const) {
        const text = writeRangeList([first.range], format);
        const again = [...readRangeList(text, NOW, format).items].map((item) => item.ok && item.range);
        if (!isDeepStrictEqual(again, [first.range])) return false;
        if (format === 'csv' && formulas(text).length > 0) return false;
      }
      return true;
    }),
    { numRuns: 3_000 },
  );
  const ends = { start: '1.1.1.1', end: '1.1.1.1' };
  t.equal(
    writeRangeList([{ ...ends, note: `=HYPERLINK("x")`, purpose: '=1' }], 'csv'),
    `start,end,note,expiresAt,purpose\n1.1.1.1,1.1.1.1,"'=HYPERLINK(""x"")",,"'=1"\n`,
  );
});

t.test('no text makes the reader throw, or costs more than its length', async (t) => {
  const pieces = fc.constantFrom(
    ...',;\t\n\r"#-/ \ufeff[]{}:'.split(''),
    '10.0.0.1',
    'start',
    'expires',
    '/24',
    '""',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      const items = [...readRangeList(parts.join(''), NOW).items];
      return items.every(({ line, share }) => line >= 1 && share >= 0 && share <= 1);
    }),
    { numRuns: 5_000 },
  );
  const started = performance.now();
  const long = Array.from({ length: 20_000 }, (_, n) => `10.${n >> 8}.${n & 255}.0/30,,"note ${n}"`);
  t.equal([...readRangeList(long.join('\n'), NOW).items].filter((item) => item.ok).length, 20_000);
  t.equal(read(`"${'a\n'.repeat(200_000)}`).length, 1);
  t.ok(performance.now() - started < 20_000);
});

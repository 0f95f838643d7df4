import fc from 'fast-check';
import t from 'tap';
import { readInstant } from '../../src/policy/expiry.ts';
import { MAX_NOTE_LENGTH, parseRange } from '../../src/policy/range.ts';
import { parseRangeLine } from '../../src/policy/range-text.ts';

const NOW = Date.UTC(2026, 0, 15, 12);

/** The messages of one field, where that is the only field named. */
function refusal(input: unknown): string {
  const result = parseRange(input, NOW);
  return result.ok ? 'accepted' : result.errors.map((error) => `${error.field} ${error.message}`).join('; ');
}

const ADDRESSES: readonly (readonly [unknown, RegExp])[] = [
  [undefined, /^start is missing$/],
  [null, /^start must be a text$/],
  [3405803783, /^start must be a text$/],
  [['203.0.113.7'], /^start must be a text$/],
  [{ toString: () => '203.0.113.7' }, /^start must be a text$/],
  [true, /^start must be a text$/],
  ['', /^start is empty$/],
  [' 203.0.113.7', /^start must not contain spaces$/],
  ['203.0.113.7 ', /^start must not contain spaces$/],
  ['203.0.113.7\n', /^start must not contain spaces$/],
  ['203.0.113.7\u00a0', /^start must not contain spaces$/],
  ['203.0.113.7\ufeff', /^start must not contain spaces$/],
  ['203. 0.113.7', /^start must not contain spaces$/],
  ['203.0.113.7\0', /^start must be an IPv4 address/],
  ['203.0.113.07', /^start must not have a number with leading zeros$/],
  ['0203.0.113.7', /^start must not have a number with leading zeros$/],
  ['203.00.113.7', /^start must not have a number with leading zeros$/],
  ['203.0.113.256', /^start must not have a number above 255$/],
  ['999.0.113.7', /^start must not have a number above 255$/],
  ['203.0.113', /^start must have exactly four numbers/],
  ['203.0.28935', /^start must have exactly four numbers/],
  ['203.0.113.7.', /^start must have exactly four numbers/],
  ['.203.0.113.7', /^start must have exactly four numbers/],
  ['203..113.7', /^start must have exactly four numbers/],
  ['203.0.113.7.1', /^start must have exactly four numbers/],
  ['3405803783', /^start must have exactly four numbers/],
  ['0xcb007107', /^start must be an IPv4 address/],
  ['0xcb.0.0x71.7', /^start must be an IPv4 address/],
  ['203.0.113.7e0', /^start must be an IPv4 address/],
  ['+203.0.113.7', /^start must be an IPv4 address/],
  ['-1.0.113.7', /^start must be an IPv4 address/],
  ['٢٠٣.0.113.7', /^start must be an IPv4 address/],
  ['２０３.0.113.7', /^start must be an IPv4 address/],
  ['203。0。113。7', /^start must be an IPv4 address/],
  ['localhost', /^start must be an IPv4 address/],
  ['203.0.113.7:80', /^start is not IPv4/],
  ['::1', /^start is not IPv4/],
  ['::ffff:203.0.113.7', /^start is not IPv4/],
  ['2001:db8::1', /^start is not IPv4/],
  ['203.0.113.0/24', /^start is a network/],
  ['*', /^start must be an IPv4 address/],
];

t.test('an address is four canonical decimal octets, as start and as end', async (t) => {
  for (const [value, wanted] of ADDRESSES) {
    t.match(refusal({ start: value, end: '255.255.255.255' }), wanted, `start ${JSON.stringify(value)}`);
    const end = new RegExp(wanted.source.replace('^start', '^end'));
    t.match(refusal({ start: '0.0.0.0', end: value }), end, `end ${JSON.stringify(value)}`);
  }
});

t.test('every canonical quad is taken as what it says, and kept in order', async () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 0xffffffff }), (a, b) => {
      const quad = (n: number): string => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
      const result = parseRange({ start: quad(a), end: quad(b) }, NOW);
      if (a > b) return !result.ok && result.errors[0]?.field === 'end';
      return (
        result.ok &&
        result.range.startValue === a &&
        result.range.endValue === b &&
        result.range.end === quad(b)
      );
    }),
  );
});

t.test('nothing but a canonical quad is ever accepted', async () => {
  const nearly = fc.array(
    fc.constantFrom('1', '0', '255', '256', '.', '.', '.', ' ', 'x', ':', '/', '٣', '-'),
    {
      maxLength: 9,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        nearly.map((parts) => parts.join('')),
      ),
      (text) => {
        const result = parseRange({ start: text, end: text }, NOW);
        return !result.ok || result.range.start === text;
      },
    ),
  );
});

t.test('notes, expiry and members', async (t) => {
  const base = { start: '10.0.0.1', end: '10.0.0.2' };
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [[], /must be an object/],
    [null, /must be an object/],
    ['10.0.0.1', /must be an object/],
    [{ start: '10.0.0.2', end: '10.0.0.1' }, /^end must not be before start$/],
    [{ start: 'x', end: 'y' }, /^start must be .*; end must be /],
    [{ ...base, id: 'mine' }, /^id is not a member of a range$/],
    [
      JSON.parse('{"start":"10.0.0.1","end":"10.0.0.1","__proto__":{"note":"x"}}'),
      /^__proto__ is not a member/,
    ],
    [{ ...base, constructor: 1 }, /^constructor is not a member/],
    [Object.create(base), /^start is missing; end is missing$/],
    [{ ...base, note: 5 }, /^note must be a text$/],
    [{ ...base, purpose: 5 }, /^purpose must be a text$/],
    [{ ...base, purpose: 'a\nb' }, /^purpose must be one line/],
    [{ ...base, note: 'x'.repeat(MAX_NOTE_LENGTH + 1) }, /^note must have at most/],
    [{ ...base, note: 'a\nb' }, /^note must be one line/],
    [{ ...base, note: 'a\0b' }, /^note must be one line/],
    [{ ...base, note: 'a\u202eb' }, /^note must be one line/],
    [{ ...base, note: 'a\ud800b' }, /^note must be one line/],
    [{ ...base, expiresAt: 1893456000 }, /^expiresAt must be a text$/],
    [{ ...base, expiresAt: '2030-01-01' }, /^expiresAt must be a time with its offset/],
    [{ ...base, expiresAt: '2030-01-01T00:00:00' }, /^expiresAt must be a time with its offset/],
    [{ ...base, expiresAt: '2030-02-30T00:00:00Z' }, /^expiresAt must be a time with its offset/],
    [{ ...base, expiresAt: '2030-01-01T24:00:00Z' }, /^expiresAt must be a time with its offset/],
    [{ ...base, expiresAt: '2026-01-15T12:00:00Z' }, /^expiresAt must be in the future$/],
    [{ ...base, expiresAt: '2026-01-15T12:30:00+01:00' }, /^expiresAt must be in the future$/],
    [{ ...base, expiresAt: '2100-01-01T00:00:00Z' }, /^expiresAt must be before the year 2100$/],
  ];
  for (const [input, wanted] of cases) t.match(refusal(input), wanted, wanted.source);
  t.match(parseRange({ ...base, note: 'Büro <b>1</b> 🏢', expiresAt: '2030-01-01T01:00:00.5+01:00' }, NOW), {
    ok: true,
    range: { note: 'Büro <b>1</b> 🏢', expiresAt: '2030-01-01T00:00:00.500Z' },
  });
  t.strictSame(
    parseRange({ ...base, note: null, expiresAt: null }, NOW),
    parseRange({ ...base, note: '' }, NOW),
  );
});

t.test('times agree with the platform on what they name', async (t) => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(Date.UTC(2099, 0, 1)), noInvalidDate: true }),
      (date) => {
        return readInstant(date.toISOString()) === date.getTime();
      },
    ),
  );
  t.equal(readInstant('0001-01-01T00:00:00Z'), undefined, 'a year below 100 is not 19xx');
});

t.test('lines as people write them', async (t) => {
  const cases: readonly (readonly [string, string])[] = [
    ['203.0.113.7', '203.0.113.7-203.0.113.7'],
    ['  203.0.113.7\t', '203.0.113.7-203.0.113.7'],
    ['203.0.113.0/24', '203.0.113.0-203.0.113.255'],
    ['203.0.113.7/32', '203.0.113.7-203.0.113.7'],
    ['0.0.0.0/0', '0.0.0.0-255.255.255.255'],
    ['203.0.113.1 - 203.0.113.9', '203.0.113.1-203.0.113.9'],
    ['203.0.113.1-203.0.113.9', '203.0.113.1-203.0.113.9'],
    ['203.0.113.1 – 203.0.113.9 # Büro', '203.0.113.1-203.0.113.9 Büro'],
    ['', ''],
    ['# only a comment', ''],
    ['203.0.113.5/24', '203.0.113.5 is not the first address of a /24; the network is 203.0.113.0/24'],
    ['203.0.113.0/33', 'the number after the slash must be from 0 to 32'],
    ['203.0.113.0/08', 'the number after the slash must be from 0 to 32'],
    ['203.0.113.0/24/8', 'the number after the slash must be from 0 to 32'],
    ['203.0.113.0/', 'the number after the slash must be from 0 to 32'],
    ['203.0.113/24', '203.0.113 must have exactly four numbers with dots between'],
    ['203.0.113.9 - 203.0.113.1', 'the last address 203.0.113.1 must not be before the first 203.0.113.9'],
    ['203.0.113.9 -', 'the last address is empty'],
    ['- 203.0.113.9', 'the first address is empty'],
    ['1.1.1.1 - 2.2.2.2 - 3.3.3.3', 'must be one address, a network, or two addresses with a dash between'],
    ['::1/128', '::1 is not IPv4; ranges hold IPv4 addresses only'],
    ['1.1.1.1, 2.2.2.2', '1.1.1.1, 2.2.2.2 must not contain spaces'],
  ];
  for (const [line, wanted] of cases) {
    const result = parseRangeLine(line);
    const range = result.ok ? result.range : undefined;
    const told = range === undefined ? '' : `${range.start}-${range.end} ${range.note ?? ''}`.trim();
    t.equal(result.ok ? told : result.message, wanted, line);
  }
});

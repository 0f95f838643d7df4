import t from 'tap';
import { readList } from '../../src/admin/dashboard/app/ranges/file.ts';
import { completed, inputOf, nothingTyped, readTyped } from '../../src/admin/dashboard/app/ranges/typed.ts';
import { errorsOf, openScene } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const OK = '"start":"10.0.0.1","end":"10.0.0.1"';
const quoted = (text: string): string => `{"start":${JSON.stringify(text)},"end":${JSON.stringify(text)}}`;

/** Texts that are no address: 422, with both fields named. */
const NO_ADDRESS: readonly string[] = [
  ...['', ' ', '.', '...', '1', '1.2', '1.2.3', '1.2.3.', '.1.2.3', '1..2.3', '1.2.3.4.5', '1.2.3.4.'],
  ...['256.0.0.1', '1.2.3.256', '1.2.3.1000', '999999999999.1.1.1', '-1.2.3.4', '+1.2.3.4', '1.2.3.-4'],
  ...['01.2.3.4', '1.02.3.4', '1.2.3.04', '00.0.0.0', '0000.0.0.0', '010.0.0.1', '1.2.3.4e0', '1e1.2.3.4'],
  ...['0x1.2.3.4', '0x01020304', '0X7F.1', '0b1.2.3.4', '0o1.2.3.4', '017700000001', '2130706433', '127.1'],
  ...[
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '\t1.2.3.4',
    '1. 2.3.4',
    '1.2.3.4\u00a0',
    '\ufeff1.2.3.4',
    '1.2.3.4\u200b',
  ],
  ...['١.٢.٣.٤', '１.２.３.４', '1。2。3。4', '1․2․3․4', '①.2.3.4', '1.2.3.²', '𝟏.2.3.4'],
  ...[
    '::1',
    '::',
    '::ffff:1.2.3.4',
    '::ffff:0102:0304',
    '[::1]',
    'fe80::1%eth0',
    '2001:db8::/32',
    '64:ff9b::1.2.3.4',
  ],
  ...[
    '1.2.3.0/24',
    '1.2.3.4/32',
    '1.2.3.4-1.2.3.5',
    '1.2.3.*',
    '*',
    'any',
    'localhost',
    'example.com',
    '1.2.3.4:80',
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    'true',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    'toString',
    '1.2.3.4\u0000',
  ],
  ...[
    "1.2.3.4' OR '1'='1",
    '1.2.3.4;DROP TABLE',
    '<script>alert(1)</script>',
    '${7*7}',
    '%31.2.3.4',
    '1.2.3.4#',
  ],
  ...[
    '1,2,3,4',
    '1/2/3/4',
    '1-2-3-4',
    'http://1.2.3.4',
    '1.2.3.4\r\nX: y',
    '1.2.3.4\ud800',
    'a'.repeat(5000),
  ],
];

/** Values of other types, as JSON: 422 as well. */
const NO_TEXT = [
  'null',
  '0',
  '16909060',
  '-1',
  '1.2',
  '1e400',
  'true',
  '[]',
  '["1.2.3.4"]',
  '{}',
  '{"a":1}',
  '[[[]]]',
];

void t.test('what is no range is refused with its fields named', async (t) => {
  const { call, store } = await openScene(t);
  const add = (body: string) => call('POST', `${SALES}/ranges`, { body });
  for (const body of [
    ...NO_ADDRESS.map(quoted),
    ...NO_TEXT.map((json) => `{"start":${json},"end":${json}}`),
  ]) {
    const answer = await add(body);
    const fields = new Set(errorsOf(answer).map((error) => error.split(' ')[0]));
    t.strictSame([answer.status, [...fields].sort()], [422, ['end', 'start']], body.slice(0, 60));
  }
  const one: readonly (readonly [string, string])[] = [
    ['{"start":"10.0.0.2","end":"10.0.0.1"}', 'end'],
    ['{"start":"10.0.0.2"}', 'end'],
    ['{"end":"10.0.0.2"}', 'start'],
    [`{${OK},"note":5}`, 'note'],
    [`{${OK},"note":"a\\nb"}`, 'note'],
    [`{${OK},"note":"a\\u0000b"}`, 'note'],
    [`{${OK},"note":"\\ud800"}`, 'note'],
    [`{${OK},"note":"${'x'.repeat(201)}"}`, 'note'],
    [`{${OK},"expiresAt":"2001-01-01T00:00:00Z"}`, 'expiresAt'],
    [`{${OK},"expiresAt":"2090-01-01"}`, 'expiresAt'],
    [`{${OK},"expiresAt":"2090-13-01T00:00:00Z"}`, 'expiresAt'],
    [`{${OK},"expiresAt":4102444800}`, 'expiresAt'],
    [`{${OK},"expiresAt":"tomorrow"}`, 'expiresAt'],
  ];
  for (const [body, field] of one) {
    const answer = await add(body);
    t.strictSame([answer.status, errorsOf(answer)[0]?.split(' ')[0]], [422, field], body.slice(0, 80));
  }
  t.equal((await store.scopes()).revision, 0, 'none was stored as something else');
});

/** What people mean by some of these in the dashboard's form, which reads networks, spans and notes, and trims. */
const MEANT: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[' 1.2.3.4', '1.2.3.4 ', '1.2.3.4\n', '\t1.2.3.4', '1.2.3.4\u00a0', '\ufeff1.2.3.4', '1.2.3.4#'].map(
    (text): [string, string[]] => [text, ['1.2.3.4', '1.2.3.4']],
  ),
  ['1.2.3.0/24', ['1.2.3.0', '1.2.3.255']],
  ['1.2.3.4/32', ['1.2.3.4', '1.2.3.4']],
  ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255']],
  ['1.2.3.4-1.2.3.5', ['1.2.3.4', '1.2.3.5']],
]);

void t.test(
  'the dashboard’s form takes each as it is meant, or names the field; lists read the same',
  async (t) => {
    const { call } = await openScene(t);
    const more = [
      '0.0.0.0/0',
      '1.2.3.4/24',
      '1.2.3.0/33',
      '1.2.3.0/-1',
      '1.2.3.0/024',
      '1.2.3.5 - 1.2.3.4',
      '1.2.3.4 - ',
    ];
    for (const text of [...NO_ADDRESS, ...more]) {
      const { range, mistakes } = readTyped(completed({ ...nothingTyped, start: text }), Date.now());
      const meant = MEANT.get(text);
      t.strictSame(range && [range.start, range.end], meant, JSON.stringify(text.slice(0, 40)));
      if (meant === undefined)
        t.ok(mistakes.start !== undefined || mistakes.end !== undefined, 'a field is named');
      const list = await readList(text, () => undefined, new AbortController().signal);
      const blank = text.trim() === '';
      const lines = list.ranges.map(({ start, end }) => [start, end]);
      if (!/^[[{]|,|\n./.test(text))
        t.strictSame(
          lines,
          meant === undefined ? [] : [meant],
          `as a list: ${JSON.stringify(text.slice(0, 40))}`,
        );
      t.equal(
        list.bad.length > 0,
        meant === undefined && !blank && text !== '[]',
        'and a bad line has its number',
      );
      if (range === undefined) continue;
      const stored = await call('POST', `${SALES}/ranges`, {
        body: inputOf(completed({ ...nothingTyped, start: text })),
      });
      t.ok([201, 409].includes(stored.status), 'what the form takes, the gateway takes');
    }
  },
);

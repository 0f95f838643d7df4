import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { readJsonInSlices } from '../../src/json.ts';
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

/** What is no such request at all: 400, and where a member is to blame it is named. */
const MALFORMED: readonly (readonly [string, string?])[] = [
  [`{${OK},"start":"10.0.0.9"}`, 'start'],
  [`{${OK},"st\\u0061rt":"10.0.0.9"}`, 'start'],
  [`{${OK},"note":"a","note":"a"}`, 'note'],
  [`{${OK},"__proto__":{"note":"x"}}`, '__proto__'],
  [`{${OK},"\\u005f_proto__":null}`, '__proto__'],
  [`{${OK},"constructor":{"prototype":{"x":1}}}`, 'constructor'],
  [`{${OK},"prototype":1}`, 'prototype'],
  [`{${OK},"toString":1}`, 'toString'],
  [`{${OK},"id":"0123456789abcdef"}`, 'id'],
  [`{${OK},"createdBy":"me"}`, 'createdBy'],
  [`{${OK},"Start":"10.0.0.1"}`, 'Start'],
  [`{${OK},"":1}`, ''],
  ['[]'],
  ['null'],
  ['"10.0.0.1"'],
  ['5'],
  [`[{${OK}}]`],
  [''],
  [' '],
  ['{'],
  [`{${OK}`],
  [`{${OK},}`],
  [`{${OK}}x`],
  [`{${OK}}{${OK}}`],
  [`\ufeff{${OK}}`],
  [`{start:"10.0.0.1"}`],
  [`{'start':'10.0.0.1'}`],
  [`{${OK},"note":"a\nb"}`],
  [`{${OK},"note":"\\x41"}`],
  [`{${OK},"note":01}`],
  [`{${OK},"note":NaN}`],
  [`{${OK},"note":.5}`],
  [`{${OK}/* */}`],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`],
  [`{"a":`.repeat(3000)],
];

void t.test('what is no such request is refused as a whole', async (t) => {
  const { call, publicCall, store, said } = await openScene(t);
  for (const [body, field] of MALFORMED) {
    const answer = await call('POST', `${SALES}/ranges`, {
      body,
      headers: { 'content-type': 'application/json' },
    });
    const named = errorsOf(answer)[0]?.split(' ')[0];
    t.match([answer.status, answer.body.reason], [400, 'malformed'], body.slice(0, 60));
    if (field !== undefined) t.equal(named, field);
  }
  const patches: readonly (readonly [object, number])[] = [
    [{ enabled: 1 }, 422],
    [{ enabled: 'true' }, 422],
    [{ enabled: null }, 422],
    [{ mode: 'off' }, 422],
    [{ mode: ['report'] }, 422],
    [{ whenOff: 'everyone' }, 422],
    [{ requireLogin: 'no' }, 422],
    [{ enabled: true, ranges: [] }, 400],
    [{ enable: true }, 400],
  ];
  for (const [body, status] of patches) {
    t.equal((await call('PATCH', SALES, { body })).status, status, JSON.stringify(body));
  }
  const big = `{${OK},"note":"${'x'.repeat(70_000)}"}`;
  t.match(await call('POST', `${SALES}/ranges`, { body: big }), {
    status: 413,
    body: { reason: 'body-too-large' },
  });
  t.equal((await call('POST', `${SALES}/import`, { body: { ranges: 'x' } })).status, 422);
  t.equal((await call('POST', `${SALES}/import`, { body: { ranges: [], replace: 'yes' } })).status, 422);
  t.equal(
    (await publicCall('POST', `${SALES}/ranges`, { body: MALFORMED[0]?.[0] })).status,
    400,
    'on this door too',
  );
  t.equal((await store.scopes()).revision, 0);
  t.strictSame(said, [], 'none of it was an error of ours');
});

void t.test('a bot id that cannot be', async (t) => {
  const { call } = await openScene(t);
  const scopes: readonly (readonly [string, number])[] = [
    ['bot:a', 200],
    [`bot:${'a'.repeat(128)}`, 200],
    ['bot:_~a.B-9', 200],
    ['platform', 200],
    [`bot:${'a'.repeat(129)}`, 422],
    ['bot:', 422],
    ['bot:.hidden', 422],
    ['bot:a b', 422],
    ['bot:a/b', 422],
    ['bot:ä', 422],
    ['bot:a\0', 422],
    ['bot:a\n', 422],
    ['Platform', 422],
    ['PLATFORM', 422],
    ['bot', 422],
    ['user:a', 422],
    ['__proto__', 422],
    ['bot:%61', 422],
  ];
  for (const [scope, status] of scopes) {
    const path = `/whitelists/${encodeURIComponent(scope)}`;
    const answers = [await call('GET', path), await call('PATCH', path, { body: {} })];
    t.strictSame(
      answers.map((answer) => answer.status),
      [status, status],
      scope.slice(0, 40),
    );
  }
  const unreadable = await call('GET', '/whitelists/bot%3a%zz');
  t.match(unreadable, {
    status: 400,
    headers: { 'x-gateway-reason': 'malformed' },
    body: { requestId: String },
  });
});

void t.test('the JSON reader takes what JSON.parse takes, but for members named twice', async (t) => {
  const read = (text: string) => {
    const reading = readJsonInSlices(text, { tokensPerSlice: 3 });
    for (let slice = reading.next(); ; slice = reading.next()) if (slice.done === true) return slice.value;
  };
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      const result = read(text);
      return result.ok && isDeepStrictEqual(result.value, JSON.parse(text));
    }),
    { numRuns: 2_000 },
  );
  const pieces = fc.constantFrom(
    ...'{}[]",:\\-+.eE019 \n\tutrfalsn'.split(''),
    '"a"',
    'true',
    'null',
    '\\u00e9',
    '1e5',
    '\u0001',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      const text = parts.join('');
      const result = read(text);
      const parsed = parse(text);
      if (result.ok)
        return parsed !== undefined && JSON.stringify(parsed.value) === JSON.stringify(result.value);
      return parsed === undefined || result.message === 'is there twice';
    }),
    { numRuns: 20_000 },
  );
  t.match(read('{"a":{"b":[1,{"c":1,"c":2}]}}'), { ok: false, field: 'c', message: 'is there twice' });
  t.match(read('{\n  "a": x}'), { ok: false, message: /line 2, column 8/ });
});

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

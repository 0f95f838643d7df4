import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { readJsonInSlices } from '../../src/json.ts';
import { errorsOf, openScene } from './scene.ts';

const SALES = '/whitelists/bot%3Asales';
const OK = '"start":"10.0.0.1","end":"10.0.0.1"';

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

import t from 'tap';
import { linkOf } from '../../src/policy/link.ts';
import { formsOf } from '../../src/reading/link-key.ts';
import { compileRoutes, RouteError, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';

const bot = 'support';
const table = compileRoutes([
  { path: '{/:lang}/chat/:conversationId/:key', bot, link: {} },
  { path: '/both/:conversationId{/:hash}', bot, link: { key: 'hash', maxAgeSeconds: 60 } },
  { path: '/file', bot: 'any', kind: 'file', link: { query: 'signature' } },
  { path: '/tail/:conversationId/*path', bot, link: { key: 'path' } },
  { path: '/inner/chat-:conversationId-:key', bot, link: {} },
  { path: '/own/:conversationId', bot, link: { key: 'conversationId' } },
  { path: '/twice/:conversationId', bot },
  { path: '/twice/:conversationId/:key', bot, link: { maxAgeSeconds: 30 } },
  { path: '/twice/:conversationId/:key', bot, link: { maxAgeSeconds: 90 } },
  { path: '/plain/:botId/:conversationId' },
]);

/** `-` where it is no link, `keyless`, else its keys. */
function read(target: string): string {
  const link = linkOf(readTarget(table, { target, host: 'chat.example', formBody: false }));
  if (link === undefined) return '-';
  return link.keyless ? 'keyless' : [...link.keys, ...(link.beside ?? [])].toSorted().join(' | ');
}

const rows: readonly (readonly [target: string, expected: string])[] = [
  ['/chat/17/abc', 'abc'],
  ['/eng/chat/17/abc', 'abc'],
  ['/index.php/chat/17/abc', 'abc'],
  ['/chat/17/abc/below', 'abc'],
  ['/chat/17/abc?x=1', 'abc'],
  ['/chat//17/abc', '17 | abc'],
  ['/chat/17/%61bc', 'abc'],
  ['/chat/17/%2561bc', '%61bc | abc'],
  ['/chat/17/abc;jsessionid=x', 'abc'],
  ['/c.hat/17/a-b', 'a-b'],
  ['/chat/17/x/../abc', 'abc | x'],
  ['/both/17/abc', 'abc'],
  ['/both/17', 'keyless'],
  ['/both/17/', 'keyless'],
  ['/both/17/%20', 'keyless'],
  ['/both/17/x/..', 'keyless'],
  ['/both/17;/abc', 'keyless'],
  ['/file?signature=abc', 'abc'],
  ['/file?signature=abc&signature=def', 'abc | def'],
  ['/file?signature=%61bc', 'abc'],
  ['/file?Signature=abc', 'abc'],
  ['/file;signature=abc', 'abc'],
  ['/file?signature=', 'keyless'],
  ['/file', 'keyless'],
  ['/file?other=abc', 'keyless'],
  ['/chat/17/x?key=abc', 'abc | x'],
  ['/chat/17/x&key=abc', 'abc | x | x&key=abc'],
  ['/chat/17/x%26key=abc', 'abc | x | x&key=abc'],
  ['/chat/17/x?Key[]=%61bc', 'abc | x'],
  ['/both/17?hash=abc', 'keyless'],
  ['/tail/17/a/b', 'a/b'],
  ['/inner/chat-17-abc', 'abc'],
  ['/own/abc', 'abc'],
  ['/twice/17', '-'],
  ['/twice/17/abc', 'abc'],
  ['/plain/a/17', '-'],
  ['/elsewhere', '-'],
];

t.test('the key of a link, from every reading', async (t) => {
  for (const [target, expected] of rows) t.equal(read(target), expected, target);
  const link = linkOf(readTarget(table, { target: '/twice/17/abc', host: 'x', formBody: false }));
  t.equal(link?.maxAgeSeconds, 30, 'of two ages the shorter');
});

t.test('a key of the query is none where a body could name another one', async (t) => {
  const post = (target: string, formBody: boolean, type: string) =>
    linkOf(
      readTarget(table, {
        ...{ target, host: 'x', formBody, method: 'POST' },
        headers: ['Content-Type', type, 'Content-Length', '7'],
      }),
    )?.keyless;
  t.equal(post('/file?signature=x', true, 'application/x-www-form-urlencoded'), true);
  t.equal(post('/file?signature=x', false, 'application/json'), true);
  t.equal(post('/file?signature=x', false, 'image/png'), false);
  t.equal(post('/chat/17/abc', true, 'application/x-www-form-urlencoded'), false, 'one of the path is');
});

t.test('explain shows no reading of a link', async (t) => {
  const secret = 'Abcdefghi';
  for (const target of [`/chat/17/${secret}`, `/chat/17/x/../%41bcdefghi`, `/file?signature=${secret}`]) {
    const lines: string[] = [];
    readTarget(table, { target, host: 'x', formBody: false }, (line) => lines.push(line));
    t.ok(lines.length > 0);
    t.notMatch(lines.join('\n').toLowerCase(), /bcdefghi/, target);
  }
});

t.test('one key in many spellings has one form at least in common', async (t) => {
  const plain = formsOf(['0123-abCD']);
  for (const spelled of [
    '0123ABCD',
    '0123-abcd.json',
    ' 0123-abcd',
    '{0123-abcd}',
    '０123abcd',
    '0123-abcd.',
    '0123-abcd.x.json',
  ])
    t.ok(
      formsOf([spelled]).some((form) => plain.includes(form)),
      spelled,
    );
  for (const spelled of ['0123-ábCD', '0123-abĆd', '0123-ab\u010a\u0111', '0123-äbcđ', '0123-abc\u0301d'])
    t.ok(
      formsOf([spelled]).some((form) => plain.includes(form)),
      `to a database: ${spelled}`,
    );
  t.ok(formsOf(['maße']).includes('mase') && formsOf(['maße']).includes('masse'));
  const tokens = [formsOf(['eyJhbGciOi.eyJzdWIiOi1.c2ln']), formsOf(['eyJhbGciOi.eyJzdWIiOi2.c2ln'])];
  t.notOk(
    tokens[0]?.some((form) => tokens[1]?.includes(form)),
    'tokens that begin alike are several',
  );
  t.strictSame(formsOf(['007']), formsOf(['7']));
  t.strictSame(formsOf(['…']), ['…'], 'of what has no letters, itself');
  t.notOk(formsOf(['abc']).some((form) => formsOf(['abd']).includes(form)));
});

t.test('links that cannot be', async (t) => {
  const faults: readonly (readonly [route: RouteOptions, says: RegExp])[] = [
    [{ path: '/x/:conversationId', bot, link: {} }, /":key", or another name/],
    [{ path: '/x/:conversationId/:key', bot, link: { key: 'hash' } }, /":hash"/],
    [{ path: '/x/:botId/:key', link: { key: 'botId' } }, /is no key/],
    [{ path: '/x/:key', bot, link: { key: 'key', query: 'q' } }, /one place/],
    [{ path: '/x', bot, link: { query: 'a b' } }, /not a plain name/],
    [{ path: '/x/:key', open: true, link: {} }, /open route/],
  ];
  for (const [route, says] of faults)
    t.throws(() => compileRoutes([route]), { constructor: RouteError, message: says }, says.source);
});

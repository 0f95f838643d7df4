import t from 'tap';
import { OVERSIZED } from '../../src/reading/body.ts';
import { compileRoutes, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { read } from './parts.ts';

const json = ['Content-Type', 'application/json'];
const form = ['Content-Type', 'application/x-www-form-urlencoded'];
const chat: RouteOptions = { path: '/api', body: { botId: 'dep.id', conversationId: 'chat_id' } };
const posted: RouteOptions = { path: '/post', form: { botId: 'b' } };
const queried: RouteOptions = { path: '/q', query: { botId: 'bot' } };
const mixed: RouteOptions = { path: '/m/:botId', body: { conversationId: 'id' } };

const bodies: readonly (readonly [
  string,
  RouteOptions,
  string,
  readonly string[],
  string | undefined,
  string,
])[] = [
  ['ids in JSON', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":17}', 'a 17'],
  ['whatever type is said', chat, '/api', form, '{"dep":{"id":"a"},"chat_id":17}', 'a 17'],
  ['none', chat, '/api', json, undefined, 'unresolved'],
  ['an empty one', chat, '/api', json, '', 'unresolved'],
  ['one id only', chat, '/api', json, '{"dep":{"id":"a"}}', 'unresolved'],
  ['a member twice', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"chat_id":2}', 'ambiguous'],
  ['in two cases', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"CHAT_ID":2}', 'ambiguous'],
  ['deep below', chat, '/api', json, '{"dep":{"id":"a","id":"b"},"chat_id":1}', 'ambiguous'],
  ['escaped', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"chat\\u005fid":2}', 'ambiguous'],
  [
    'too deep',
    chat,
    '/api',
    json,
    `{"dep":{"id":"a"},"chat_id":1,"x":${'['.repeat(20)}${']'.repeat(20)}}`,
    'ambiguous',
  ],
  ['a prototype', chat, '/api', json, '{"__proto__":{"dep":{"id":"a"}},"chat_id":1}', 'unresolved'],
  ['a list', chat, '/api', json, '[{"dep":{"id":"a"},"chat_id":1}]', 'ambiguous'],
  ['a mark before it', chat, '/api', json, '\xef\xbb\xbf{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
  ['bytes that are no UTF-8', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":"\xff"}', 'ambiguous'],
  ['an id that is none', chat, '/api', json, '{"dep":{"id":["a"]},"chat_id":1}', 'unresolved'],
  ['a fraction', chat, '/api', json, '{"dep":{"id":1.5},"chat_id":1}', 'unresolved'],
  [
    'compressed',
    chat,
    '/api',
    [...json, 'Content-Encoding', 'gzip'],
    '{"dep":{"id":"a"},"chat_id":1}',
    'ambiguous',
  ],
  [
    'UTF-16',
    chat,
    '/api',
    ['Content-Type', 'application/json; charset=utf-16'],
    '{"dep":{"id":"a"},"chat_id":1}',
    'ambiguous',
  ],
  [
    'of several parts',
    chat,
    '/api',
    ['Content-Type', 'multipart/form-data; boundary=x'],
    '{"dep":{"id":"a"},"chat_id":1}',
    'ambiguous',
  ],
  ['of two types', chat, '/api', [...json, ...form], '{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
  ['another bot beside the path', mixed, '/m/a', json, '{"id":1,"botId":"b"}', 'ambiguous'],
  ['the same bot', mixed, '/m/a', json, '{"id":1,"botid":"a"}', 'a 1'],
  ['a form in JSON', mixed, '/m/a', form, '{"id":1,"x":"&botId=b&"}', 'ambiguous'],
  ['a form', posted, '/post', form, 'x=1&b=a', 'a'],
  ['a form that is JSON to others', posted, '/post', json, '{"x":"&b=a&","b":"c"}', 'unresolved'],
  ['a field twice', posted, '/post', form, 'b=a&b=b', 'unresolved'],
  ['a field in two spellings', posted, '/post', form, 'b=a&B=b', 'ambiguous'],
  ['the query says another', posted, '/post?b=c', form, 'b=a', 'ambiguous'],
  ['the query says the same', posted, '/post?b=a', form, 'b=%61', 'a'],
  ['JSON beside a query: another bot', queried, '/q?bot=a', json, '{"bot":"b"}', 'ambiguous'],
  ['the same one', queried, '/q?bot=a', json, '{"bot":"a","x":1}', 'a'],
  ['none', queried, '/q?bot=a', json, '{"x":{"bot":"b"}}', 'a'],
  ['no body', queried, '/q?bot=a', json, '', 'a'],
  [
    'of a vendor',
    queried,
    '/q?bot=a',
    ['Content-Type', 'application/vnd.x+json'],
    '{"bot":"b"}',
    'ambiguous',
  ],
  ['in another case', queried, '/q?bot=a', json, '{"BOT":"b"}', 'ambiguous'],
  ['in two cases, one of them good', queried, '/q?bot=a', json, '{"bot":"a","Bot":"a"}', 'ambiguous'],
  ['as a member of it', queried, '/q?bot=a', json, '{"bot[]":"b"}', 'ambiguous'],
  ['as a list', queried, '/q?bot=a', json, '{"bot":["b"]}', 'ambiguous'],
  ['twice', queried, '/q?bot=a', json, '{"bot":"b","bot":"a"}', 'ambiguous'],
  ['cut off', queried, '/q?bot=a', json, '{"bot":"b"', 'ambiguous'],
  ['a list has no members', queried, '/q?bot=a', json, ' [{"bot":"b"}]', 'a'],
  ['a mark before it', queried, '/q?bot=a', json, '\xef\xbb\xbf{"bot":"b"}', 'ambiguous'],
  ['text', queried, '/q?bot=a', ['Content-Type', 'text/plain'], '{"bot":"b"}', 'a'],
];
// prettier-ignore

t.test('bodies', async (t) => {
  for (const [name, route, target, headers, sends, expected] of bodies)
    t.equal(read([route], target, { headers, sends }), expected, name);
  const unread = { target: '/api', host: '', formBody: false, headers: [...json, 'Content-Length', '9'] };
  t.match(readTarget(compileRoutes([chat]), unread), { kind: 'unresolved', needsBody: true });
  t.match(readTarget(compileRoutes([chat]), { ...unread, body: OVERSIZED }), { kind: 'ambiguous' });
  const query = { ...unread, target: '/q?bot=a' };
  t.match(readTarget(compileRoutes([queried]), query), { kind: 'unresolved', needsBody: true });
  t.match(readTarget(compileRoutes([queried]), { ...query, body: OVERSIZED }), { kind: 'ambiguous' });
  const own = [{ path: '/q', bot: 'x', query: { conversationId: 'id' } }];
  t.equal(read(own, '/q?id=1', { formBody: true }), "x '',1", 'a form that changes nothing for members');
  t.equal(read(own, '/q'), 'unresolved', 'what the route names must be there');
});

t.test('headers, cookies, hosts, methods and JSON in a query', async (t) => {
  const header = [{ path: '/h', header: { botId: 'X-Bot' } }];
  t.equal(read(header, '/h', { headers: ['x-bot', 'a'] }), 'a');
  t.equal(read(header, '/h'), 'unresolved');
  t.equal(read(header, '/h', { headers: ['X-Bot', 'a', 'X-Bot', 'a'] }), 'unresolved');
  t.equal(read(header, '/h', { headers: ['X-Bot', 'a', 'X_Bot', 'b'] }), 'ambiguous');
  t.equal(read(header, '/h', { headers: ['X-Bot', '%61'] }), 'unresolved');
  const cookie = [{ path: '/k', cookie: { botId: 'bot' } }];
  t.equal(read(cookie, '/k', { headers: ['Cookie', 'x=1; bot="a"'] }), 'a');
  t.equal(read(cookie, '/k', { headers: ['Cookie', 'bot=a; BOT=b'] }), 'ambiguous');
  t.equal(read(cookie, '/k', { headers: ['Cookie', 'bot=a', 'Cookie', 'bot=b'] }), 'unresolved');
  const hosts = [
    { path: '/t', host: ':botId.chat.example' },
    { path: '/o', host: 'other.example', open: true },
  ];
  t.equal(read(hosts, '/t', { host: 'A1.Chat.example:8080' }), 'a1');
  t.equal(read(hosts, '/t', { host: 'other.example' }), 'other');
  t.equal(read(hosts, '/t', { host: 'nobody.example' }), 'unresolved', 'a platform may serve it on any host');
  t.equal(read(hosts, '/t', { host: 'a.chat.example', forwardedHost: 'b.chat.example' }), 'ambiguous');
  const methods = [
    { path: '/g/:botId', methods: ['GET'] },
    { path: '/p', bot: 'x', methods: ['POST'] },
    { path: '/p', bot: 'y', methods: ['GET'] },
  ];
  for (const [method, target, expected] of [
    ['GET', '/g/a', 'a'],
    ['HEAD', '/g/a', 'a'],
    ['POST', '/g/a', 'wrong-method'],
    ['BREW', '/G/%61', 'wrong-method'],
    ['POST', '/p', 'x'],
    ['GET', '/p', 'y'],
    ['PUT', '/p', 'wrong-method'],
    ['PUT', '/else', 'other'],
  ] as const)
    t.equal(read(methods, target, { method }), expected, `${method} ${target}`);
  const narrow = [{ path: '/n', query: { botId: 'narrow[0].operand' } }];
  const of = (text: string): string => `/n?narrow=${encodeURIComponent(text)}`;
  t.equal(read(narrow, of('[{"operand":"a"}]')), 'a');
  t.equal(read(narrow, '/n?narrow=[{"operand":"a"}]'), 'a');
  t.equal(read(narrow, of('[{"operand":"a","operand":"b"}]')), 'unresolved');
  t.equal(read(narrow, `${of('[{"operand":"a"}]')}&narrow=[]`), 'unresolved');
  t.equal(read(narrow, of('[],"x":[{"operand":"a"}]')), 'unresolved');
  t.equal(read(narrow, '/n'), 'unresolved');
});

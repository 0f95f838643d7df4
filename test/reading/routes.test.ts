import fc from 'fast-check';
import t from 'tap';
import { hasFormBody, OVERSIZED, readBody } from '../../src/reading/body.ts';
import { compileRoutes, type RouteOptions, type TableOptions } from '../../src/reading/route.ts';
import { readTarget, type TargetRequest } from '../../src/reading/target.ts';
import { inWords } from './table.ts';

type Parts = Partial<TargetRequest> & { readonly sends?: string | undefined };

function read(
  routes: readonly RouteOptions[],
  target: string,
  { sends, ...more }: Parts = {},
  how: TableOptions = {},
) {
  const headers = [
    ...(more.headers ?? []),
    ...(sends === undefined ? [] : ['Content-Length', String(sends.length)]),
  ];
  const body = sends === undefined ? undefined : readBody(Buffer.from(sends, 'latin1'), headers);
  const asked = { target, host: 'chat.example', formBody: hasFormBody(headers), body, ...more, headers };
  return inWords(readTarget(compileRoutes(routes, how), asked));
}

const group: RouteOptions = { path: '/r/support-group-:botId-:conversationId' };
const wild: RouteOptions = { path: '/w/support-group-:botId-*conversationId' };
const printed: RouteOptions = { path: '{/:lang}/chat/printchat/:conversationId/:key', bot: 'x' };
const list: RouteOptions = { path: '/t/:botId{/:conversationId}' };
const tail: RouteOptions = { path: '/files/:botId/*conversationId' };
const named: RouteOptions = { path: '/v/:botId.html', exact: true };

const templates: readonly (readonly [route: RouteOptions, target: string, expected: string])[] = [
  [group, '/r/support-group-p-1', 'p 1'],
  [group, '/r/support-group-a-b-1', 'a-b 1'],
  [group, '/R/Support-GROUP-P-1/messages', 'P 1'],
  [group, '/r/support%2dgroup%2Dp-1', 'p 1'],
  [group, '/r/support-%67roup-%70-1;x=1', 'p 1'],
  [group, '/r/supp.ort-gr@oup-p-1', 'p 1'],
  [group, '/x/../r/support-group-p-1', 'p 1'],
  [group, '/index.php/r/support-group-p-1', 'p 1'],
  [group, '/r/support-group-p', 'other'],
  [group, '/r/support-group--1', 'other'],
  [group, '/r/support-group-p!-1', 'unresolved'],
  [group, '/r/support-group-a-1/../support-group-b-2', 'ambiguous'],
  [group, '/r/support-group-a-1?botId=b', 'ambiguous'],
  [wild, '/w/support-group-p-1-2-3', 'p 1-2-3'],
  [wild, '/w/support-group-p-1-2/x', 'p 1-2/x'],
  [printed, '/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/c.hat/print@chat/7/k', 'x 7'],
  [printed, '/index.php/eng/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/index.php/chat/printchat/7/k', 'x 7'],
  [printed, '/a/eng/chat/printchat/7/k', 'other'],
  [printed, '/chat/printchat/7', 'other'],
  [list, '/t/a', 'a'],
  [list, '/t/a/1', 'a 1'],
  [tail, '/files/a/b/c', 'a b/c'],
  [tail, '/files/a', 'other'],
  [named, '/v/a.html', 'a'],
  [named, '/V/a.HTML', 'a'],
  [named, '/v/a', 'other'],
  [named, '/v/a.html/x', 'other'],
];

t.test('templates', async (t) => {
  for (const [route, target, expected] of templates) t.equal(read([route], target), expected, target);
});

const json = ['Content-Type', 'application/json'];
const form = ['Content-Type', 'application/x-www-form-urlencoded'];
const chat: RouteOptions = { path: '/api', body: { botId: 'dep.id', conversationId: 'chat_id' } };
const posted: RouteOptions = { path: '/post', form: { botId: 'b' } };
const queried: RouteOptions = { path: '/q', query: { botId: 'bot' } };
const mixed: RouteOptions = { path: '/m/:botId', body: { conversationId: 'id' } };

const bodies: readonly (readonly [string, RouteOptions, string, readonly string[], string | undefined, string])[] = [
  ['ids in JSON', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":17}', 'a 17'],
  ['whatever type is said', chat, '/api', form, '{"dep":{"id":"a"},"chat_id":17}', 'a 17'],
  ['none', chat, '/api', json, undefined, 'unresolved'],
  ['an empty one', chat, '/api', json, '', 'unresolved'],
  ['one id only', chat, '/api', json, '{"dep":{"id":"a"}}', 'unresolved'],
  ['a member twice', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"chat_id":2}', 'ambiguous'],
  ['in two cases', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"CHAT_ID":2}', 'ambiguous'],
  ['deep below', chat, '/api', json, '{"dep":{"id":"a","id":"b"},"chat_id":1}', 'ambiguous'],
  ['escaped', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":1,"chat\\u005fid":2}', 'ambiguous'],
  ['too deep', chat, '/api', json, `{"dep":{"id":"a"},"chat_id":1,"x":${'['.repeat(20)}${']'.repeat(20)}}`, 'ambiguous'],
  ['a prototype', chat, '/api', json, '{"__proto__":{"dep":{"id":"a"}},"chat_id":1}', 'unresolved'],
  ['a list', chat, '/api', json, '[{"dep":{"id":"a"},"chat_id":1}]', 'ambiguous'],
  ['a mark before it', chat, '/api', json, '\xef\xbb\xbf{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
  ['bytes that are no UTF-8', chat, '/api', json, '{"dep":{"id":"a"},"chat_id":"\xff"}', 'ambiguous'],
  ['an id that is none', chat, '/api', json, '{"dep":{"id":["a"]},"chat_id":1}', 'unresolved'],
  ['a fraction', chat, '/api', json, '{"dep":{"id":1.5},"chat_id":1}', 'unresolved'],
  ['compressed', chat, '/api', [...json, 'Content-Encoding', 'gzip'], '{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
  ['UTF-16', chat, '/api', ['Content-Type', 'application/json; charset=utf-16'], '{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
  ['of several parts', chat, '/api', ['Content-Type', 'multipart/form-data; boundary=x'], '{"dep":{"id":"a"},"chat_id":1}', 'ambiguous'],
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
  ['of a vendor', queried, '/q?bot=a', ['Content-Type', 'application/vnd.x+json'], '{"bot":"b"}', 'ambiguous'],
  ['in another case', queried, '/q?bot=a', json, '{"BOT":"b"}', 'ambiguous'],
  ['in two cases, one of them good', queried, '/q?bot=a', json, '{"bot":"a","Bot":"a"}', 'ambiguous'],
  ['as a member of it', queried, '/q?bot=a', json, '{"bot[]":"b"}', 'ambiguous'],
  ['as a list', queried, '/q?bot=a', json, '{"bot":["b"]}', 'ambiguous'],
  ['twice', queried, '/q?bot=a', json, '{"bot":"b","bot":"a"}', 'ambiguous'],
  ['cut off', queried, '/q?bot=a', json, '{"bot":"b"', 'ambiguous'],
  ['a list has no members', queried, '/q?bot=a', json, ' [{"bot":"b"}]', 'a'],
  ['a mark before it', queried, '/q?bot=a', json, '\xef\xbb\xbf{"bot":"b"}', 'ambiguous'],
  ['text', queried, '/q?bot=a', ['Content-Type', 'text/plain'], '{"bot":"b"}', 'a'],
]; // prettier-ignore

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

t.test('what no route names, and the case of bot ids', async (t) => {
  const routes = [{ path: '/t/:botId' }, { path: '/assets', open: true }];
  const guard = { otherPaths: 'guard' } as const;
  for (const [target, expected] of [
    ['/t/a', 'a'],
    ['/', 'platform'],
    ['/assets/x.css', 'open'],
    ['/assets/caf%C3%A9.css', 'open'],
    ['/%61ssets/x.css', 'platform'],
    ['/assets/..%2fx', 'platform'],
    ['/x/../assets/y', 'platform'],
    ['/ASSETS/y', 'platform'],
  ] as const)
    t.equal(read(routes, target, {}, guard), expected, target);
  t.equal(read(routes, '/t/Support', {}, { botIdCase: 'lower' }), 'support');
  t.equal(read(routes, '/t/Support'), 'Support');
});

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,7}$/);
const id = fc.stringMatching(/^[a-z0-9]{1,6}$/);
/** A segment of a template, and one of a target that it takes. */
const piece = fc.oneof(
  word.map((text) => [text, text] as const),
  fc.tuple(word, id).map(([name, value]) => [`:x${name}`, value] as const),
  fc
    .tuple(word, word, id)
    .map(([before, name, value]) => [`${before}-:x${name}`, `${before}-${value}`] as const),
);
const disguises: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toUpperCase(),
  (path) => path.replaceAll('/', '//'),
  (path) => `/eng/index.php${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => `/@${path}`,
  (path) => `${path};x=1/`,
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/[a-z]/g, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
];
/** A route of any shape with its bot at one place, and a path that it guards. */
const anyRoute = fc
  .tuple(
    word,
    fc.array(piece, { maxLength: 3 }),
    fc.array(piece, { maxLength: 2 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([first, before, after, optional, filled]) => {
    const all = [[first, first] as const, ...before, [':botId', ''] as const, ...after];
    const unique = all.map(([text], at) => text.replace(/:x/, `:x${at}`));
    const path = (bot: string, lang = ''): string =>
      lang + all.map(([, value]) => `/${value === '' ? bot : value}`).join('');
    return {
      template: `${optional ? '{/:lang}' : ''}/${unique.join('/')}`,
      path,
      lang: optional && filled ? '/lng' : '',
    };
  });

t.test('no reading of a guarded template is anything else, for any route', async (t) => {
  const property = fc.property(anyRoute, id, id, fc.nat(disguises.length - 1), (route, bot, other, at) => {
    const table = compileRoutes([{ path: route.template }]);
    const ask = (target: string) => readTarget(table, { target, host: '', formBody: false });
    const target = disguises[at]?.(route.path(bot, route.lang)) ?? '';
    const found = ask(target);
    if (found.kind === 'other') throw new Error(`${target} is not guarded by ${route.template}`);
    if (found.kind === 'transcript' && found.bot.toLowerCase() !== bot)
      throw new Error(`${target}: ${found.bot}`);
    const two = other === bot ? undefined : ask(`${route.path(bot)}?botId=${other}`);
    if (two?.kind === 'transcript' || two?.kind === 'other')
      throw new Error(`${route.template}: two bots are ${two.kind}`);
  });
  fc.assert(property, { numRuns: 3_000, seed: 1 });
  t.pass();
});

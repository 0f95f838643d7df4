import t from 'tap';
import { cookieHeader } from '../../src/cli/hunt/cookie-file.ts';
import { createGuard, type GuardSettings } from '../../src/cli/hunt/guard.ts';
import { readLink } from '../../src/cli/hunt/link.ts';
import { missingRoutes } from '../../src/cli/hunt/missing-routes.ts';
import { namesOf } from '../../src/cli/hunt/names.ts';
import { linksIn } from '../../src/cli/hunt/page-links.ts';
import { hasPhrase } from '../../src/cli/hunt/phrase.ts';
import { spellings } from '../../src/cli/hunt/spellings.ts';

const spelled: readonly (readonly [link: string, family: string, target: string])[] = [
  ['/chat/print/17/h4sh', 'prefix', '/eng/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'prefix', '/api/v1/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/index.php/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/index.php/eng/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/a/b/index.php/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/?x=index.php/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/index.phpchat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'front controller', '/index.php?q=chat/print/17/h4sh&x=1'],
  ['/chat/print/17/h4sh', 'front controller', '/index.php?/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'action', '/chat/export/17/h4sh'],
  ['/chat/print/17/h4sh', 'action', '/chat/chat/17/h4sh'],
  ['/chat/print/17/h4sh', 'action', '/chat/syncuser/17/0/h4sh'],
  ['/chat/print/17/h4sh', 'action', '/chat/print/17/h4sh/raw'],
  ['/chat/print/17/h4sh', 'format', '/chat/print.json/17/h4sh'],
  ['/chat/print/17/h4sh', 'format', '/chat/print/17/h4sh.pdf'],
  ['/chat/print/17/h4sh', 'format', '/chat/print/17/h4sh?print=1'],
  ['/chat/print/17/h4sh', 'query', '/chat/print?id=17&hash=h4sh'],
  ['/chat/print/17/h4sh', 'trailing', '/chat/print/17/h4sh//'],
  ['/chat/print/17/h4sh', 'trailing', '/chat/print/17/h4sh.'],
  ['/chat/print/17/h4sh', 'trailing', '/chat/print/17/h4sh%20'],
  ['/chat/print/17/h4sh', 'trailing', '/chat/print/17/h4sh;'],
  ['/chat/print/17/h4sh', 'case', '/CHAT/PRINT/17/h4sh'],
  ['/chat/print/17/h4sh', 'slashes', '/chat//print//17//h4sh'],
  ['/chat/print/17/h4sh', 'slashes', '//chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'dot segments', '/x/../chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'dot segments', '/x/..;/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'stripped characters', '/c.hat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'stripped characters', '/chat/p%2arint/17/h4sh'],
  ['/chat/print/17/h4sh', 'encoded letters', '/%63hat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'encoded letters', '/%2563hat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'method', '/chat/print/17/h4sh'],
  ['/chat/print/17/h4sh', 'call', '/widgetrestapi/fetchmessages'],
  ['/view?chat=17', 'prefix', '/eng/view?chat=17'],
  ['/view?chat=17', 'query', '/view?CHAT=17'],
  ['/view?chat=17', 'query', '/view/chat/17'],
  ['/view?chat=17', 'query', '/view/17'],
  ['/view?chat=17', 'format', '/view.json?chat=17'],
  ['/view?chat=17', 'format', '/view?chat=17&format=json'],
  ['/view?chat=17', 'trailing', '/view/?chat=17'],
];

t.test('spellings of a link', (t) => {
  for (const [link, family, target] of spelled) {
    const made = spellings(readLink(link));
    t.ok(
      made.some((one) => one.target === target && one.family === family),
      `${link} → ${family} ${target}`,
    );
  }
  for (const link of ['/chat/print/17/h4sh', '/view?chat=17', '/', '/17', '/a%20b/1?x=%26']) {
    const made = spellings(readLink(link));
    t.equal(
      new Set(made.map(({ method, target }) => `${method} ${target}`)).size,
      made.length,
      `${link}: each once`,
    );
    t.notOk(
      made.some(({ method, target }) => method === 'GET' && target === link),
      `${link}: not itself`,
    );
    t.ok(
      made.every(({ target }) => /^\/[\x21-\x7e]*$/.test(target)),
      `${link}: each can be sent`,
    );
    t.ok(made.length <= 390, `${link}: ${made.length} of them leave room for the links of pages`);
  }
  t.end();
});

t.test('a bot that looks like a word is no word of the path', (t) => {
  const targets = spellings(readLink('/transcripts/support/1001', ['support'])).map(({ target }) => target);
  t.ok(targets.includes('/export/support/1001'));
  t.notOk(targets.includes('/transcripts/export/1001'));
  t.end();
});

const page = `<base href="/eng/"><a href='/chat/raw/17?a=1&amp;b=2'>x</a><img src=thumb/17 data-url="/files/17">
<form action="https://chat.example.com/search"><a href="/chat/delete/17">d</a><a href="/user/logout">o</a>
<link href="/style.css"><a href="https://elsewhere.example/chat/17">e</a><a href="javascript:go('/chat/raw/18')">j</a>
<script>fetch('messages/17'); $.getJSON("\\/api\\/chat\\/17"); var a = "/poll/17"; var b = "/x/{{id}}"</script>`;

t.test('what a page names of its own site, and changes nothing', (t) => {
  const found = linksIn(page, '/chat/print/17', ['http://127.0.0.1:3000', 'https://chat.example.com']);
  const expected = [
    '/chat/raw/17?a=1&b=2',
    '/eng/thumb/17',
    '/files/17',
    '/search',
    '/api/chat/17',
    '/poll/17',
  ];
  t.same(new Set(found), new Set([...expected, '/eng/messages/17', '/eng/', '/chat/raw/18']));
  t.same(linksIn('{"next":"http:\\/\\/127.0.0.1:3000\\/p\\/2"}', '/p/1', ['http://127.0.0.1:3000']), [
    '/p/2',
  ]);
  t.end();
});

t.test('a phrase, however it is written', (t) => {
  const shown = [
    'He said: caf\u00e9 & more',
    'HE SAID:\n  CAF\u00c9 &amp; more',
    '{"m":"he said: caf\\u00e9 & more"}',
  ];
  for (const text of [...shown, 'he said: <b>caf&#233;</b> &#x26; <i>more</i>'])
    t.ok(hasPhrase(text, 'he said: caf\u00e9 & more'), text);
  t.notOk(hasPhrase('he said: cafe & more', 'he said: caf\u00e9 & more'));
  t.end();
});

t.test('cookies of a file', (t) => {
  const jar =
    '# Netscape HTTP Cookie File\n\n#HttpOnly_h\tFALSE\t/\tFALSE\t0\tsid\tabc\nh\tFALSE\t/\tFALSE\t0\tb\t2\n';
  t.equal(cookieHeader(jar), 'sid=abc; b=2');
  t.equal(cookieHeader('Cookie: sid=abc; b=2\n'), 'sid=abc; b=2');
  t.end();
});

const guardedBy = (...routes: GuardSettings['routes']): GuardSettings => ({
  routes,
  otherPaths: 'forward',
  botIdCase: 'exact',
  frontController: 'index.php',
});
const get = (target: string) => ({ method: 'GET', target, family: 'page' }) as const;

function missing(settings: GuardSettings, target: string, ...open: string[]) {
  const { by } = createGuard(settings, 'h').standing('GET', target);
  const known = namesOf(
    target,
    settings.routes.find(({ path }) => path === by),
  );
  return missingRoutes(settings, readLink(target, known.names.keys()), known, open.map(get), 'h');
}

t.test('the routes that are missing', (t) => {
  const desk = guardedBy({ path: '/print/:conversationId/:hash', bot: 'desk' });
  const link = '/print/17/h4sh';
  t.same(missing(desk, link, '/eng/print/17/h4sh', '/ger/print/17/h4sh', '/x.json/raw/17/h4sh/0').routes, [
    { path: '{/:prefix}/print/:conversationId/:hash', bot: 'desk' },
    { path: '{/:prefix}/x.json/raw/:conversationId/:hash/:other', bot: 'desk' },
  ]);
  t.same(missing(desk, link, '/api/messages?chat_id=17&hash=h4sh').routes, [
    { path: '/api/messages', query: { conversationId: 'chat_id' }, bot: 'desk' },
  ]);
  const bots = guardedBy({ path: '/t/:botId/:conversationId' });
  t.same(missing(bots, '/t/support/17', '/raw/support/17', '/raw/17').routes, [
    { path: '/raw/:botId/:conversationId' },
    { path: '/raw/:conversationId', bot: 'CHANGE-ME' },
  ]);
  const call = { ...get('/api/fetch'), method: 'POST', json: '{"id":17}' } as const;
  const named = namesOf(link, desk.routes[0]);
  t.same(missingRoutes(desk, readLink(link), named, [call], 'h').routes, [
    { path: '/api/fetch', bot: 'desk' },
  ]);
  t.same(
    missing(desk, link, '/api/poll?id=17&chat=17').routes,
    [{ path: '/api/poll', bot: 'desk' }],
    'any of two',
  );
  const sites = guardedBy({ path: '{/:site}/print/:conversationId', bot: 'desk' });
  t.same(missing(sites, '/eng/print/17', '/eng/raw/17').routes, [
    { path: '{/:site}/raw/:conversationId', bot: 'desk' },
  ]);
  const sought = guardedBy({ path: '/c/:conversationId', lookup: 'chats' });
  t.same(missing(sought, '/c/17', '/d/17').routes, [{ path: '/d/:conversationId', lookup: 'chats' }]);
  t.same(missing(guardedBy(), '/v1/c/17', '/v1/c/17').routes, [
    { path: '/v1/c/:conversationId', bot: 'CHANGE-ME' },
  ]);
  t.end();
});

t.test('nothing is proposed that would shut the whole site', (t) => {
  const desk = guardedBy({ path: '/print/:conversationId', bot: 'desk' });
  for (const target of ['/', '/?id=17', '/index.php?id=17', '/inbox', '/17'])
    t.match(missing(desk, '/print/17', target), { routes: [], unnamed: [{ target }] }, target);
  const program = missing(desk, '/print/17', '/?x=main.php/print/17');
  t.match(program, { routes: [], frontController: 'main.php', unnamed: [] });
  t.end();
});

t.test('the key of a link is in no table', async (t) => {
  const settings = guardedBy({ path: '/p/:id/:key', bot: 'a', link: {} });
  const guard = createGuard(settings, 'h');
  t.equal(guard.hiding('GET', '/p/17/h4%2Bsh')('/e/p/17/h4%2Bsh?x=h4+sh'), '/e/p/17/:key?x=:key');
  t.equal(guard.hiding('GET', '/q/17/h4sh')('/q/17/h4sh'), '/q/17/h4sh');
});

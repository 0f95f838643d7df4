import t from 'tap';
import { startPlatform } from '../support/platform.ts';
import { run, serve } from './scene.ts';
import { openSloppy, PHRASE, SECRET } from './sloppy-platform.ts';

const hunt = (url: string, link: string, routes: string, ...more: string[]) =>
  run(['hunt', link, '--phrase', PHRASE, '--upstream-url', url, '--routes', routes, ...more]);

interface Row {
  readonly target: string;
  readonly how: string;
  readonly by?: string;
  readonly toStrangers: boolean;
}

t.test('a sloppy platform: what one route leaves open, and what is missing closes it', async (t) => {
  const { url, seen, mostAtOnce } = await openSloppy(t);
  const cookieFile = `${t.testdir({ cookies: `${SECRET}\n` })}/cookies`;
  const given = ['--json', '--cookie-file', cookieFile];
  const one = await hunt(url, '/print/17', '[{path: "/print/:conversationId", bot: desk}]', ...given);
  t.equal(one.code, 1);
  const { shown, missing, asked } = one.json() as {
    shown: Row[];
    missing: { routes: object[] };
    asked: number;
  };
  const at = (target: string) => shown.find((row) => row.target === target);
  t.match(at('/print/17'), { how: 'guarded', by: '/print/:conversationId' });
  t.match(at('/p.rint/17'), { how: 'guarded' });
  t.match(at('/eng/print/17'), { how: 'open', toStrangers: true });
  t.match(at('/raw/17'), { how: 'open' });
  t.match(
    at('/files/17'),
    { how: 'open', toStrangers: false },
    'named by the page, shown to the cookie only',
  );
  t.same(
    new Set(missing.routes),
    new Set(
      ['print', 'raw', 'files'].map((word) => ({ path: `{/:prefix}/${word}/:conversationId`, bot: 'desk' })),
    ),
  );
  t.equal(asked, seen.length, 'counts what it asked');
  t.ok(mostAtOnce() <= 3, 'a few at a time');
  t.notOk(
    seen.some(({ url = '' }) => url.includes('delete')),
    'nothing that changes something',
  );
  const all = [...given, '--most', '2000'];
  const whole = await hunt(url, `${url}/print/17`, JSON.stringify(missing.routes), ...all);
  t.equal(whole.code, 0, 'with them nothing is open');
  t.match(whole.json(), { missing: { routes: [] }, unanswered: 0, left: 0, holds: true });
});

t.test('its report can be pasted, is bounded, and has no cookie in it', async (t) => {
  const { url, seen } = await openSloppy(t);
  const cookieFile = `${t.testdir({ cookies: SECRET })}/cookies`;
  const routes = '[{path: "/print/:conversationId", bot: desk}]';
  const { code, out, err } = await hunt(
    url,
    '/print/17',
    routes,
    '--cookie-file',
    cookieFile,
    '--most',
    '40',
  );
  t.equal(code, 1);
  t.match(out, /^NOT GUARDED +GET +\/en\/print\/17 +200$/m);
  t.match(out, /^NOT GUARDED +GET +\/files\/17 +200 +with the cookies only$/m);
  t.match(out, /^routes:\n {2}- path: "\{\/:prefix\}\/print\/:conversationId"\n {4}bot: desk$/m);
  t.match(
    out,
    /^(?:3\d|40) requests: \d+ show the phrase, \d+ of them not guarded; 0 without an answer, [1-9]\d+ not asked/m,
  );
  t.ok(seen.length <= 40, 'no more than it may');
  t.notMatch(out + err, /very-secret/);
});

t.test('the stand-in platform: its page and its API, and a session that ends on the way', async (t) => {
  const platform = await startPlatform();
  t.teardown(() => platform.stop());
  const ask = (routes: string, ...more: string[]) =>
    run([
      ...['hunt', '/transcripts/support/1001', '--phrase', 'order 48213 has'],
      ...['--upstream-url', platform.url, '--routes', routes, '--json', ...more],
    ]);
  const guarded = await ask('[{path: "/transcripts/:botId/:conversationId"}]');
  t.equal(guarded.code, 0, guarded.out.slice(-300) + guarded.err);
  t.match(guarded.json(), { shown: [{ target: '/transcripts/support/1001', how: 'guarded' }] });
  const open = await ask('[{path: "/contacts/:contactId", bot: support}]', '--most', '60');
  t.equal(open.code, 1);
  t.match(open.json(), { missing: { routes: [{ bot: 'CHANGE-ME' }] } });
  let left = 100;
  const ending = await serve(t, (request, response) => {
    left -= 1;
    response.end(left > 0 && request.url === '/print/17' ? PHRASE : 'log in');
  });
  const ended = await hunt(
    ending,
    '/print/17',
    '[{path: "/print/:conversationId", bot: desk}]',
    '--most',
    '110',
  );
  t.match(ended, { code: 1, out: /At the end the link no longer shows the phrase/ });
});

t.test('who asks for patience is asked once more, and what got no answer is said', async (t) => {
  const times = new Map<string, number>();
  const url = await serve(t, (request, response) => {
    const { url: target = '' } = request;
    times.set(target, (times.get(target) ?? 0) + 1);
    const isPatient = target.startsWith('/eng/') && times.get(target) === 1;
    if (isPatient || target.startsWith('/de/')) response.writeHead(429, { 'retry-after': '0.05' }).end();
    else if (target.startsWith('/fr/')) request.socket.destroy();
    else if (target.startsWith('/es/')) response.writeHead(302, { location: '/seen/17' }).end();
    else if (target.startsWith('/it/'))
      response.writeHead(302, { location: 'http://elsewhere.example/print/17' }).end();
    else response.end(/^(?:\/eng)?\/print\/17$|^\/seen\/17$/.test(target) ? PHRASE : 'nothing');
  });
  const routes =
    '[{path: "{/:lang}/print/:conversationId", bot: desk}, {path: "/seen/:conversationId", bot: desk}]';
  const { code, json } = await hunt(url, '/print/17', routes, '--json', '--most', '80');
  t.match(json(), { unanswered: 2 }, 'one that goes on refusing, one that was cut');
  const targets = (json() as { shown: Row[] }).shown.map(({ target }) => target);
  t.same(
    new Set(targets),
    new Set(['/print/17', '/eng/print/17', '/seen/17']),
    'a redirect on the site is looked at',
  );
  t.equal(code, 1, 'nothing open, and not all could be asked');
});

t.test('what is no hunt', async (t) => {
  const { url, seen } = await openSloppy(t);
  const routes = '[{path: "/print/:conversationId", bot: desk}]';
  const everywhere = await serve(t, (_, response) => response.end(PHRASE));
  const empty = `${t.testdir({ cookies: '\n' })}/cookies`;
  const rows: readonly (readonly [name: string, run: ReturnType<typeof hunt>, says: RegExp])[] = [
    ['another host', hunt(url, 'http://elsewhere.example/print/17', routes), /only upstream\.url is asked/],
    ['another scheme', hunt(url, '//elsewhere.example/print/17', routes), /only upstream\.url is asked/],
    ['raw bytes', hunt(url, '/print/17 18', routes), /percent-encoded/],
    [
      'no phrase there',
      hunt(url, '/nothing/17', routes),
      /does not show the phrase \(status 404\).*--cookie-file/,
    ],
    ['a phrase of every page', hunt(everywhere, '/print/17', routes), /does not exist, too/],
    ['a bound that is none', hunt(url, '/print/17', routes, '--most', 'many'), /--most must be/],
    ['no cookies', hunt(url, '/print/17', routes, '--cookie-file', empty), /must hold cookies/],
    ['no file', hunt(url, '/print/17', routes, '--cookie-file', '/nowhere/at/all'), /cannot be read/],
    ['no link', run(['hunt', '--phrase', PHRASE]), /say which link/],
    ['two links', run(['hunt', '/a', '/b', '--phrase', PHRASE]), /unexpected argument/],
    ['a short phrase', run(['hunt', '/a', '--phrase', 'hello']), /6 characters at least/],
    ['no routes', run(['hunt', '/a', '--phrase', PHRASE, '--upstream-url', url]), /routes: is required/],
  ];
  for (const [name, ran, says] of rows) t.match(await ran, { code: 2, err: says }, name);
  t.ok(seen.length <= 2, 'asks nothing for it but the link');
  const gone = await hunt('http://127.0.0.1:1', '/print/17', routes);
  t.match(gone, { code: 1, err: /no answer from/ });
  t.notOk(seen.some(({ headers }) => headers.host !== new URL(url).host));
});

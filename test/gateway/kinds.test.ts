import t from 'tap';
import { ask } from '../support/raw.ts';
import { startDoor } from './door.ts';
import { startEcho } from './echo.ts';
import { as, startJudge } from './judge.ts';
import { get, ok, open, until, upgrade } from './visitor.ts';
import { startRawUpstream } from '../support/upstreams.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());
judge.guard(
  { path: '/page/:botId', kind: 'page' },
  { path: '/data/:botId', kind: 'data' },
  { path: '/files', kind: 'file', bot: 'any' },
  { path: '/closed-files', kind: 'file', bot: 'any', whitelist: false },
  { path: '/cable', kind: 'socket' },
);

const browser = ['Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
const image = ['Accept: image/*', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'];

t.test(
  'a page leads to the login, data says what is wrong, a file is for who may read something',
  async (t) => {
    const upstream = await startRawUpstream((socket) => socket.end(`${ok}Connection: close\r\n\r\nshown`));
    const door = await startDoor(upstream.url, { judge });
    const rows: readonly (readonly [target: string, lines: readonly string[], expected: string])[] = [
      ['/page/closed', browser, '302 no-credential'],
      ['/page/closed', image, '401 no-credential'],
      ['/data/closed', browser, '401 no-credential'],
      ['/data/closed', [...browser, as.member], '200'],
      ['/data/closed', [...browser, as.outsider], '403 no-access'],
      ['/data/.a', browser, '403 bot-unresolved'],
      ['/files/1', image, '200'],
      ['/closed-files/1', browser, '302 no-credential'],
      ['/closed-files/1', image, '401 no-credential'],
      ['/closed-files/1', [...image, as.cookie], '200'],
      ['/closed-files/1', [...image, as.outsider], '200'],
      ['/closed-files/1', [...image, as.badBearer], '401 token-invalid'],
      ['/cable', browser, '302 no-credential'],
      ['/cable', [as.member], '200'],
    ];
    for (const [target, lines, expected] of rows) {
      const { status, headers, body } = await ask(door.port, get(target, ...lines));
      t.equal(
        [status, headers['x-gateway-reason']].join(' ').trim(),
        expected,
        `${target} ${lines.join(' ')}`,
      );
      if (target.startsWith('/data') && status >= 400)
        t.match(body, `"status":${status}`, 'a problem, whoever asks');
    }
    await judge.switchList('ok', false);
    t.match(await ask(door.port, get('/files/1', ...image)), { status: 401 }, 'no list is on');
    await judge.switchList('ok', true);
    await door.stop();
    await upstream.stop();
  },
);

t.test('a socket of no one bot is for members, and asked about again', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, { judge });
  for (const lines of [[], [as.badCookie], [as.badBearer]]) {
    const client = open(door.port, upgrade('/cable', ...lines));
    t.ok(await until(() => client.text().startsWith('HTTP/1.1 401')), lines.join());
    client.socket.destroy();
  }
  t.equal(
    echo.requests.length,
    0,
    'nothing of them reaches the platform: an address of one bot opens it neither',
  );
  const client = open(door.port, upgrade('/cable', as.memberFor(2)));
  t.ok(await until(() => client.text().startsWith('HTTP/1.1 101')));
  const start = performance.now();
  await client.closed;
  t.ok(performance.now() - start < 4_500, 'it is over when the token is');
  t.ok(await until(() => door.ended.at(-1)?.why === 'token-expired'));
  await door.stop();
  await echo.stop();
});

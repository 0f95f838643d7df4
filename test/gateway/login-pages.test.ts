import t from 'tap';
import { ask, lines } from '../support/raw.ts';
import { as } from './judge.ts';
import { login, openDoor, startPlatform } from './pages-scene.ts';

const upstream = await startPlatform();
t.teardown(() => upstream.stop());

t.test('ways to the login page', async (t) => {
  const explains = await openDoor(upstream.url, { login: { ...login, explainFirst: true } });
  for (let i = 0; i < 5; i += 1) {
    const page = await explains.visit('/t/closed/1');
    t.match(page, {
      status: 401,
      headers: { 'x-gateway-reason': 'no-credential', 'www-authenticate': 'Bearer' },
    });
    t.match(page.body, /<a href="\/login\?return_to=%2Ft%2Fclosed%2F1"[^>]*>Sign in</);
  }
  await explains.stop();

  const path = await openDoor(upstream.url, {
    login: { ...login, mode: 'pathParameter', url: '/user/login/(r)/{returnBase64}' },
  });
  const coded = encodeURIComponent(Buffer.from('/t/closed/1?a=b').toString('base64'));
  t.equal((await path.visit('/t/closed/1?a=b')).headers['location'], `/user/login/(r)/${coded}`);
  await path.stop();
  const plain = await openDoor(upstream.url, {
    login: { ...login, mode: 'pathParameter', url: '/in/{return}/x' },
  });
  t.equal((await plain.visit('/t/closed/$&')).headers['location'], '/in/%2Ft%2Fclosed%2F%24%26/x');
  t.equal((await plain.visit('//t/closed/1')).headers['location'], '/in/%2F%2E%2F%2Ft%2Fclosed%2F1/x');
  await plain.stop();

  const fragment = await openDoor(upstream.url, { login: { ...login, mode: 'fragment' } });
  const small = await fragment.visit('/t/closed/1');
  t.match(small, {
    status: 401,
    body: /<a href="\/login\?return_to=[^"]+" id="sign-in"[^>]* data-fragment data-go>/,
  });
  await fragment.stop();
});

t.test('in place: the login page is shown, and the transcript is not asked for', async (t) => {
  const door = await openDoor(upstream.url, { login: { ...login, mode: 'inPlace', url: '/home' } });
  upstream.take();
  const conditions = ['If-None-Match: "login"', 'If-Modified-Since: x', 'Range: bytes=0-1', 'Cookie: csrf=1'];
  const page = await door.visit('/t/closed/1?a=b', ...conditions);
  t.match(page, { status: 200, body: /<title>\/home<\/title>/, headers: { 'cache-control': 'no-store' } });
  const seen = upstream.take();
  t.strictSame(
    seen.map(({ target }) => target),
    ['/home'],
  );
  t.notMatch(seen[0]?.rawHeaders.join(' '), /If-|Range/);
  t.match(seen[0]?.rawHeaders.join(' '), /csrf=1/);
  t.match(door.accesses[0]?.code, 'no-credential', 'it is logged as what it is');
  const api = await ask(door.port, lines('GET /t/closed/1 HTTP/1.1', 'Host: a', 'Accept: application/json'));
  t.match(api, { status: 401 });
  const signedIn = await door.visit('/t/closed/1', as.outsiderCookie);
  t.equal(signedIn.status, 403, 'who is signed in is told');
  await door.stop();
  const guarded = await openDoor(upstream.url, { login: { ...login, mode: 'inPlace', url: '/t/ok/secret' } });
  t.match(await guarded.visit('/t/closed/1'), {
    status: 401,
    headers: { 'x-gateway-reason': 'no-credential' },
  });
  t.strictSame(
    upstream.take().map(({ target }) => target),
    [],
    'a guarded page is shown to nobody in place',
  );
  await guarded.stop();
});

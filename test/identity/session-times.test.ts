import t from 'tap';
import { startSessionPlatform } from '../support/platform.ts';
import { createAsker, kindOf } from './session-scene.ts';
import { cookie, pause } from './session-platform.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());
const checks = async (): Promise<number> =>
  (await platform.take()).filter(({ target }) => /^\/(?:api\/me|account)/.test(target)).length;

t.test('the last good answer counts for a while, and no longer', async (t) => {
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url, { cacheSeconds: 1, graceSeconds: 2 })]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie(agent)), 'desk 7: support');
  await platform.mood('status:500');
  await pause(1_200);
  t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'within its grace');
  await pause(2_200);
  t.equal(await asker.who(cookie(agent)), 'not known: sessions-unavailable (cookie)', 'after it');
  await platform.mood('well');
  await pause(1_100);
  t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'and the platform is back');
});

t.test('the platform is asked seldom', async (t) => {
  const agent = await platform.signIn('agent');
  const patient = { check: { timeoutMs: 20_000 } };
  const asker = createAsker([kindOf(platform.url, patient)], { perMinute: 50 });
  t.teardown(() => asker.stop());
  await platform.take();
  const all = await Promise.all(Array.from({ length: 1_000 }, () => asker.who(cookie(agent))));
  t.same(new Set(all), new Set(['desk 7: support']));
  t.equal(await checks(), 1, 'once for a thousand that wait');
  t.ok(asker.atOnce(cookie(agent)), 'and then not at all');
  const many = (from: string) =>
    Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        asker.who(cookie(`PHPSESSID=${from}${at}`), { address: from }),
      ),
    );
  const said = await many('192.0.2.66');
  t.equal(await checks(), 50, 'a thousand made-up sessions cost what one address may cost');
  t.equal(said.filter((one) => one.startsWith('not known')).length, 950, 'the others are not known');
  t.equal(await asker.who(cookie(agent), { address: '192.0.2.66' }), 'desk 7: support', 'people go on');
  const seller = await platform.signIn('seller');
  t.equal(
    await asker.who(cookie(seller), { address: '192.0.2.67' }),
    'desk 8: sales',
    'from elsewhere, new ones too',
  );
});

t.test('a session is asked about again ahead of its time, and nobody waits', async (t) => {
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url, { cacheSeconds: 1 })]);
  t.teardown(() => asker.stop());
  await asker.who(cookie(agent));
  for (let round = 0; round < 10; round += 1) {
    await pause(250);
    t.ok(asker.atOnce(cookie(agent)), `after ${250 * (round + 1)} ms`);
  }
  await platform.signOut(agent);
  await pause(1_050);
  t.equal(
    await asker.who(cookie(agent)),
    'nobody: no-credential',
    'a sign-out that nobody saw, after cacheSeconds',
  );
});

t.test('ends in passing', async (t) => {
  const gone = 'PHPSESSID=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; Max-Age=0; path=/';
  const rows: readonly (readonly [string, string, string, number, readonly string[], string])[] = [
    ['a configured call', 'GET', '/logout?x=1', 302, [], 'nobody: session-ended'],
    ['one with something below it', 'GET', '/logout/(csfr)/0f3a', 302, [], 'nobody: session-ended'],
    ['one that only begins like it', 'GET', '/logouts', 200, [], 'desk 7: support'],
    ['that did not work', 'GET', '/logout', 500, [], 'desk 7: support'],
    ['its cookie is taken back', 'GET', '/', 200, ['Set-Cookie', gone], 'nobody: session-ended'],
    ['by Max-Age alone', 'GET', '/', 200, ['set-cookie', 'PHPSESSID=x; max-age=0'], 'nobody: session-ended'],
    ['by an empty value', 'GET', '/', 200, ['Set-Cookie', 'PHPSESSID='], 'nobody: session-ended'],
    ['its cookie changes', 'GET', '/', 200, ['Set-Cookie', 'PHPSESSID=new'], 'nobody: no-credential'],
    ['another cookie goes', 'GET', '/', 200, ['Set-Cookie', 'theme=; Max-Age=0'], 'desk 7: support'],
    ['a form that is answered by a redirect', 'POST', '/anything', 303, [], 'nobody: no-credential'],
    ['a page', 'GET', '/', 200, [], 'desk 7: support'],
  ];
  for (const [name, method, target, status, raw, expected] of rows) {
    const agent = await platform.signIn('agent');
    const asker = createAsker([kindOf(platform.url)]);
    await asker.who(cookie(agent));
    await platform.signOut(agent);
    asker.pass(cookie(agent), method, target, status, raw);
    t.equal(await asker.who(cookie(agent)), expected, name);
    await asker.stop();
  }
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url)]);
  t.teardown(() => asker.stop());
  await asker.who(cookie(agent));
  asker.pass(cookie(agent), 'GET', '/', 200, ['Set-Cookie', `${agent}; Max-Age=3600`]);
  t.ok(asker.atOnce(cookie(agent)), 'the same cookie again is no change');
});

t.test('where the platform decides itself it is not asked', async (t) => {
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url)]);
  t.teardown(() => asker.stop());
  await platform.take();
  const how = { delegated: true };
  t.equal(await asker.who(cookie(agent), how), 'nobody: no-credential, brings a session');
  t.equal(await asker.who(cookie('PHPSESSID=made-up'), how), 'nobody: no-credential, brings a session');
  t.equal(await asker.who(cookie('OTHER=1'), how), 'nobody: no-credential');
  t.equal(await checks(), 0);
  await asker.who(cookie(agent));
  t.equal(await asker.who(cookie(agent), how), 'desk 7: support, brings a session', 'what is known is used');
  await platform.signOut(agent);
  asker.pass(cookie(agent), 'GET', '/logout', 302);
  t.equal(await asker.who(cookie(agent), how), 'nobody: session-ended', 'what has ended brings nothing');
});

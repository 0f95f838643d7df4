import t from 'tap';
import { ask } from '../support/raw.ts';
import { as } from './judge.ts';
import { get, html, startWire } from './wire-scene.ts';

const wire = await startWire();
t.teardown(() => wire.stop());

t.test('the fourth prompt to one visitor for one target is a page', async (t) => {
  const visit = async (more: readonly string[], target = '/t/closed/loop'): Promise<string | undefined> =>
    (await ask(await wire.port(), get(target, html, ...more))).headers['x-gateway-reason'];
  for (let i = 0; i < 3; i += 1) t.equal(await visit(['User-Agent: one']), 'no-credential');
  t.equal(await visit(['User-Agent: one']), 'login-loop');
  t.equal(await visit(['User-Agent: two']), 'no-credential', 'another visitor behind the same address');
  t.equal(await visit(['User-Agent: one', 'Cookie: who=3']), 'no-credential', 'and another');
  t.equal(await visit(['User-Agent: one'], '/t/closed/other'), 'no-credential', 'another target');
  for (let i = 0; i < 3; i += 1) t.equal(await visit([as.expired('ann', i)]), 'session-expired');
  t.equal(await visit([as.expired('ann', 4)]), 'login-loop', 'a new token each time does not hide it');
  t.equal(await visit([as.expired('bob', 4)]), 'session-expired');
  const bad = (n: number): string =>
    `Cookie: session=h.${Buffer.from(JSON.stringify({ sub: 'eve', iat: n })).toString('base64url')}.s`;
  const page = (n: number): string => `/t/closed/page-${n}`;
  for (let i = 0; i < 3; i += 1) t.equal(await visit(['Cookie: session=7f3a9c'], page(i)), 'session-invalid');
  t.equal(await visit(['Cookie: session=7f3a9c'], page(4)), 'cookie-no-token', 'no token: on any page');
  t.equal(
    await visit(['Cookie: session=other'], page(5)),
    'cookie-no-token',
    'a new one each time does not hide it',
  );
  t.equal(await visit(['Cookie: session=x; who=2'], page(6)), 'session-invalid', 'another visitor');
  for (let i = 10; i < 15; i += 1)
    t.equal(await visit([bad(i)], page(i)), 'session-invalid', 'a token that is bad: page by page');
});

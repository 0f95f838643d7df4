import t from 'tap';
import { superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

t.test('what passed unguarded', async (t) => {
  const { at, unguarded } = await openDesk(t, superAdmin, { constantBots: ['desk'] });
  t.match(await at('unguarded'), { code: 0, out: /^since 20.*, as seen by 1 gateway: 0 kinds of URL/ });
  const seen = { method: 'GET', shape: '/eng/print/:id', open: false };
  unguarded.passed(seen);
  t.match(await at('unguarded'), { code: 0, out: /GET +\/eng\/print\/:id +1 +20/ });
  unguarded.canary({ ...seen, canary: 'print', action: 'refuse' });
  unguarded.notSearched('coding');
  t.match(await at('unguarded'), {
    code: 1,
    out: /print +refuse +GET +\/eng\/print\/:id[^]*not searched for canaries: 1 coding/,
  });
  t.match((await at('unguarded --json')).json(), { canaries: [{ canary: 'print' }], left: 0 });
  t.match(await at('unguarded more'), { code: 2, err: /unexpected argument/ });
  t.match(await at('whitelist on bot:desk'), { code: 0 }, 'a bot that a route names is known');
});

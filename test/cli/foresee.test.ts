import t from 'tap';
import { batchOf } from '../activity/events.ts';
import { decided, superAdmin } from '../admin/scene.ts';
import { openDesk } from './scene.ts';

const asked = 'transcript w anonymous:no-credential';

t.test('what a command would change is foreseen, and nothing is changed', async (t) => {
  const { at, file, recorded, store } = await openDesk(t, superAdmin);
  const atMs = Date.now() - 3_600_000;
  const from = (clientIp: string, more = 0) => decided({ atMs: atMs + more, clientIp, asked });
  recorded(batchOf('one', 1, [from('10.0.0.1'), from('10.0.0.1', 1), from('10.0.0.2')]));
  await at('ranges add bot:sales 10.0.0.1 --create');
  await at('ranges add bot:sales 10.0.0.2');
  const { revision } = await store.scopes();

  const on = await at('whitelist on bot:sales --dry-run');
  t.match(on, {
    code: 0,
    out: /^bot:sales: nothing was changed\.\n3 visits from 2 addresses would have been let in\./,
  });
  t.match(on.out, /WOULD BE +VISITS +ADDRESS +BOT +LAST +REASON\nlet in +2 +10\.0\.0\.1 +sales/);
  t.match((await at('mode report platform --dry-run --json')).json(), {
    admitted: { visits: 3 },
    groups: [{ visits: 2 }, {}],
  });
  t.match(
    (await at('ranges remove bot:sales 10.0.0.1 --dry-run')).out,
    /none would have been answered differently/,
  );
  t.equal((await store.scopes()).revision, revision, 'nothing was changed');

  await at('whitelist on bot:sales');
  t.match(
    (await at('ranges remove bot:sales 10.0.0.1 --dry-run')).out,
    /2 visits from 1 address would have been refused/,
  );
  t.match((await at('ranges add bot:sales 10.0.0.0/24 --dry-run')).out, /none would have been/);
  t.match((await at('mode enforce bot:sales --dry-run')).out, /none would have been/);
  const list = file('list.txt', '10.0.0.2\n');
  t.match(
    (await at(`ranges import bot:sales ${list} --replace --dry-run`)).out,
    /nothing was changed\n2 visits from 1 address would/,
  );
  t.match(await at('mode enforce bot:nobody --dry-run'), { code: 1, err: /--create/ });
});

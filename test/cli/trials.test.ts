import { superAdmin } from '../admin/scene.ts';
import { onBothStores } from '../admin/scene.ts';
import t from 'tap';
import { openDesk } from './scene.ts';

const onStores = onBothStores(t);

onStores('on trial, confirmed, compared and restored', async (t, how) => {
  const { at, call } = await openDesk(t, superAdmin, how);
  const total = async (): Promise<unknown> => (await call('GET', '/whitelists/platform')).body.total;
  const add = (more: string) => at(`ranges add platform ${more}`);
  t.match(await add('203.0.113.1 --confirm-within 5m'), {
    code: 0,
    out: /live, on trial until 20.*: transcript-gateway confirm 1\)\n$/,
  });
  t.match(await at('whitelist on platform'), { code: 1, err: /on trial until/ });
  t.match(await at('changes'), { out: /1 range added, on trial until/ });
  t.match(await at('confirm 1'), { code: 0, out: /^platform: change 1 stays \(revision 2, live\)\n$/ });
  t.match(await at('confirm 7'), { code: 1, err: /no change on trial/ });
  t.match(await at('confirm'), { code: 2 });
  t.match(await add('203.0.113.1 --confirm-within 5'), { code: 2, err: /is no time: give 30s, 5m or 1h/ });

  const before = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  await add('203.0.113.2 --note Office');
  await at('whitelist on platform --json');
  t.match(await at('compare platform 2 4'), {
    code: 0,
    out: /^platform: from revision 2 to 4: enabled: no to yes, 1 range added\n\+ 203\.0\.113\.2 - 203\.0\.113\.2 {2}Office\n$/,
  });
  t.match((await at('compare platform 0 4 --json')).json(), { addedCount: 2, removedCount: 0 });
  t.match(await at('compare platform 4 4'), { out: /no difference/ });
  t.match(await at('compare platform x 4'), { code: 2, err: /"x" is no revision/ });
  t.match(await at('compare platform 4'), { code: 2 });

  t.match(await at('undo 3 --dry-run'), {
    code: 0,
    out: /^platform: undoing 3 would do, and nothing was changed: 1 range removed\n- 203\.0\.113\.2/,
  });
  t.equal(await total(), 2);
  const back = `restore platform --at ${before}`;
  t.match(await at(`${back} --dry-run`), {
    code: 0,
    out: /nothing was changed: enabled: yes to no, 1 range removed\n- 203\.0\.113\.2/,
  });
  t.match((await at(`${back} --dry-run --json`)).json(), { removedCount: 1, forecast: { judged: 0 } });
  t.equal(await total(), 2);
  t.match(await at(`${back} --confirm-within 1m`), {
    code: 0,
    out: /0 ranges added, 1 range removed .*on trial/,
  });
  t.equal(await total(), 1);
  t.match(await at('undo 5'), { code: 0 });
  t.match((await at(`${back} --json`)).json(), { removed: 1, enabled: false });
  t.match(await at('restore platform'), { code: 2, err: /--at when/ });
  t.match(await at('restore platform --at soon'), { code: 2, err: /--at "soon" is no time/ });
  t.match(await at('undo 1 --force'), { code: 0 });
});

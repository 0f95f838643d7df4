import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { STATIC_TOKEN, onBothStores, owner, superAdmin } from '../admin/scene.ts';
import { openDesk, run } from './scene.ts';

const onStores = onBothStores(t);

const tomorrow = new Date(Date.now() + 86_400_000).toISOString();

onStores('ranges: add, list, remove', async (t, how) => {
  const { at } = await openDesk(t, superAdmin, how);
  const added = await at('ranges add bot:sales 198.51.100.0/24 --note office --purpose support --create');
  t.match(added, {
    code: 0,
    out: /^bot:sales: added 198.51.100.0 - 198.51.100.255 as [0-9a-f]{16} \(revision 1, live\)/,
  });
  t.equal((await at('ranges add platform 203.0.113.7')).code, 0);
  t.equal((await at(`ranges add platform 203.0.113.9 203.0.113.10 --expires ${tomorrow}`)).code, 0);
  const listed = await at('ranges list platform');
  t.match(listed.out, /ID +START +END +EXPIRES +BY/);
  t.match(listed.out, /203\.0\.113\.9 +203\.0\.113\.10 +20\d\d-/);
  t.match(listed.out, /platform: 2 ranges\n$/);
  t.match((await at('ranges list --json')).json(), {
    ranges: [{ scope: 'platform' }, { expiresAt: tomorrow }, { note: 'office', purpose: 'support' }],
  });
  t.match((await at('ranges list platform --q 203.0.113.10')).out, /platform: 1 range\n/);
  t.match((await at('ranges list platform --limit 1')).out, /platform: 1 range\n/);
  t.match(await at('ranges list bot:nobody'), { code: 0, out: 'bot:nobody: 0 ranges\n' });
  t.match(await at('ranges remove platform 203.0.113.9 203.0.113.10'), {
    code: 0,
    out: /removed 203\.0\.113\.9/,
  });
  const id = String(/as ([0-9a-f]{16})/.exec(added.out)?.[1]);
  t.match(await at(`ranges remove bot:sales ${id}`), { code: 0 });
  t.match(await at(`ranges remove bot:sales ${id}`), { code: 1, err: /./ });
  t.match(await at('ranges remove platform 203.0.113.99'), {
    code: 1,
    err: /has no range from 203\.0\.113\.99/,
  });
});

const refused: readonly [line: string, code: number, says: RegExp][] = [
  ['ranges add platform 10.0.0.9 10.0.0.1', 1, /end|start/],
  ['ranges add platform 10.0.0.5/8', 2, /the network is 10\.0\.0\.0\/8/],
  ['ranges add platform 010.0.0.1 010.0.0.1', 1, /start must not have a number with leading zeros/],
  ['ranges add sales 10.0.0.1', 2, /write bot:sales/],
  ['ranges add bot:.x 10.0.0.1', 2, /cannot be a bot id/],
  ['ranges add platform', 2, /which addresses/],
  ['ranges add platform 1.2.3.4 1.2.3.4 extra', 2, /unexpected argument "extra"/],
  ['ranges add platform 1.2.3.4 --not x', 2, /unknown flag --not; the nearest known one is --note/],
  ['ranges add platform 1.2.3.4 --note', 2, /--note needs a value/],
  ['ranges', 2, /ranges list, ranges add/],
  ['rnages list', 2, /nearest known one is ranges/],
  ['whitelist on', 2, /which scope/],
  ['mode report', 2, /which scope/],
  ['mode enforce', 2, /which scope/],
  ['mode inherit', 2, /which scope/],
  ['ranges add platform 1.1.1.1 --expires soon', 2, /"soon" is no time: give a span \(90m/],
  ['ranges add platform 1.1.1.1 --expires 2030-02-30', 2, /no time/],
  ['ranges add platform 1.1.1.1 --expires 2020-01-01', 2, /not in the future/],
  ['ranges add platform 1.1.1.1 --expires 0d', 2, /no time/],
  ['ranges add bot:nobody 1.1.1.1', 1, /no recent request knows bot:nobody\..*--create/],
  ['whitelist on bot:nobody', 1, /--create/],
  ['mode report bot:nobody', 1, /--create/],
  ['explain /x', 2, /--client-ip/],
  ['completion tcsh', 2, /bash, zsh or fish/],
  ['help nothing', 2, /unknown command/],
  ['ranges list --limit 0', 2, /--limit/],
  ['ranges list --url gopher://x', 2, /no http URL/],
  ['ranges list --private-port 99999', 2, /private.port: must be from 0 to 65535/],
];

t.test('what cannot be is refused, with the exit code that it says', async (t) => {
  const { at } = await openDesk(t, superAdmin);
  for (const [line, code, says] of refused) t.match(await at(line), { code, err: says }, line);
});

t.test('a bot that is known, and until when', async (t) => {
  const { at, recentBots, call } = await openDesk(t, superAdmin);
  await at('whitelist on bot:support --create');
  t.match(await at('whitelist on bot:suport'), { code: 1, err: /Is bot:support meant\?/ });
  t.match((await call('GET', '/whitelists')).body, { whitelists: [{ scope: 'bot:support' }] });
  recentBots.note('seen');
  t.equal((await at('mode report bot:seen')).code, 0, 'a request named it');
  const untilOf = async (when: string): Promise<number> => {
    const { out } = await at(`ranges add bot:seen 1.1.1.${String(++last)} --expires ${when} --json`);
    return Date.parse(String((JSON.parse(out) as { expiresAt: unknown }).expiresAt));
  };
  let last = 0;
  const near = (wanted: number, found: number): boolean => Math.abs(wanted - found) < 120_000;
  for (const [when, ms] of Object.entries({ '90m': 5.4e6, '12h': 4.32e7, '7d': 6.048e8, '2w': 1.2096e9 }))
    t.ok(near(Date.now() + ms, await untilOf(when)), when);
  t.equal(await untilOf('2090-01-31'), new Date(2090, 0, 31, 23, 59, 59).getTime(), 'to the end of the day');
  t.equal(await untilOf('2090-01-31T18:00'), new Date(2090, 0, 31, 18).getTime());
  t.equal(await untilOf('2090-01-31T18:00:00+05:30'), Date.UTC(2090, 0, 31, 12, 30));
  const soon = await untilOf('00:00');
  t.match([new Date(soon).getHours(), soon - Date.now() <= 90_000_000], [0, true], 'the next midnight');
  t.match(await at('ranges add bot:seen 2.2.2.2 --expires 7d'), { out: /2\.2\.2\.2 until 20\d\d-.*Z as / });
});

onStores('whitelist and mode', async (t, how) => {
  const { at } = await openDesk(t, superAdmin, how);
  t.match(await at('whitelist show'), { code: 0, out: /nothing is stored yet/ });
  t.match(await at('whitelist on bot:sales --create'), {
    code: 0,
    out: /^bot:sales: IP whitelisting is on \(revision 1/,
  });
  t.match(await at('mode report platform'), { code: 0, out: /^platform: mode is report/ });
  const shown = await at('whitelist show');
  t.match(shown.out, /bot:sales +on +0 +inherited/);
  t.match(shown.out, /platform +off +0 +report/);
  t.equal((await at('whitelist off bot:sales')).code, 0);
  t.match((await at('whitelist show bot:sales --json')).json(), { scope: 'bot:sales', enabled: false });
  t.equal((await at('mode inherit platform')).code, 0);
  t.match((await at('whitelist show platform --json')).json(), { mode: null });
  t.match((await at('mode enforce bot:sales --json')).json(), {
    mode: 'enforce',
    live: { replicas: 1, of: 1 },
  });
});

onStores('who asks, and where the gateway is', async (t, how) => {
  const desk = await openDesk(t, owner, how);
  t.equal((await desk.at('whitelist on bot:sales')).code, 0, 'an owner on the bot that is theirs');
  t.match(await desk.at('whitelist on platform'), { code: 1, err: /./ }, 'and on nothing else');
  const anonymous = await desk.at('ranges list platform', { env: { TGW_ADMIN_TOKEN_FILE: '' } });
  t.match(anonymous, { code: 1, err: /--token-file FILE/ });
  t.match(await desk.at('ranges list', { env: { TGW_ADMIN_TOKEN_FILE: 'nowhere' } }), {
    code: 2,
    err: /no such file/,
  });
  desk.file('static', STATIC_TOKEN);
  t.equal((await desk.at('whitelist show --token-file static')).code, 0);
  const away = await run(['ranges', 'list', '--private-port', '1']);
  t.match(away, { code: 1, err: /no gateway answers at http:\/\/127\.0\.0\.1:1 .*--url/ });
  const file = desk.file('gateway.yaml', `private: { port: ${desk.ports.private} }\nroutes: nonsense\n`);
  const env = { TGW_CONFIG: file, TGW_ADMIN_TOKEN: STATIC_TOKEN };
  t.equal(
    (await run(['whitelist', 'show'], { env })).code,
    0,
    'found by the configuration, whatever else is wrong in it',
  );
});

t.test('explain', async (t) => {
  const { at, file } = await openDesk(t, superAdmin);
  await at('ranges add bot:sales 198.51.100.7 --create');
  await at('whitelist on bot:sales');
  const yes = await at('explain /transcripts/sales/1 --client-ip 198.51.100.7');
  t.match(yes, { code: 0, out: /forward: whitelisted-bot \(range [0-9a-f]{16} of bot:sales\)\n$/ });
  t.match(yes.out, /^STEP +RESULT\n/);
  t.match(await at('explain /transcripts/sales/1 --client-ip 198.51.100.8'), {
    code: 1,
    out: /login: no-credential/,
  });
  const member = await at(
    'explain /transcripts/sales/1 --client-ip 1.1.1.1 --claims {"sub":"ann","bots":["sales"]} --issuer staff --json',
  );
  t.match(member.json(), { decision: { outcome: 'forward', reason: 'bot-access' } });
  file('visitor', superAdmin);
  t.match(await at('explain /transcripts/sales/1 --client-ip 1.1.1.1 --visitor-token-file visitor'), {
    code: 1,
    out: /deny: no-access/,
  });
});

t.test('help, version, completion, check-config, healthcheck', async (t) => {
  const all = await run(['--help']);
  t.match(all, { code: 0, out: /ranges import SCOPE FILE/ });
  t.match((await run(['help', 'ranges'])).out, /ranges export/);
  t.match((await run(['ranges', 'add', '-h'])).out, /--expires WHEN/);
  t.match(await run(['--version']), { code: 0, out: /^transcript-gateway \d+\.\d+\.\d+\n$/ });
  for (const shell of ['bash', 'zsh', 'fish'])
    t.match((await run(['completion', shell])).out, /ranges/, shell);
  const example = join(import.meta.dirname, '../../config/gateway.example.yaml');
  t.match(await run(['check-config', '--config', example]), { code: 0, out: /good, 0 mistakes/ });
  const printed = await run(['check-config', '--config', example, '--show', '--json']);
  t.match(printed.json(), { ok: true, config: { public: { port: 8080 } } });
  const bad = await run(['check-config', '--public-port', 'x', '--json']);
  t.match(
    [bad.code, bad.json()],
    [2, { ok: false, mistakes: [{ path: 'public.port', origin: 'flag --public-port' }] }],
  );
  t.match(await run(['check-config', 'file.yaml']), { code: 2, err: /--config/ });
  t.match(await run(['healthcheck', '--private-port', '1']), { code: 1, err: /does not answer/ });
  t.ok(readFileSync(example, 'utf8').startsWith('#'));
});

import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { packNames } from '../../src/config/sources/pack-file.ts';
import { good, lines, load, mistakes } from '../support/config.ts';

const dir = t.testdir();
const file = (more: string): string => `upstream: { url: 'http://127.0.0.1:3000' }\n${more}`;
const from = (more: string, argv: string[] = []) => good(dir, { file: file(more), argv });

t.test('the name alone is a configuration, from every source', async (t) => {
  const config = from('platform: mibew');
  t.match(config.platform, { name: 'mibew', visitors: 'guarded', lookup: false });
  t.ok(config.routes.some(({ path, bot }) => path === '/operator/history' && bot === 'mibew'));
  t.match(config.identity.sessions, [{ name: 'people', claims: { bots: '"mibew"' } }, { name: 'remembered' }]);
  t.equal(config.login.url, '/operator/login');
  t.same(from('', ['--platform', 'mibew']), config);
  t.same(good(dir, { file: file(''), argv: [], env: { TGW_PLATFORM: 'mibew' } }), config);
  t.same(from('', ['--platform-name', 'mibew']), config);
  t.same(from('platform: { name: mibew, bot: mibew }').routes, config.routes);
});

t.test('own routes come first, and in place of those with the same path', async (t) => {
  const { routes } = from(`platform: { name: mibew, bot: desk }
routes:
  - { path: /extra/:conversationId, bot: sales }
  - { path: /thread/update, open: true }`);
  t.match(routes[0], { path: '/extra/:conversationId', bot: 'sales' });
  t.same(
    routes.filter(({ path }) => path === '/thread/update').map(({ open }) => open),
    [true],
  );
  t.equal(routes.length, from('platform: mibew').routes.length + 1);
});

t.test('all else is below what is said: key by key, sessions by name', async (t) => {
  const config = from(`platform: { name: live-helper-chat, lookup: true }
lookups: { chats: { headers: 'Authorization: Basic eDp5', cacheSeconds: 7 } }
login: { url: /enter, mode: redirect }
frontController: null
identity:
  sessions:
    - { name: agents, from: ['cookie:lhc'], cacheSeconds: 5 }
    - { name: others, from: ['cookie:other'] }`);
  t.match(config.lookups['chats'], { cacheSeconds: 7, bot: 'chat.dep_id' });
  t.match(config.login, { url: '/enter', mode: 'redirect' });
  t.equal(config.frontController, null);
  t.match(config.identity.sessions[0], {
    from: ['cookie:lhc'],
    cacheSeconds: 5,
    check: { url: '/site_admin/chat/loadinitialdata' },
    claims: { bots: 'body.dep_list[].id' },
  });
  t.same(
    config.identity.sessions.map(({ name }) => name),
    ['agents', 'others', 'remembered', 'api'],
  );
  const byFile = from(`platform: { name: live-helper-chat, lookup: true }
lookups: { chats: { file: chats.json } }`);
  t.match(byFile.lookups['chats'], { url: undefined, bot: 'chat.dep_id' }, 'another source of the same');
});

t.test('what is said of a pack must fit it', async (t) => {
  for (const [more, expected] of [
    ['platform: live-helpchat', /^platform.name \| no pack is named "live-helpchat"; the nearest one is "live-helper-chat"/m],
    ['platform: zulip', /^platform.name \| .*there is botpress, chatwoot, live-helper-chat,/m],
    ['platform: ../../package', /^platform.name \| no pack is named/m],
    ['platform: { nam: mibew }', /^platform.nam \| unknown key; the nearest known one is "name"/m],
    ['platform: { bot: a }', /^platform.name \| is required/m],
    ['platform: { name: mibew, bot: "a b" }', /^platform.bot \| must be 1 to 128/m],
    ['platform: { name: mibew, visitors: yes }', /^platform.visitors \| must be one of guarded, open/m],
    ['platform: { name: mibew, lookup: true }', /^platform.lookup \| true: Mibew Messenger tells nobody/m],
    ['platform: { name: tiledesk, bot: a }', /^platform.bot \| is not for this platform/m],
    ['platform: { name: live-helper-chat, lookup: true }', /^lookups.chats.headersFile \| is required/],
    ['platform: { name: live-helper-chat, lookup: true, bot: a }', /^platform.bot \| is one for all/m],
    ['platform: mibew\nroutes: x', /^routes \| must be a list/],
  ] as const)
    t.match(lines(mistakes(load(dir, { file: file(more), argv: [] }))).join('\n'), expected, more);
});

t.test('where a value was said', async (t) => {
  const loaded = load(dir, {
    file: file('platform: { name: mibew }\nroutes: [{ path: /x, bot: b }]\nidentity: { sessions: [{ name: people, cacheSeconds: 9 }] }'),
    argv: ['--login-return-param', 'back'],
  });
  if (!loaded.ok) throw new Error(lines(mistakes(loaded)).join('\n'));
  const { originOf } = loaded;
  t.match(originOf(['routes', 0, 'bot']), /^file config\/gateway.yaml:3:/);
  t.equal(originOf(['routes', 1, 'bot']), 'pack mibew');
  t.match(originOf(['identity', 'sessions', 0, 'cacheSeconds']), /^file config\/gateway.yaml:4:/);
  t.equal(originOf(['identity', 'sessions', 0, 'check', 'url']), 'pack mibew');
  t.equal(originOf(['login', 'url']), 'pack mibew');
  t.equal(originOf(['login', 'returnParam']), 'flag --login-return-param');
  t.equal(originOf(['public', 'port']), undefined, 'a default');
  t.equal(originOf(['upstream', 'timeoutMs']), undefined, 'a default beside what was said');
  t.equal(originOf(['routes', 1, 'exact']), undefined, 'a default in a pack');
});

t.test('each pack says what it was read from, what it leaves out, and whom it shuts out', async (t) => {
  for (const name of packNames()) {
    const text = readFileSync(new URL(`../../config/packs/${name}.yaml`, import.meta.url), 'utf8');
    const { pack } = parse(text) as { pack: Record<string, unknown> };
    t.match(pack, { title: /./, version: /./, source: /^https:/, bots: /^(?:one|lookup|url)$/ }, name);
    t.ok(Array.isArray(pack['notCovered']) && pack['notCovered'].length > 0, name);
    const { warnings } = load(dir, { file: file(`platform: ${name}\ntrustedProxies: { cidrs: [] }\nadmin: { token: ${'a'.repeat(20)} }`), argv: [] });
    const expected = text.includes('visitors: true }') ? ['platform.visitors'] : [];
    t.same(warnings.map(({ path }) => path), expected, `${name}: ${lines(warnings).join('; ')}`);
  }
});

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { header, startSessionPlatform } from '../support/platform.ts';
import { createAsker, kindOf, type Over } from './session-scene.ts';
import { cookie } from './session-platform.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  return once(server, 'listening').then(() => {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  });
}

t.test('who it is, the platform says', async (t) => {
  const agent = await platform.signIn('agent');
  const chief = await platform.signIn('chief');
  const visitor = (await fetch(`${platform.url}/`)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const byPage: Over = {
    check: { url: `${platform.url}/account` },
    claims: { subject: null, bots: '"*"', contact: null, conversations: null },
  };
  const byWords: Over = { ...byPage, signedIn: "contains(body, 'Sign out')" };
  const chiefs = { bots: "body.role == 'administrator' && ['*'] || body.departments[].id" };
  const roles: Over = { claims: { ...kindOf('http://a').claims, ...chiefs } };
  const rows: readonly (readonly [string, Over, string, string | RegExp])[] = [
    ['an agent', {}, agent, 'desk 7: support'],
    ['an administrator, by an expression', roles, chief, 'desk 1: all'],
    ['a visitor of the site, who is not signed in', {}, visitor, 'nobody: no-credential'],
    ['a cookie that is made up', {}, 'PHPSESSID=0123456789abcdef', 'nobody: no-credential'],
    ['an empty one', {}, 'PHPSESSID=', 'nobody: no-credential'],
    ['another cookie', {}, 'OTHER=1', 'nobody: no-credential'],
    ['by status only, without a name', byPage, agent, /^desk desk-[\w-]{12}: all$/],
    ['by status only, redirected', byPage, visitor, 'nobody: no-credential'],
    ['by words in the page', byWords, agent, /^desk desk-[\w-]{12}: all$/],
    ['by a prefix', { from: ['cookie:PHP*'] }, agent, 'desk 7: support'],
    ['one of two parts', { from: ['cookie:PHPSESSID', 'cookie:key'] }, agent, 'nobody: no-credential'],
    ['a kind that speaks of other bots', { bots: ['sales'] }, agent, 'desk 7: none'],
    ['a kind that grants no membership', { grants: ['contact'] }, agent, 'desk 7: none'],
  ];
  for (const [name, over, value, expected] of rows) {
    const asker = createAsker([kindOf(platform.url, over)]);
    t.match(await asker.who(cookie(value)), expected, name);
    await asker.stop();
  }
});

t.test('a page of any length does, where no expression looks into it', async (t) => {
  const url = await serve((_request, response) => {
    response.on('error', () => undefined);
    response.end('x'.repeat(2_000_000));
  });
  const claims = { subject: null, bots: '"*"', contact: null, conversations: null };
  const rows: readonly (readonly [name: string, over: Over, expected: RegExp])[] = [
    ['by status', { claims }, /^desk desk-[\w-]{12}: all$/],
    ['by a header', { claims, signedIn: 'headers."content-length"' }, /: all$/],
    ['by its words', { claims, signedIn: "contains(body, 'x')" }, /^not known: sessions-unavailable/],
    ['by all of it', { claims, signedIn: 'length(values(@)) == `3`' }, /^not known: sessions-unavailable/],
  ];
  for (const [name, over, expected] of rows) {
    const asker = createAsker([kindOf(url, over)]);
    t.match(await asker.who(cookie('PHPSESSID=1')), expected, name);
    await asker.stop();
  }
});

t.test('the check is told exactly the parts of the credential', async (t) => {
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url, { check: { headers: { 'X-Forwarded-Proto': 'https' } } })]);
  t.teardown(() => asker.stop());
  await platform.take();
  const more = ['Authorization', 'Basic eDp5', 'X-Secret', 'of the visitor', 'User-Agent', 'a browser'];
  await asker.who(['host', 'chat.example', 'Cookie', `tracker=1; ${agent}; theme=dark`, ...more]);
  const [check] = (await platform.take()).filter(({ target }) => target === '/api/me');
  const names = check?.rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  t.same(names?.sort(), ['accept', 'connection', 'cookie', 'host', 'user-agent', 'x-forwarded-proto']);
  t.equal(check && header(check, 'cookie'), agent);
  t.equal(check && header(check, 'host'), 'chat.example');
});

t.test('a check that fails is not known: never yes, never no', async (t) => {
  const agent = await platform.signIn('agent');
  const unknown = 'not known: sessions-unavailable (cookie)';
  const rows: readonly (readonly [mood: string, expected: string])[] = [
    ['hang', unknown],
    ['slow:1500', unknown],
    ['status:500', unknown],
    ['status:503', unknown],
    ['status:429', unknown],
    ['garbage', unknown],
    ['huge', unknown],
    ['status:302', 'nobody: no-credential'],
    ['slow:200', 'desk 7: support'],
  ];
  for (const [mood, expected] of rows) {
    const asker = createAsker([kindOf(platform.url, { check: { timeoutMs: 700 } })]);
    await platform.mood(mood);
    t.equal(await asker.who(cookie(agent)), expected, mood);
    await asker.stop();
  }
  await platform.mood('well');
  const down = createAsker([kindOf('http://127.0.0.1:1')]);
  t.equal(await down.who(cookie(agent)), unknown, 'nobody listens');
  await down.stop();
});

t.test('answers that say something else than they should', async (t) => {
  const unknown = 'not known: sessions-unavailable (cookie)';
  const rows: readonly (readonly [body: string, expected: string])[] = [
    ['{"id":7,"departments":[{"id":"support"}]}', 'desk 7: support'],
    ['{"id":7,"departments":[{"id":5}]}', 'desk 7: 5'],
    ['{"id":null,"departments":[{"id":"support"}]}', unknown],
    ['{"id":7,"id":8,"departments":[]}', unknown],
    ['{"id":7', unknown],
    ['[]', unknown],
    ['"agent"', unknown],
    ['null', unknown],
    ['', unknown],
    ['{"id":7,"departments":{"support":true}}', 'desk 7: none'],
    ['{"id":7,"departments":[{"id":".."},{"id":"a/b"}]}', 'desk 7: none'],
    ['{"id":{"a":1},"departments":[]}', unknown],
  ];
  let body = '';
  const url = await serve((_request, response) => response.end(body));
  for (const [text, expected] of rows) {
    body = text;
    const asker = createAsker([kindOf(url)]);
    t.equal(await asker.who(cookie('PHPSESSID=a')), expected, text);
    await asker.stop();
  }
});

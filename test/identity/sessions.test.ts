import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { header, startSessionPlatform } from '../support/platform.ts';
import { createAsker, createBus, kindOf, type Over } from './session-scene.ts';

const platform = await startSessionPlatform();
t.teardown(() => platform.stop());

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const cookie = (value: string): string[] => ['Host', 'chat.example', 'Cookie', value];
const checks = async (): Promise<number> =>
  (await platform.take()).filter(({ target }) => /^\/(?:api\/me|account)/.test(target)).length;

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

t.test('hostile', async (t) => {
  await t.test('a session that is another person’s after a sign-in under the same id', async (t) => {
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    const visitor = (await fetch(`${platform.url}/`)).headers.getSetCookie()[0]?.split(';')[0] ?? '';
    t.equal(await asker.who(cookie(visitor)), 'nobody: no-credential');
    t.equal(await platform.signIn('agent', visitor), visitor, 'the id stays');
    asker.pass(cookie(visitor), 'POST', '/login', 302);
    t.equal(await asker.who(cookie(visitor)), 'desk 7: support', 'nobody is somebody at once');
    await platform.signIn('seller', visitor);
    asker.pass(cookie(visitor), 'POST', '/login', 302);
    t.equal(await asker.who(cookie(visitor)), 'desk 8: sales', 'and somebody another');
  });

  await t.test('an answer that was on its way when the session ended', async (t) => {
    const agent = await platform.signIn('agent');
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    await platform.mood('slow:400');
    const early = asker.who(cookie(agent));
    await pause(100);
    await platform.mood('well');
    asker.pass(cookie(agent), 'GET', '/logout', 302);
    await early;
    await platform.signOut(agent);
    t.equal(await asker.who(cookie(agent)), 'nobody: session-ended', 'is not kept');
  });

  await t.test('replays after a sign-out that another gateway saw', async (t) => {
    const bus = createBus();
    const agent = await platform.signIn('agent');
    const [one, two] = [1, 2].map(() => createAsker([kindOf(platform.url)], { ends: bus() }));
    t.teardown(() => Promise.all([one?.stop(), two?.stop()]));
    t.equal(await two?.who(cookie(agent)), 'desk 7: support');
    await platform.signOut(agent);
    one?.pass(cookie(agent), 'GET', '/logout', 302);
    t.equal(await two?.who(cookie(agent)), 'nobody: session-ended');
  });

  await t.test('cookies of two sessions in one request are the platform’s to choose from', async (t) => {
    const [agent, seller] = [await platform.signIn('agent'), await platform.signIn('seller')];
    const asker = createAsker([kindOf(platform.url)]);
    t.teardown(() => asker.stop());
    t.equal(await asker.who(cookie(`${agent}; ${seller}`)), 'desk 7: support', 'it takes the first');
    t.equal(await asker.who(cookie(`${seller}; ${agent}`)), 'desk 8: sales');
    const split = ['Host', 'chat.example', 'Cookie', seller, 'Cookie', agent];
    t.equal(await asker.who(split), 'desk 8: sales', 'in two headers');
    t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'and neither is taken for the other');
  });

  await t.test('two kinds that name two people are nobody', async (t) => {
    const [agent, seller] = [await platform.signIn('agent'), await platform.signIn('seller')];
    const url = await serve((_request, response) => response.end('{"id":8,"departments":[]}'));
    const asker = createAsker([
      kindOf(platform.url),
      kindOf(url, { name: 'other', from: ['cookie:SECOND'] }),
    ]);
    t.teardown(() => asker.stop());
    t.equal(await asker.who(cookie(`${agent}; SECOND=x`)), 'nobody: session-invalid');
    t.equal(await asker.who(cookie(`SECOND=x; ${seller}`)), 'nobody: session-invalid', 'ids of two are two');
    const one = cookie('PHPSESSID=made-up; SECOND=x');
    t.equal(await asker.who(one), 'other 8: none', 'one that proves nothing does no harm');
  });

  await t.test('parts that are cut elsewhere, another kind, another host: other credentials', async (t) => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      const { host = '', 'x-a': a = '', 'x-b': b = '' } = request.headers;
      seen.push(`${host} ${String(a)}|${String(b)}`);
      response.end(JSON.stringify({ id: `${host}:${String(a)}|${String(b)}`, departments: [] }));
    });
    const asker = createAsker([kindOf(url, { from: ['header:X-A', 'header:X-B'] })]);
    t.teardown(() => asker.stop());
    const parts = (host: string, a: string, b: string) => ['host', host, 'X-A', a, 'X-B', b];
    t.equal(await asker.who(parts('h', 'ab', 'c')), 'desk h:ab|c: none');
    t.equal(await asker.who(parts('h', 'a', 'bc')), 'desk h:a|bc: none');
    t.equal(await asker.who(parts('h', 'a1:b', 'c')), 'desk h:a1:b|c: none');
    t.equal(await asker.who(parts('i', 'ab', 'c')), 'desk i:ab|c: none', 'a realm by its host');
    t.equal(seen.length, 4);
  });
});

t.test('introspection (RFC 7662)', async (t) => {
  let answer: readonly [status: number, body: string] = [200, '{}'];
  const asked: string[] = [];
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(`${request.headers.authorization ?? ''} ${body}`);
      response.writeHead(answer[0], { 'content-type': 'application/json' }).end(answer[1]);
    });
  });
  const exp = Math.floor(Date.now() / 1000);
  const refused = 'nobody: token-invalid';
  const unknown = 'not known: sessions-unavailable (bearer)';
  const rows: readonly (readonly [string, number, object | string, string])[] = [
    ['active', 200, { active: true, sub: 'u1', bots: ['support'] }, 'opaque u1: support'],
    ['by its user name', 200, { active: true, username: 'u1', bots: [] }, 'opaque u1: none'],
    ['active until later', 200, { active: true, sub: 'u1', bots: ['a'], exp: exp + 60 }, 'opaque u1: a'],
    ['not active', 200, { active: false }, refused],
    ['over', 200, { active: true, sub: 'u1', bots: ['a'], exp: exp - 1 }, refused],
    ['of nobody', 200, { active: true, bots: ['a'] }, unknown],
    ['active in words', 200, { active: 'true', sub: 'u1' }, unknown],
    ['the client is refused', 401, { error: 'invalid_client' }, unknown],
    ['no JSON', 200, 'active', unknown],
  ];
  const kind = {
    ...kindOf('http://a'),
    name: 'opaque',
    from: ['bearer'],
    signedIn: 'body.active',
    claims: { subject: 'body.sub || body.username', bots: 'body.bots', contact: null, conversations: null },
  };
  const { check: _check, ...rest } = kind;
  const introspection = {
    url: `${url}/introspect`,
    clientId: 'gw',
    clientSecret: Buffer.from('s:cret'),
    auth: 'basic' as const,
    timeoutMs: 1_000,
    bodyBytes: 65_536,
  };
  const bearer = (token: string): string[] => ['Authorization', `Bearer ${token}`];
  for (const [name, status, body, expected] of rows) {
    answer = [status, typeof body === 'string' ? body : JSON.stringify(body)];
    const asker = createAsker([{ ...rest, introspection }]);
    t.equal(await asker.who(bearer('2YotnFZFEjr1zCsicMWpAA')), expected, name);
    await asker.stop();
  }
  const basic = Buffer.from('gw:s%3Acret').toString('base64');
  t.equal(asked[0], `Basic ${basic} token=2YotnFZFEjr1zCsicMWpAA&token_type_hint=access_token`);
  answer = [200, '{"active":false}'];
  const agent = await platform.signIn('agent');
  const asker = createAsker([kindOf(platform.url), { ...rest, introspection }]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie(agent)), 'desk 7: support', 'without a bearer');
  t.equal(
    await asker.who([...cookie(agent), ...bearer('opaque')]),
    refused,
    'a bearer never falls back to a cookie',
  );
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

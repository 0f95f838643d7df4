import t from 'tap';
import { seconds } from '../support/tokens.ts';
import { jsonHeaders, openSite } from './explain-site.ts';
import { claims, staffToken, widgetToken } from './visits.ts';

void t.test('explain in words, and for whom one asks', async (t) => {
  const { admin, call } = await openSite(t);
  const ask = (body: object) => call('POST', '/explain', { target: '/transcripts/sales/c1', ...body });
  const listed = await ask({ clientIp: '203.0.113.8' });
  t.match(listed.body, {
    decision: {
      outcome: 'forward',
      reason: 'whitelisted-bot',
      range: { scope: 'bot:sales', id: /^[0-9a-f]{16}$/ },
    },
    enforced: true,
    mode: 'enforce',
  });
  const steps = listed.body.steps as readonly { step: string; result: string }[];
  t.ok(steps.length > 2 && steps.every(({ step, result }) => step !== '' && result !== ''));
  const reasonOf = async (body: object) => (await ask(body)).body.decision;
  const nobody = { clientIp: '192.0.2.99' };
  t.match(await reasonOf({ ...nobody, token: staffToken({ bots: ['sales'] }) }), { reason: 'bot-access' });
  t.match(await reasonOf({ ...nobody, claims: { ...claims, bots: ['sales'] } }), { reason: 'bot-access' });
  t.match(await reasonOf({ ...nobody, claims: { sub: 'x', bots: ['other'] }, issuer: 'staff' }), {
    reason: 'no-access',
  });
  const cookieToken = widgetToken({ contact_id: 'c1' });
  t.match(await ask({ ...nobody, target: '/contacts/c1/conversations', token: cookieToken }), {
    body: {
      decision: { reason: 'own-history' },
      steps: [{ step: 'token', result: 'presented as cookie:widget' }],
    },
  });
  t.match(await reasonOf({ ...nobody, target: 'https://chat.example/transcripts/sales/c1' }), {
    reason: 'no-credential',
  });
  const stepsOf = async (body: object): Promise<string> => {
    const { status, body: answer } = await ask({ ...nobody, ...body });
    const steps = (answer.steps ?? []) as readonly { step: string; result: string; scope?: string }[];
    return [status, ...steps.map(({ step, result, scope }) => `${step}: ${result} [${scope ?? ''}]`)].join(
      '\n',
    );
  };
  // What is said of a text that was pasted as a token, whatever it is.
  const texts: readonly (readonly [token: string, said: RegExp])[] = [
    ['', /^200\n.*\ntoken: nothing at all/],
    ['opaque-session-id', /token: presented as bearer .*\ntoken: not-a-token: .* it has 17 characters/],
    ['Bearer a.b.c', /paste the token alone/],
    ['session=a.b.c', /paste the value alone/],
    ['two\nlines', /token: cannot be presented: no header can carry it/],
    ['x'.repeat(100_000), /token: too-long: .* 100000 characters/],
    ['-----BEGIN PUBLIC KEY-----', /PEM/],
    ['a.b.c.d.e', /token: encrypted: /],
    [staffToken({ aud: 'other' }), /token: a JWT of \d+ characters.*alg "HS256", kid "staff-1".*aud "other"/],
    [staffToken({ aud: 'other' }), /credential: bearer: wrong-audience: .* \(issuer staff\)/],
    [staffToken({ aud: 'other' }), /principal: nobody: the token is refused, token-invalid, wrong-audience/],
    [staffToken({ exp: seconds(-3600) }), /principal: nobody: .* token-expired, expired: it has expired/],
    [staffToken({ bots: ['a', 'b'] }), /principal: ada of issuer staff, by bearer: member of a, b/],
    [
      staffToken({ bots: ['SALES'] }),
      /near: the token grants SALES, which differs from sales in letter case only/,
    ],
  ];
  for (const [token, said] of texts)
    t.match(await stepsOf({ token }), said, JSON.stringify(token.slice(0, 40)));
  t.match((await ask({ ...nobody, token: staffToken({ aud: 'x' }) })).body.principal, {
    kind: 'refused',
    cause: 'wrong-audience',
    issuer: 'staff',
  });
  // Why an address does not match.
  const near: readonly (readonly [body: object, said: RegExp])[] = [
    [
      {},
      /lists: the list of sales: on, 1 range \[bot:sales\]\nlists: the platform's list: on, 1 range \[platform\]/,
    ],
    [
      { clientIp: '203.0.113.12' },
      /near: the list of sales: the nearest range is 203\.0\.113\.7 - 203\.0\.113\.9 \(\w{16}\), 3 addresses away \[bot:sales\]/,
    ],
    [
      { clientIp: '198.51.101.0' },
      /near: the platform's list: the nearest range is .*, 1 addresses away \[platform\]/,
    ],
    [{ clientIp: '2001:db8::1' }, /near: 2001:db8::1 came over IPv6/],
    [
      { target: '/transcripts/watched/1' },
      /lists: the platform's list does not count: the bot does not inherit it/,
    ],
    [
      { target: '/transcripts/watched/1', clientIp: '192.0.2.1' },
      /near: the list of watched: 192\.0\.2\.1 \(\w{16}\) would match, but the list is off/,
    ],
    [
      { target: '/transcripts/Sales/1' },
      /near: there is a list of sales, which differs from Sales in letter case only \[bot:sales\]/,
    ],
    [{ target: '/contacts/c1/conversations' }, /lists: the route is never opened by an address/],
    [
      { target: '/transcripts/expired/1' },
      /near: the list of expired: 192\.0\.2\.99 \(\w{16}\) would match, but expired at 20/,
    ],
    [{ target: '/transcripts/none/1' }, /lists: the list of none: there is none/],
  ];
  // The site has a range that ends a moment after its start.
  await new Promise((resolve) => setTimeout(resolve, 1_600));
  for (const [body, said] of near) t.match(await stepsOf(body), said, JSON.stringify(body));
  const owner = staffToken({ sub: 'owner', owned_bots: ['sales'] });
  const heard = await admin.request({
    path: '/_gateway/api/v1/explain',
    method: 'POST',
    headers: { ...jsonHeaders, authorization: `Bearer ${owner}` },
    body: JSON.stringify({ target: '/transcripts/sales/c1', ...nobody }),
  });
  const told = await heard.body.text();
  t.match(told, /the list of sales/);
  t.notMatch(told, /the platform's list: /, 'an owner hears of the own lists only');
  const hops = await ask({ peer: '127.0.0.1', headers: { 'X-Forwarded-For': '1.1.1.1, 203.0.113.7' } });
  t.match(hops.body, { decision: { reason: 'whitelisted-bot' }, client: { address: '203.0.113.7' } });
  const bad: readonly (readonly [object, string])[] = [
    [{}, 'clientIp'],
    [{ clientIp: '1.2.3' }, 'clientIp'],
    [{ clientIp: '010.0.0.1' }, 'clientIp'],
    [{ ...nobody, peer: '127.0.0.1' }, 'peer'],
    [{ peer: 'x' }, 'peer'],
    [{ ...nobody, target: '/a b' }, 'target'],
    [{ ...nobody, target: '/a\r\nx: y' }, 'target'],
    [{ ...nobody, target: '/ü€' }, 'target'],
    [{ ...nobody, target: '' }, 'target'],
    [{ ...nobody, method: 'GE T' }, 'method'],
    [{ ...nobody, token: 'a.b.c', claims: {} }, 'claims'],
    [{ ...nobody, claims: {}, issuer: 'nobody' }, 'claims'],
    [{ ...nobody, headers: { 'a b': 'x' } }, 'headers.a b'],
    [{ ...nobody, headers: { a: 'x\r\ny: z' } }, 'headers.a'],
    [{ ...nobody, headers: { a: 5 } }, 'headers.a'],
  ];
  for (const [body, field] of bad) {
    const answer = await ask(body);
    const errors = (answer.body.errors ?? []) as readonly { field: string }[];
    t.strictSame([answer.status, errors[0]?.field], [422, field], JSON.stringify(body));
  }
});

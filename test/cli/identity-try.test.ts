import { createServer } from 'node:http';
import { once } from 'node:events';
import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { run } from './scene.ts';

const platform = createServer((request, response) => {
  const session = /PHPSESSID=(\S+)/.exec(request.headers.cookie ?? '')?.[1];
  response.setHeader('content-type', 'application/json');
  if (session !== 'good-session-0001') response.writeHead(401).end('{}');
  else response.end(JSON.stringify({ id: 7, departments: ['support'], echo: session }));
}).listen(0, '127.0.0.1');
await once(platform, 'listening');
const address = platform.address();
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;

const signer = createSigner('HS256', 'k');
const iss = 'https://issuer.example/';
const adminToken = 'a-static-token-that-nobody-guesses';
const gateway = await startGateway({
  config: {
    upstream: { url },
    routes: [{ path: '/t/:botId/:id', tokenPlaces: ['query'] }],
    identity: {
      issuers: [
        {
          ...{
            name: 'staff',
            issuer: iss,
            audience: 'x',
            from: ['cookie:session', 'header:X-Auth-Token', 'query:token'],
          },
          keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
          claims: { bots: 'groups[].name' },
        },
      ],
      sessions: [
        {
          ...{ name: 'desk', from: ['cookie:PHPSESSID'], check: { url: '/api/me' } },
          claims: { subject: 'body.id', bots: 'body.departments', contact: 'body.echo' },
          grants: ['member', 'contact'],
        },
      ],
      hmacContacts: [
        { name: 'widget', contact: 'query:u', hash: 'query:h', secret: 'of-the-widget-1234567890' },
      ],
    },
    trustedProxies: { cidrs: [] },
    admin: { token: adminToken },
  },
});
t.teardown(async () => {
  await gateway.stop();
  platform.close();
});

const env = { TGW_GATEWAY_URL: gateway.privateUrl, TGW_ADMIN_TOKEN: adminToken };
const attempt = (stdin: string, ...more: readonly string[]) =>
  run(['identity', 'try', ...more], { env, stdin });

const token = (changes: object = {}): string =>
  signer.sign({
    iss,
    aud: 'x',
    sub: 'ada',
    iat: seconds(-5),
    exp: seconds(600),
    groups: [{ name: 'a' }],
    ...changes,
  });

t.test('what the gateway makes of a credential', async (t) => {
  const good = token();
  const rows: readonly (readonly [name: string, stdin: string, code: number, ...says: RegExp[]])[] = [
    [
      'a bare token',
      `${good}\n`,
      0,
      /presented +cookie:session/,
      /a JWT of \d+ characters/,
      /verified, a token of staff/,
      /bots \(groups\[\]\.name\) gives \["a"\]/,
      /ada of issuer staff, by cookie: member of a/,
      /somebody/,
    ],
    ['a header line', `X-Auth-Token: ${good}`, 0, /headers, as they are/, /by header/],
    ['a cookie', `other=1; session=${good}`, 0, /cookies, as they are/, /by cookie/],
    ['a query', `?x=1&token=${good}`, 0, /query, as it is/, /by query/],
    ['where no issuer looks', `Authorization: Bearer ${good}`, 1, /wrong-place/, /nobody, or not known now/],
    ['an expired one', token({ exp: seconds(-100) }), 1, /expired: it has expired/],
    ['another audience', token({ aud: 'y' }), 1, /wrong-audience/],
    [
      'a session',
      'PHPSESSID=good-session-0001',
      0,
      /GET http:\S+\/api\/me/,
      /answered 200/,
      /signedIn .* gives true/,
      /bots \(body\.departments\) gives \["support"\]/,
      /remembered for 30 s/,
      /7 of session desk/,
    ],
    ['a bare session', 'good-session-0001', 0, /presented +cookie:PHPSESSID/],
    ['a made-up session', 'PHPSESSID=bad-session-00001', 1, /gives false/, /not signed in/],
    ['a contact with a bad hash', '?u=7&h=00', 1, /wrong-hash/],
    ['nonsense', 'hello', 1, /not-a-token/],
  ];
  for (const [name, stdin, code, ...says] of rows) {
    const ran = await attempt(stdin);
    t.equal(ran.code, code, `${name}: ${ran.err}`);
    for (const one of says) t.match(ran.out, one, name);
    for (const secret of [good, 'good-session-0001', 'bad-session-00001'])
      t.notMatch(ran.out, secret, `${name}: hidden`);
  }
});

t.test('for machines', async (t) => {
  const ran = await attempt(token(), '--json');
  t.match(ran.json(), { known: true, principal: { issuer: 'staff', subject: 'ada', bots: ['a'] } });
  t.notMatch(ran.out, token());
});

t.test('wrong uses', async (t) => {
  t.equal((await attempt('')).code, 2, 'nothing on standard input');
  t.equal((await attempt('x'.repeat(70_000))).code, 2, 'too much');
  t.equal((await run(['identity', 'try', 'a.b.c'], { env, stdin: '' })).code, 2, 'a token as an argument');
});

t.test('a token that was taken back', async (t) => {
  await fetch(`${gateway.privateUrl}/_gateway/api/v1/revocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ issuer: 'staff', subject: 'ada' }),
  });
  const ran = await attempt(`session=${token()}`);
  t.equal(ran.code, 1);
  t.match(ran.out, /revoked/);
});

import { setTimeout as pause } from 'node:timers/promises';
import t from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { ask, lines } from '../support/raw.ts';
import { startRedis } from '../support/redis.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const chunk = 'a\r\nTRANSCRIPT\r\n';
const upstream = await startRawUpstream((socket, text) => {
  const target = text.split(' ')[1] ?? '';
  const tick = (bytes: string): void => {
    const timer = setInterval(() => socket.write(bytes), 50);
    socket.on('close', () => clearInterval(timer));
  };
  if (target.endsWith('/tunnel')) {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    tick('TRANSCRIPT');
  } else if (target.endsWith('/stream')) {
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`);
    tick(chunk);
  } else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nTRANSCRIPT');
});
const redis = await startRedis();
t.teardown(() => Promise.all([upstream.stop(), redis.stop()]));

const signer = createSigner('HS256', 'k');
const iss = 'https://issuer.example/';
const adminToken = 'a-static-token-that-nobody-guesses';
const configOf = (store: object) => ({
  upstream: { url: upstream.url },
  routes: [{ path: '/t/:botId/:id' }],
  identity: {
    issuers: [
      {
        ...{ name: 'staff', issuer: iss, audience: 'x', from: ['bearer', 'cookie:session'] },
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      },
    ],
  },
  limits: { hostileTokensPerMinute: 20 },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...store,
});
const tokenOf = (sub: string, more: object = {}): string =>
  signer.sign({ iss, aud: 'x', sub, iat: seconds(-5), exp: seconds(600), bots: ['a'], ...more });

const portOf = (gateway: GatewayProcess): number => Number(new URL(gateway.publicUrl).port);
const upgrade = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

async function visit(gateway: GatewayProcess, ...headers: readonly string[]): Promise<string> {
  const answer = await ask(portOf(gateway), lines('GET /t/a/1 HTTP/1.1', 'Host: chat.example', ...headers));
  return [answer.status, answer.headers['x-gateway-reason']].filter((part) => part !== undefined).join(' ');
}

async function manage(gateway: GatewayProcess, method: string, path = '', body?: object) {
  const answer = await fetch(`${gateway.privateUrl}/_gateway/api/v1/revocations${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as {
    id: string;
    total?: number;
    revocations?: { id: string; createdBy: string }[];
  };
}

/** Milliseconds until what runs has ended, from when `end` began. */
async function endOf(gateway: GatewayProcess, way: string, credential: string, end: () => Promise<unknown>) {
  let seen = '';
  const head = [
    `GET /t/a/${way} HTTP/1.1`,
    'Host: chat.example',
    credential,
    ...(way === 'tunnel' ? upgrade : []),
  ];
  const running = ask(portOf(gateway), lines(...head), {
    idleMs: 3_000,
    until: (text) => ((seen = text), false),
  });
  for (let n = 0; !seen.includes('TRANSCRIPT'); n += 1) {
    if (n > 500) throw new Error(`no ${way}: ${seen}`);
    await pause(10);
  }
  const since = performance.now();
  await end();
  await running;
  return performance.now() - since;
}

for (const [name, store] of [
  ['embedded store', {}],
  ['two gateways on Redis', { store: { redis: { url: redis.url } } }],
] as const)
  t.test(`what is open ends within two seconds of a revocation: ${name}`, async (t) => {
    const gateways = await Promise.all(
      ('store' in store ? [0, 1] : [0]).map(() => startGateway({ config: configOf(store) })),
    );
    t.teardown(() => Promise.all(gateways.map((gateway) => gateway.stop())));
    // They take requests before they have read the policy.
    for (const gateway of gateways) while ((await visit(gateway)).startsWith('503')) await pause(50);
    const [one, other] = [gateways[0], gateways.at(-1)];
    if (one === undefined || other === undefined) return;
    for (const way of ['stream', 'tunnel'])
      for (const credential of ['Authorization: Bearer ', 'Cookie: session=']) {
        const sub = `${way}-${credential.length}`;
        const brings = credential + tokenOf(sub);
        const ms = await endOf(other, way, brings, () =>
          manage(one, 'POST', '', { issuer: 'staff', subject: sub }),
        );
        t.ok(ms < 2_000, `${way}, ${credential}: ${ms.toFixed(0)} ms`);
        const reason = credential.startsWith('Cookie') ? 'session-revoked' : 'token-revoked';
        t.equal(await visit(other, brings), `401 ${reason}`);
        t.equal(await visit(other, credential + tokenOf(sub, { iat: seconds(1) })), '200', 'a new one holds');
      }
    t.match(await (await fetch(`${one.privateUrl}/metrics`)).text(), /gateway_policy_revocations 4\n/);
  });

t.test('what is not known is neither good nor bad', async (t) => {
  const away = await startRedis();
  await away.kill();
  const gateway = await startGateway({ config: configOf({ store: { redis: { url: away.url } } }) });
  t.teardown(async () => {
    await gateway.stop();
    await away.stop();
  });
  t.equal(await visit(gateway, `Authorization: Bearer ${tokenOf('ada')}`), '503 revocations-unavailable');
  t.equal(await visit(gateway, `Cookie: session=${tokenOf('ada')}`), '503 revocations-unavailable');
  t.equal(
    await visit(gateway, 'Authorization: Bearer a.b.c'),
    '401 token-invalid',
    'whatever was taken back',
  );
});

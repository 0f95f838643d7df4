import { setTimeout as pause } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { freePort, startIdentityProvider, type IdentityProvider } from '../support/identity-provider.ts';
import { ask, lines } from '../support/raw.ts';
import { startRedis } from '../support/redis.ts';

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

const configOf = (issuer: string, port: number, store: object) => ({
  upstream: { url: upstream.url },
  public: { port },
  routes: [{ path: '/t/:botId/:id' }],
  identity: {
    jwks: { cooldownSeconds: 1 },
    issuers: [
      { name: 'staff', discover: issuer, audience: 'desk', tokenUse: 'id', from: ['cookie:session'] },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: 'a-static-token-that-nobody-guesses' },
  ...store,
});

const upgrade = [
  ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const portOf = (gateway: GatewayProcess): number => Number(new URL(gateway.publicUrl).port);

async function visit(gateway: GatewayProcess, token: string, ...headers: readonly string[]): Promise<string> {
  const request = lines('GET /t/a/1 HTTP/1.1', 'Host: chat.example', `Cookie: session=${token}`, ...headers);
  const { status, headers: said } = await ask(portOf(gateway), request);
  return [status, said['x-gateway-reason']].filter((part) => part !== undefined).join(' ');
}

/** Milliseconds until what runs has ended, from when `end` began. */
async function endOf(
  gateway: GatewayProcess,
  token: string,
  target: string,
  end: () => Promise<void>,
): Promise<number> {
  const isTunnel = target.endsWith('/tunnel');
  let seen = '';
  const running = ask(
    portOf(gateway),
    lines(
      `GET ${target} HTTP/1.1`,
      'Host: chat.example',
      `Cookie: session=${token}`,
      ...(isTunnel ? upgrade : []),
    ),
    { idleMs: 3_000, until: (text) => ((seen = text), false) },
  );
  for (let n = 0; !seen.includes('TRANSCRIPT'); n += 1) {
    if (n > 500) throw new Error(`no ${target}: ${seen}`);
    await pause(10);
  }
  const since = performance.now();
  await end();
  await running;
  return performance.now() - since;
}

async function kept(t: Test, gateways: readonly GatewayProcess[], provider: IdentityProvider): Promise<void> {
  const [first, last] = [gateways[0], gateways.at(-1)];
  if (first === undefined || last === undefined) return;
  for (const way of ['stream', 'tunnel']) {
    const { idToken, signOut } = await provider.signIn('ada');
    const other = await provider.signIn('ada');
    t.equal(await visit(last, idToken), '200', 'signed in at the provider');
    const ms = await endOf(last, idToken, `/t/a/${way}`, signOut);
    t.ok(ms < 2_000, `the ${way} ended after ${ms.toFixed(0)} ms`);
    for (const gateway of gateways) {
      t.equal(await visit(gateway, idToken), '401 session-revoked');
      t.equal(
        await visit(gateway, idToken, 'Accept: text/html'),
        '302 session-revoked',
        'a page is asked to sign in',
      );
      t.equal(await visit(gateway, other.idToken), '200', 'another session of theirs goes on');
    }
  }
  t.ok(provider.sent.length > 0 && provider.sent.every((one) => one === 'success'), provider.sent.join());

  await t.test('keys are rotated', async (t) => {
    const before = await provider.signIn('eve');
    t.equal(await visit(last, before.idToken), '200');
    await pause(1_100);
    provider.rotate();
    const after = await provider.signIn('eve');
    await after.signOut();
    t.equal(provider.sent.at(-1), 'success', 'a logout token by a key that was not seen before');
    t.equal(await visit(last, after.idToken), '401 session-revoked');
  });
}

for (const [name, store] of [
  ['embedded store', {}],
  ['two gateways on Redis', { store: { redis: { url: redis.url } } }],
] as const)
  t.test(`a provider that really sends it: ${name}`, async (t) => {
    const port = await freePort();
    const provider = await startIdentityProvider(`http://127.0.0.1:${port}/_gateway/backchannel-logout`, [
      'a',
    ]);
    t.teardown(() => provider.stop());
    const ports = 'store' in store ? [port, 0] : [port];
    const gateways = await Promise.all(
      ports.map((one) => startGateway({ config: configOf(provider.issuer, one, store) })),
    );
    t.teardown(() => Promise.all(gateways.map((gateway) => gateway.stop())));
    // They take requests before they have read the policy.
    for (const gateway of gateways) while ((await visit(gateway, '')).startsWith('503')) await pause(50);
    await kept(t, gateways, provider);
    const metrics = await (await fetch(`${gateways[0]?.privateUrl ?? ''}/metrics`)).text();
    t.match(metrics, /gateway_backchannel_logouts_total\{result="done"\} 3\n/);
  });

import { connect } from 'node:net';
import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { ask, lines, sendRaw } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { soon, until } from './lease-scene.ts';

const upstream = await startRawUpstream((socket) => {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n');
});
const [ours, strange] = [createSigner('HS256', 'k'), createSigner('HS256', 'k')];
const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: ours.secret.toString('base64') }];
// No trusted proxies: whatever address a header claims, the peer is who it is.
const gateway = await startGateway({
  config: {
    upstream: { url: upstream.url, streamsPerAddress: 3 },
    routes: [{ path: '/t/:botId/:conversationId' }],
    identity: { issuers: [{ name: 'staff', issuer: 'https://issuer.example/', audience: 'x', keys }] },
    limits: { hostileTokensPerMinute: 4 },
  },
});
t.teardown(async () => {
  await gateway.stop();
  await upstream.stop();
});
const port = Number(new URL(gateway.publicUrl).port);
const claiming = (n: number, ...more: readonly string[]): string[] => [
  'Host: a',
  [`X-Forwarded-For: 198.51.100.${n}`, `Forwarded: for=198.51.100.${n}`, `X-Real-IP: 198.51.100.${n}`][
    n % 3
  ] ?? '',
  ...more,
];
const forged = (n: number): string =>
  strange.sign({ iss: 'https://issuer.example/', aud: 'x', sub: `f${n}`, exp: seconds(600), bots: ['a'] });

t.test('a header that nobody is trusted for lifts no limit', async (t) => {
  const streams = Array.from({ length: 3 }, (_, n) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket
      .setEncoding('latin1')
      .on('error', () => undefined)
      .on('data', (bytes: string) => (text += bytes));
    socket.write(lines('GET /stream HTTP/1.1', ...claiming(n)));
    return { socket, text: () => text };
  });
  t.ok(await until(() => streams.every((one) => one.text().includes('hi')), 3_000));
  const { status, headers } = await ask(port, lines('GET /stream HTTP/1.1', ...claiming(9)));
  t.match({ status, headers }, { status: 503, headers: { 'x-gateway-reason': 'upstream-busy' } }, 'streams');
  streams.forEach(({ socket }) => socket.destroy());

  const said: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const bearer = `Authorization: Bearer ${forged(n)}`;
    const { headers } = await ask(port, lines('GET /t/a/1 HTTP/1.1', ...claiming(n, bearer)));
    said.push(headers['x-gateway-reason'] ?? '');
  }
  t.equal(said[0], 'token-invalid');
  t.same(said.slice(4), Array(8).fill('rate-limited'), 'bad bearers');
  for (let n = 20; n < 40; n += 1)
    await ask(port, lines('GET /t/a/1 HTTP/1.1', ...claiming(n, `Cookie: session=${forged(n)}`)));
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  const checks = Number(/^gateway_token_verifications_total (\d+)/m.exec(metrics)?.[1]);
  t.ok(checks >= 3 && checks <= 8, `32 forged tokens, in bearers and cookies, cost ${checks} checks`);
});

t.test('of IPv6 the network counts', async (t) => {
  const network = (n: number): string => `2001:db8:0:1::${n.toString(16)}`;
  let asked = 0;
  const platform = await startRawUpstream((socket, text) => {
    if (!text.startsWith('GET /api/me ')) return;
    asked += 1;
    socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n');
  });
  const start = (trustedProxies: object) =>
    startGateway({
      config: {
        upstream: { url: platform.url },
        routes: [{ path: '/t/:botId/:conversationId' }],
        identity: { sessions: [{ name: 'desk', from: ['cookie:SID'], check: { url: '/api/me' } }] },
        trustedProxies: { cidrs: ['127.0.0.1/32'], ...trustedProxies },
        limits: { strangerChecksPerMinute: 3, connectionsPerAddress: 2 },
      },
    });
  const [byHeader, byProxy] = await Promise.all([start({}), start({ source: 'proxy-protocol' })]);
  t.teardown(() => Promise.all([byHeader.stop(), byProxy.stop(), platform.stop()]));

  const at = (url: string): number => Number(new URL(url).port);
  const said: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const headers = ['Host: a', `X-Forwarded-For: ${network(n)}`, `Cookie: SID=made-up-${n}`];
    said.push((await ask(at(byHeader.publicUrl), lines('GET /t/a/1 HTTP/1.1', ...headers))).status);
  }
  t.same(said, [401, 401, 401, 503, 503, 503, 503, 503]);
  t.equal(asked, 3, 'made-up sessions');

  const sockets = [1, 2].map((n) => {
    const socket = connect(at(byProxy.publicUrl), '127.0.0.1').on('error', () => undefined);
    socket.write(`PROXY TCP6 ${network(n)} 2001:db8::1 1 2\r\n`);
    return socket;
  });
  await soon(100);
  const third = `PROXY TCP6 ${network(3)} 2001:db8::1 1 2\r\n${lines('GET /t/a/1 HTTP/1.1', 'Host: a')}`;
  const text = await sendRaw(at(byProxy.publicUrl), third);
  t.match(text, /^HTTP\/1\.1 503 [^]*too-many-connections/, 'connections');
  sockets.forEach((socket) => socket.destroy());
});

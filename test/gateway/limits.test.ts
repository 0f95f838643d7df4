import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import t from 'tap';
import { createBoundedMap } from '../../src/limits/bounded-map.ts';
import { createBuckets } from '../../src/limits/bucket.ts';
import { createRecent } from '../../src/limits/recent.ts';
import { createSharedCount, createSharedLimiter } from '../../src/limits/shared.ts';
import { redisUser } from '../../src/policy-store/redis/keys.ts';
import { startGateway } from '../support/gateway-process.ts';
import { ask, lines, sendRaw } from '../support/raw.ts';
import { startRedis } from '../support/redis.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { startUpstream, type Seen } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { as, startJudge } from './judge.ts';
import { get, host, soon } from './visitor.ts';

/** A JWT of an issuer that nobody knows. */
const foreign = [{ alg: 'HS256' }, { iss: 'https://elsewhere.example/', exp: 4e9 }, 'signature']
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');

function hold(port: number, bytes: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  return socket;
}

const upstream = await startUpstream();
const judge = await startJudge();
t.teardown(async () => {
  await judge.stop();
  await upstream.stop();
});
const forwarded = ({ rawHeaders }: Seen): string | undefined =>
  rawHeaders[rawHeaders.indexOf('X-Forwarded-For') + 1];

t.test('the PROXY protocol', async (t) => {
  const door = await startDoor(upstream.url, {
    judge,
    options: { usesProxyProtocol: () => true, limits: { headersTimeoutMs: 400 } },
    deps: { isTrustedPeer: (address) => address === '127.0.0.1' },
  });
  const signature = '\r\n\r\n\0\r\nQUIT\n';
  const v2 = (command: number, family: number, addresses: string, length = addresses.length): string =>
    `${signature}${String.fromCharCode(0x20 | command, family, length >> 8, length & 0xff)}${addresses}`;
  const four = '\xcb\x00\x71\x07\x0a\x00\x00\x01\x12\x34\x01\xbb';
  const six = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(16)}\x12\x34\x01\xbb`;
  const mapped = `${'\0'.repeat(10)}\xff\xff\xcb\x00\x71\x07${'\0'.repeat(16)}\x12\x34\x01\xbb`;
  const tlv = '\x04\x00\x05hello';
  const v1 = (text: string): string => `PROXY ${text}\r\n`;
  const good: readonly (readonly [name: string, header: string, address: string])[] = [
    ['v1', v1('TCP4 203.0.113.7 10.0.0.1 56324 443'), '203.0.113.7'],
    ['v1 over IPv6', v1('TCP6 2001:db8::1 2001:db8::2 56324 443'), '2001:db8::1'],
    ['v1 UNKNOWN', v1('UNKNOWN'), 'unknown'],
    ['v1 UNKNOWN with more', v1('UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535'), 'unknown'],
    ['v2', v2(1, 0x11, four), '203.0.113.7'],
    ['v2 with a TLV', v2(1, 0x11, four + tlv), '203.0.113.7'],
    ['v2 over IPv6', v2(1, 0x21, six), '2001:db8:0:0:0:0:0:1'],
    ['v2 with an IPv4 address as IPv6', v2(1, 0x21, mapped), '::ffff:203.0.113.7'],
    ['v2 LOCAL', v2(0, 0x00, ''), 'unknown'],
    ['v2 LOCAL with addresses', v2(0, 0x11, four), 'unknown'],
    ['v2 UNSPEC', v2(1, 0x00, ''), 'unknown'],
    ['v2 over a Unix socket', v2(1, 0x31, '\0'.repeat(216)), 'unknown'],
  ];
  const peers: (string | undefined)[] = [];
  const seen = await startDoor(upstream.url, {
    judge,
    options: { usesProxyProtocol: () => true },
    deps: {
      isTrustedPeer: () => true,
      authorize: (question) => {
        peers.push(question.peer.proxied === 'known' ? question.peer.address : question.peer.proxied);
        throw new Error('seen');
      },
    },
  });
  for (const [name, header, address] of good) {
    await ask(seen.port, header + get('/x'));
    t.equal(peers.pop(), address, name);
  }
  await ask(seen.port, [...v2(1, 0x11, four + tlv)].concat(get('/x')), { pauseMs: 2 });
  t.equal(peers.pop(), '203.0.113.7', 'a byte at a time');
  const text = v1('TCP4 203.0.113.9 10.0.0.1 1 2');
  await ask(seen.port, [
    text.slice(0, 3),
    text.slice(3, 20),
    text.slice(20) + get('/x').slice(0, 9),
    get('/x').slice(9),
  ]);
  t.equal(peers.pop(), '203.0.113.9', 'split anywhere');
  const [a = '', b = ''] = [get('/a'), get('/b')];
  await sendRaw(seen.port, [text + a + b], { idleMs: 100 });
  t.strictSame(peers.splice(0), ['203.0.113.9', '203.0.113.9'], 'for the whole connection');
  await seen.stop();

  const bad: readonly (readonly [name: string, header: string])[] = [
    ['none', ''],
    ['v1 with another word', v1('TCP5 203.0.113.7 10.0.0.1 56324 443')],
    ['v1 with one address', v1('TCP4 203.0.113.7 56324 443')],
    ['v1 that says TCP4 and means TCP6', v1('TCP4 2001:db8::1 2001:db8::2 56324 443')],
    ['v1 with a port too large', v1('TCP4 203.0.113.7 10.0.0.1 99999 443')],
    ['v1 without an end', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['v1 with a bare line feed', 'PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\n'],
    ['v2 of version 3', v2(1, 0x11, four).replace('\x21\x11', '\x31\x11')],
    ['v2 with an unknown command', v2(2, 0x11, four)],
    ['v2 with an unknown family', v2(1, 0x41, four)],
    ['v2 too short for its family', v2(1, 0x11, '\0\0\0\0')],
    ['v2 of absurd length', v2(1, 0x11, four, 65_535)],
    ['a broken signature', `\r\n\r\n\0\r\nQUIX\n!\x11\0\0`],
  ];
  for (const [name, header] of bad)
    t.equal(await sendRaw(door.port, header + get('/x')), '', `closed: ${name}`);
  const start = performance.now();
  t.equal(await sendRaw(door.port, 'PROXY TC', { idleMs: 3_000 }), '');
  t.ok(performance.now() - start < 1_500, 'a slow one is closed');
  upstream.take();
  await ask(door.port, v1('TCP4 203.0.113.7 10.0.0.1 56324 443') + get('/x'));
  t.equal(upstream.take().map(forwarded)[0], '203.0.113.7');
  await door.stop();
  const untrusted = await startDoor(upstream.url, { judge, options: { usesProxyProtocol: () => true } });
  t.equal(
    await sendRaw(untrusted.port, v1('TCP4 203.0.113.7 10.0.0.1 1 2') + get('/x')),
    '',
    'an untrusted peer',
  );
  await untrusted.stop();
  t.equal(upstream.take().length, 0);
});

t.test('connections', async (t) => {
  const door = await startDoor(upstream.url, { judge, options: { limits: { connections: 3 } } });
  const held = [1, 2, 3].map(() => hold(door.port, ''));
  await soon(60);
  t.match(await ask(door.port, get('/x')), {
    status: 503,
    headers: { 'x-gateway-reason': 'too-many-connections' },
  });
  held.forEach((socket) => socket.destroy());
  await soon(60);
  t.equal((await ask(door.port, get('/x'))).status, 200);
  await door.stop();
  const each = await startDoor(upstream.url, { judge, options: { limits: { connectionsPerAddress: 2 } } });
  const two = [1, 2].map(() => hold(each.port, ''));
  await soon(60);
  t.equal((await ask(each.port, get('/x'))).status, 503);
  two[0]?.destroy();
  await soon(60);
  t.equal((await ask(each.port, get('/x'))).status, 200);
  two[1]?.destroy();
  await each.stop();
  const trusted = await startDoor(upstream.url, {
    judge,
    options: { limits: { connectionsPerAddress: 1 } },
    deps: { isTrustedPeer: () => true },
  });
  const one = hold(trusted.port, '');
  await soon(60);
  t.equal((await ask(trusted.port, get('/x'))).status, 200, 'a trusted proxy has as many as it needs');
  one.destroy();
  await trusted.stop();
});

t.test('time', async (t) => {
  const limits = { headersTimeoutMs: 300, bodyTimeoutMs: 300, idleTimeoutMs: 300 };
  const door = await startDoor(upstream.url, { judge, options: { limits } });
  const headers = await ask(door.port, 'GET / HTTP/1.1\r\nHost: a\r\n', { idleMs: 2_000 });
  t.match(headers, { status: 408, headers: { 'x-gateway-reason': 'request-timeout' } }, 'slow headers');
  for (const length of [100, 1_000_000]) {
    const text = `${lines('POST /p HTTP/1.1', host, `Content-Length: ${length}`)}hello`;
    const body = await ask(door.port, text, { idleMs: 2_000 });
    t.match(
      body,
      { status: 408, headers: { 'x-gateway-reason': 'request-timeout' } },
      `a body of ${length} that stops`,
    );
  }
  const drops = [lines('POST /p HTTP/1.1', host, 'Content-Length: 9'), ...'123456789'];
  t.equal(
    (await ask(door.port, drops, { pauseMs: 100, idleMs: 1_000 })).status,
    200,
    'a slow body that goes on is served',
  );
  const start = performance.now();
  await sendRaw(door.port, get('/x'), { idleMs: 4_000 });
  t.ok(performance.now() - start < 3_000, 'an idle connection is closed');
  await door.stop();
});

t.test('hostile tokens', async (t) => {
  const bearers = createBuckets({ perMinute: 3, maxKeys: 100, now: () => performance.now() });
  let unheard = false;
  const hostile = { hit: (address: string) => bearers.hit(address), isBlocked: () => unheard };
  const door = await startDoor(upstream.url, { judge, deps: { hostile } });
  const codes: string[] = [];
  for (let i = 0; i < 5; i += 1)
    codes.push((await ask(door.port, get('/t/closed/1', as.badBearer))).headers['x-gateway-reason'] ?? '');
  t.strictSame(codes, ['token-invalid', 'token-invalid', 'token-invalid', 'rate-limited', 'rate-limited']);
  t.match(await ask(door.port, get('/t/closed/1', as.foreigner)), {
    status: 429,
    headers: { 'retry-after': /\d/ },
  });
  t.equal(
    (await ask(door.port, get('/t/closed/1', as.memberFor(-60)))).status,
    401,
    'an expired token is no hostile one',
  );
  t.equal(
    (await ask(door.port, get('/t/closed/1', as.badCookie))).status,
    401,
    'nor is a cookie of a secret that was changed: who has it is asked to sign in',
  );
  unheard = true;
  t.equal((await ask(door.port, get('/t/closed/1', as.badCookie))).status, 429, 'unless nobody looks at it');
  t.equal((await ask(door.port, get('/t/closed/1', as.expiredCookie))).status, 401);
  t.equal((await ask(door.port, get('/t/closed/1'))).status, 401, 'nor is none');
  t.equal((await ask(door.port, get('/t/ok/1'))).status, 200, 'a visitor with access is never held up');
  t.match(door.accesses.filter(({ code }) => code === 'rate-limited').length, 4, 'and the log says so');
  await door.stop();
});

t.test('keepers of limits', async (t) => {
  const recent = createRecent({ times: 3, windowMs: 60_000, maxKeys: 100 });
  const asked = [0, 50_000, 58_000, 59_000, 60_500, 61_000, 109_000, 111_000].map((at) =>
    recent.allow('k', at),
  );
  t.strictSame(asked, [true, true, true, false, true, false, false, true], 'any window, not fixed ones');
  let now = 0;
  const buckets = createBuckets({ perMinute: 60, maxKeys: 100, now: () => now });
  t.equal(Array.from({ length: 100 }, () => buckets.hit('a')).filter(Boolean).length, 60);
  now = 5_000;
  t.equal(Array.from({ length: 100 }, () => buckets.hit('a')).filter(Boolean).length, 5, 'refilled evenly');
  t.ok(buckets.hit('b'));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(300), fc.nat()), { maxLength: 500 }),
      fc.integer({ min: 2, max: 50 }),
      (sets, capacity) => {
        const map = createBoundedMap<number>(capacity);
        for (const [key, value] of sets) {
          map.set(String(key), value);
          if (map.get(String(key)) !== value) return false;
          if (map.size > capacity + 1) return false;
        }
        return true;
      },
    ),
  );
});

t.test('a limit that gateways share', async (t) => {
  const server = await startRedis();
  const clients = [0, 1].map(() => {
    const redis = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    return redis;
  });
  await Promise.all(clients.map((redis) => new Promise((resolve) => redis.once('ready', resolve))));
  const gateways = clients.map((redis) =>
    createSharedLimiter(
      createBuckets({ perMinute: 5, maxKeys: 100, now: () => performance.now() }),
      createSharedCount({ redis, prefix: 'test:hostile', perMinute: 5, maxKeys: 100 }),
    ),
  );
  const hits = async (key: string): Promise<number> => {
    const said: boolean[] = [];
    for (let i = 0; i < 16; i += 1) {
      said.push(gateways[i % 2]?.hit(key) ?? false);
      await Promise.all(clients.map((redis) => redis.ping().catch(() => undefined))); // what was counted is known
    }
    return said.filter(Boolean).length;
  };
  const together = await hits('203.0.113.1');
  t.ok(together >= 5 && together <= 6, `counted together: ${together} let through`);
  server.freeze(true);
  const start = performance.now();
  t.same(
    Array.from({ length: 7 }, () => gateways[0]?.hit('203.0.113.2')),
    [true, true, true, true, true, false, false],
    'a Redis that hangs takes nobody the own limit away',
  );
  t.ok(performance.now() - start < 500, 'and holds nobody up');
  server.freeze(false);
  await server.kill();
  t.equal(await hits('203.0.113.3'), 10, 'without it each counts alone');
  clients.forEach((redis) => redis.disconnect());
  await server.stop();
});

t.test('two gateways, one limit: hostile tokens and failed admin sign-ins', async (t) => {
  const redis = await startRedis();
  await redis.client.call('ACL', 'SETUSER', 'least', 'on', '>secret', ...redisUser('gateway').split(' '));
  const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: Buffer.alloc(32, 7).toString('base64') }];
  const config = {
    upstream: { url: upstream.url },
    identity: { issuers: [{ name: 'staff', issuer: 'https://issuer.example/', audience: 'x', keys }] },
    routes: [{ path: '/t/:botId/:conversationId' }],
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
    store: { redis: { url: redis.url, username: 'least', password: 'secret' } },
    admin: { token: 'a-static-token-that-nobody-guesses' },
    limits: { hostileTokensPerMinute: 6, failedAdminLoginsPerMinute: 6 },
  };
  const pair = await Promise.all([startGateway({ config }), startGateway({ config })]);
  t.teardown(async () => {
    await Promise.all(pair.map((gateway) => gateway.stop()));
    await redis.stop();
  });
  const stateOf = async (at: number): Promise<string> =>
    (await fetch(`${pair[at]?.privateUrl ?? ''}/readyz`)).text();
  for (const at of [0, 1]) while (!(await stateOf(at)).includes('Redis answers')) await soon(20);
  const beats = Object.values(await redis.client.hgetall('{gateway}:replicas'));
  t.equal(beats.length, 2);
  for (const beat of beats)
    t.ok(beat.includes(` ${upstream.url}`), 'each beat says which site it is, for doctor');
  /** Twelve guesses, in turn at both or all at one; how many were heard. */
  const heard = async (door: 'publicUrl' | 'privateUrl', path: string, from: string, both = true) => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const url = pair[both ? n % 2 : 0]?.[door] ?? '';
      const headers = { authorization: `Bearer ${foreign}`, 'x-forwarded-for': from };
      statuses.push((await fetch(`${url}${path}`, { headers })).status);
      // Nobody waits for the common count: it is let get there, on a busy machine too.
      await soon(40);
    }
    t.same([...new Set(statuses)], [401, 429], 'heard, then refused');
    return statuses.filter((status) => status === 401).length;
  };
  for (const [door, path] of [
    ['publicUrl', '/t/a/1'],
    ['privateUrl', '/_gateway/api/v1/me'],
  ] as const) {
    const together = await heard(door, path, '203.0.113.1');
    t.ok(together >= 6 && together <= 9, `${path}: ${together} heard by both together`);
  }
  await redis.kill();
  for (const [door, path] of [
    ['publicUrl', '/t/a/1'],
    ['privateUrl', '/_gateway/api/v1/me'],
  ] as const) {
    t.equal(await heard(door, path, '203.0.113.2', false), 6, `${path}: without Redis each counts alone`);
  }
});

t.test('signature checks of one address', async (t) => {
  const [ours, strange] = [createSigner('HS256', 'k'), createSigner('HS256', 'k')];
  const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: ours.secret.toString('base64') }];
  const from = ['bearer', 'cookie:session', 'cookie:other'];
  const gateway = await startGateway({
    config: {
      upstream: { url: upstream.url },
      identity: {
        issuers: [{ name: 'staff', issuer: 'https://issuer.example/', audience: 'x', keys, from }],
      },
      routes: [{ path: '/t/:botId/:conversationId' }],
      trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
      admin: { token: 'a-static-token-that-nobody-guesses' },
      limits: { hostileTokensPerMinute: 6 },
    },
  });
  t.teardown(() => gateway.stop());
  const admin = async (path: string, method: string, body: object): Promise<void> => {
    const headers = {
      authorization: 'Bearer a-static-token-that-nobody-guesses',
      'content-type': 'application/json',
    };
    const url = `${gateway.privateUrl}/_gateway/api/v1/whitelists/bot%3Alisted${path}`;
    t.ok((await fetch(url, { method, headers, body: JSON.stringify(body) })).ok, `${method} ${path}`);
  };
  await admin('', 'PATCH', { enabled: true });
  await admin('/ranges', 'POST', { start: '203.0.113.0', end: '203.0.113.9' });
  const token = (signer: typeof ours, sub: string, exp = 600): string =>
    signer.sign({ iss: 'https://issuer.example/', aud: 'x', sub, exp: seconds(exp), bots: ['a'] });
  const visit = async (address: string, sent: Record<string, string>, bot = 'a'): Promise<string> => {
    const headers = { ...sent, 'x-forwarded-for': address };
    const answer = await fetch(`${gateway.publicUrl}/t/${bot}/1`, { headers, redirect: 'manual' });
    await answer.arrayBuffer();
    return `${answer.status} ${answer.headers.get('x-gateway-reason') ?? ''}`.trim();
  };
  const cookie = (...tokens: string[]): Record<string, string> => ({
    cookie: tokens.map((text, at) => `${at % 2 === 0 ? 'session' : 'other'}=${text}`).join('; '),
  });
  const checks = async (): Promise<number> => {
    const text = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
    return Number(/^gateway_token_verifications_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1]);
  };

  // An office: sessions that are over, and some of a secret that was changed, asked with again and again.
  const office = '198.51.100.1';
  const late = [0, 1, 2, 3].map((n) => token(ours, `l${n}`, -60));
  const rotated = [0, 1, 2, 3].map((n) => token(strange, `r${n}`));
  const answers = new Set<string>();
  for (let n = 0; n < 10; n += 1) {
    for (const text of late) answers.add(await visit(office, cookie(text)));
    for (const text of rotated) answers.add(await visit(office, cookie(text)));
  }
  t.same([...answers].sort(), ['401 session-expired', '401 session-invalid']);
  t.equal(await visit(office, cookie(token(ours, 'new'))), '200', 'who signs in there is let in');

  // An attacker: every token is another one.
  for (const [name, address, send] of [
    ['cookies', '198.51.100.2', (n: number) => cookie(token(strange, `c${n}`), token(strange, `d${n}`))],
    ['bearers', '198.51.100.3', (n: number) => ({ authorization: `Bearer ${token(strange, `b${n}`)}` })],
    ['cookies of a listed address', '203.0.113.7', (n: number) => cookie(token(strange, `e${n}`))],
    ['cookies over IPv6', '2001:db8::7', (n: number) => cookie(token(strange, `f${n}`))],
  ] as const) {
    const known = cookie(token(ours, `known at ${address}`));
    t.equal(await visit(address, known), '200');
    const before = await checks();
    const bot = address === '203.0.113.7' ? 'listed' : 'a';
    const said: string[] = [];
    for (let n = 0; n < 20; n += 1) said.push(await visit(address, send(n), bot));
    const cost = (await checks()) - before;
    t.ok(cost >= 6 && cost <= 8, `${name}: 20 requests cost ${cost} checks`);
    t.equal(
      said.at(-1),
      bot === 'a' ? '429 rate-limited' : '200',
      `${name}: whom the address lets in stays in`,
    );
    t.equal(
      await visit(address, cookie(token(ours, 'fresh'))),
      '429 rate-limited',
      `${name}: nothing is checked`,
    );
    t.equal(await visit(address, known), '200', `${name}: what was verified counts`);
    t.equal(await visit(address, {}), '401 no-credential', `${name}: nobody else is held up`);
  }
  t.equal(await visit('2001:db8::8', cookie(token(ours, 'fresh'))), '429 rate-limited', 'a network is one');
  t.equal(await visit('198.51.100.9', cookie(token(ours, 'fresh'))), '200', 'elsewhere it is');
});

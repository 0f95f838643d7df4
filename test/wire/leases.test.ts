import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import t from 'tap';
import { startRawUpstream } from '../gateway/door.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { lines } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';

const secret = 'TRANSCRIPT';
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
async function until(what: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(10)) if (what()) return true;
  return what();
}

/** The ways in which an exchange can wait, and how its platform behaves. */
const ways = ['body', 'slot', 'head', 'stream', 'plain answer to an upgrade', 'tunnel'] as const;
type Way = (typeof ways)[number];
/** What ends a grant; each has a bot of its own. */
const causes = ['deletion', 'switch-off', 'expiry', 'token', 'reload'] as const;
type Cause = (typeof causes)[number];

/** Requests as they came, and what is still to be answered late. */
const seen: string[] = [];
const late: (() => void)[] = [];
const upstream = await startRawUpstream((socket, text) => {
  const target = text.split(' ')[1] ?? '';
  seen.push(target);
  const tick = (bytes: string): void => {
    socket.write(bytes);
    const timer = setInterval(() => socket.write(bytes), 50);
    socket.on('close', () => clearInterval(timer));
  };
  const chunk = `a\r\n${secret}\r\n`;
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const whole = `HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n${secret}`;
  if (target.endsWith('/stream') || target.endsWith('/plain')) {
    socket.write(chunked);
    tick(chunk);
  } else if (target.endsWith('/tunnel')) {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    tick(secret);
  } else late.push(() => socket.write(whole));
});

const signer = createSigner('HS256', 'k');
const adminToken = 'a-static-token-that-nobody-guesses';
const config = (connections: number) => ({
  upstream: { url: upstream.url, connections, timeoutMs: 60_000 },
  routes: [{ path: '/t/:botId/:conversationId' }, { path: '/r/:botId/:conversationId', whitelist: true }],
  identity: {
    clockToleranceSeconds: 0,
    issuers: [
      {
        name: 'staff',
        issuer: 'https://issuer.example/',
        audience: 'x',
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
        grants: ['member'],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
  admin: { token: adminToken },
});
const [usual, tight] = await Promise.all([
  startGateway({ config: config(64) }),
  startGateway({ config: config(1) }),
]);
t.teardown(async () => {
  await Promise.all([usual.stop(), tight.stop()]);
  await upstream.stop();
});

async function manage(gateway: GatewayProcess, method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const url = `${gateway.privateUrl}/_gateway/api/v1/whitelists/${path}`;
  const response = await fetch(url, {
    method,
    headers: body === undefined ? { authorization: headers.authorization } : headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: string };
}

const list = (cause: Cause): string => `bot%3A${cause}`;
const range = { start: '203.0.113.7', end: '203.0.113.7' };

/** Writes the lists; the id of the range that will be deleted. */
async function fill(gateway: GatewayProcess): Promise<string> {
  let deletes = '';
  for (const cause of causes) {
    if (cause === 'token') continue;
    await manage(gateway, 'PATCH', list(cause), { enabled: true });
    if (cause === 'expiry') continue;
    const { id } = await manage(gateway, 'POST', `${list(cause)}/ranges`, range);
    if (cause === 'deletion') deletes = id;
  }
  return deletes;
}

const upgrading = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

interface Waiting {
  readonly way: Way;
  readonly cause: Cause;
  readonly target: string;
  text(): string;
  /** Unix milliseconds; undefined while it goes on. */
  overAtMs(): number | undefined;
  send(bytes: string): void;
  leave(): void;
}

function open(way: Way, cause: Cause, token: string): Waiting {
  const gateway = way === 'slot' ? tight : usual;
  const name = way === 'plain answer to an upgrade' ? 'plain' : way;
  const target = `/${cause === 'reload' ? 'r' : 't'}/${cause}/${name}`;
  const socket = connect(Number(new URL(gateway.publicUrl).port), '127.0.0.1');
  const who = cause === 'token' ? `Authorization: Bearer ${token}` : 'X-A: 1';
  const from = `X-Forwarded-For: ${cause === 'token' ? '192.0.2.1' : range.start}`;
  const upgrades = name === 'plain' || name === 'tunnel';
  const more = upgrades ? upgrading : way === 'body' ? ['Content-Length: 1000'] : [];
  let text = '';
  let overAtMs: number | undefined;
  const over = (): void => void (overAtMs ??= Date.now());
  socket.setEncoding('latin1');
  socket.on('error', () => undefined).on('close', over);
  socket.on('data', (bytes: string) => {
    text += bytes;
    if (!/^HTTP\/1\.1 (200|101)/.test(text)) over();
  });
  socket.write(lines(`${way === 'body' ? 'POST' : 'GET'} ${target} HTTP/1.1`, 'Host: a', who, from, ...more));
  return {
    way,
    cause,
    target,
    text: () => text,
    overAtMs: () => overAtMs,
    send: (bytes) => void (socket.destroyed ? undefined : socket.write(bytes)),
    leave: () => void socket.destroy(),
  };
}

t.test('each wait is over two seconds after its grant, and nothing comes after it', async (t) => {
  const [deletes, deletesTight] = await Promise.all([fill(usual), fill(tight)]);
  const endsAtMs = (seconds(0) + 10) * 1000;
  const expiring = { ...range, expiresAt: new Date(endsAtMs).toISOString() };
  await Promise.all(
    [usual, tight].map((gateway) => manage(gateway, 'POST', `${list('expiry')}/ranges`, expiring)),
  );
  const claims = {
    iss: 'https://issuer.example/',
    aud: 'x',
    sub: 'ann',
    bots: ['token'],
    exp: endsAtMs / 1000,
  };
  const token = signer.sign(claims);
  const holder = connect(Number(new URL(tight.publicUrl).port), '127.0.0.1');
  holder.on('error', () => undefined).write(lines('GET /hold HTTP/1.1', 'Host: a'));
  t.ok(await until(() => seen.includes('/hold'), 2_000));
  const others = ways.filter((way) => way !== 'slot');
  const all = others.flatMap((way) => causes.map((cause) => open(way, cause, token)));
  let trickled = 0;
  const trickle = setInterval(() => {
    trickled += 1;
    all.forEach((one) => one.way === 'body' && one.send('x'));
  }, 100);
  const running = all.filter(({ way }) => !['body', 'slot', 'head'].includes(way));
  t.ok(await until(() => running.every((one) => one.text().includes(secret)), 6_000), 'what runs, runs');
  t.ok(await until(() => seen.filter((target) => target.endsWith('/head')).length === causes.length, 1_000));
  // Who waits for a slot waits for five seconds at most.
  await soon(endsAtMs - 4_000 - Date.now());
  all.push(...causes.map((cause) => open('slot', cause, token)));
  await soon(1_500);
  t.ok(Date.now() < endsAtMs, 'before any grant ends');
  t.same(
    all.filter((one) => one.overAtMs() !== undefined).map(({ target }) => target),
    [],
    'all of them wait or run',
  );
  await soon(endsAtMs - Date.now());
  const endedAtMs: Record<Cause, number> = {
    deletion: 0,
    'switch-off': 0,
    expiry: endsAtMs,
    token: endsAtMs,
    reload: 0,
  };
  for (const gateway of [usual, tight]) {
    const text = readFileSync(gateway.configFile, 'utf8');
    writeFileSync(gateway.configFile, text.replace('whitelist: true', 'whitelist: false'));
    gateway.signal('SIGHUP');
  }
  const ended = (cause: Cause) => (): void => void (endedAtMs[cause] = Date.now());
  await Promise.all([
    Promise.all([
      manage(usual, 'DELETE', `${list('deletion')}/ranges/${deletes}`),
      manage(tight, 'DELETE', `${list('deletion')}/ranges/${deletesTight}`),
    ]).then(ended('deletion')),
    Promise.all(
      [usual, tight].map((gateway) => manage(gateway, 'PATCH', list('switch-off'), { enabled: false })),
    ).then(ended('switch-off')),
    Promise.all([usual, tight].map((gateway) => gateway.line((line) => line['msg'] === 'reloaded'))).then(
      ended('reload'),
    ),
  ]);
  await until(() => all.every((one) => one.overAtMs() !== undefined), 2_500);
  for (const one of all) {
    const tookMs = (one.overAtMs() ?? Infinity) - endedAtMs[one.cause];
    t.ok(tookMs < 2_000, `${one.way} × ${one.cause}: over after ${Math.round(tookMs)} ms`);
  }
  const before = seen.length;
  clearInterval(trickle);
  const texts = all.map((one) => one.text());
  late.splice(0).forEach((answer) => answer());
  all.forEach((one) => one.way === 'body' && one.send('x'.repeat(1_000 - trickled)));
  await soon(700);
  t.equal(seen.length, before, 'nothing more reaches the platform: no body, no one who waited for a slot');
  t.same(
    all.map((one) => one.text()),
    texts,
    'and nothing more comes from it',
  );
  for (const one of all.filter(({ way }) => ['body', 'slot', 'head'].includes(way))) {
    t.match(one.text(), /^HTTP\/1\.1 (401|403) /, `${one.way} × ${one.cause}: the answer of now`);
    t.notMatch(one.text(), secret);
  }
  for (const one of running) t.notMatch(one.text(), /0\r\n\r\n$/, `${one.way}: no whole answer`);
  const endedLines = usual.logs.filter(({ msg }) => msg === 'ended');
  t.ok(endedLines.length >= running.length, 'each has its line');
  t.match([...new Set(endedLines.map(({ why }) => why))].sort(), ['no-credential', 'token-expired']);
  t.notMatch(usual.text(), token.slice(-20), 'and no line a token');
  all.forEach((one) => one.leave());
  holder.destroy();
});

import { connect, type Socket } from 'node:net';
import t from 'tap';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startEcho, switching } from './echo.ts';
import { startJudge } from './judge.ts';
import { host, open, soon, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('what is let through is a tunnel', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, { judge });
  for (const [target, decision] of [
    ['/chat', 'not-guarded'],
    ['/t/ok/live', 'whitelisted-bot'],
    ['/t/report/live', 'no-credential'],
  ] as const) {
    const client = open(
      door.port,
      `${upgrade(target, 'Sec-WebSocket-Protocol: a, b', 'X-Gateway-Subject: me', 'Remote_User: me', 'X-Forwarded-User: me')}early`,
    );
    t.ok(
      await until(() => client.text().endsWith('early')),
      `${target}: what came with the handshake comes back`,
    );
    t.match(
      client.text(),
      /^HTTP\/1\.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMB/,
    );
    client.socket.write('\x81\x02hi', 'latin1');
    t.ok(await until(() => client.text().endsWith('\x81\x02hi')));
    const request = echo.requests.at(-1) ?? '';
    t.match(request, new RegExp(`^GET ${target} HTTP/1.1\r\n`));
    for (const line of [
      host,
      'Sec-WebSocket-Protocol: a, b',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `X-Gateway-Decision: ${decision}`,
    ])
      t.ok(request.toLowerCase().includes(`${line.toLowerCase()}\r\n`), line);
    t.notMatch(request, /: me\r/, 'nobody says who they are');
    t.equal(door.stats().streams, 1);
    client.socket.end();
    t.ok(await until(() => echo.ended.includes(target)), 'the visitor’s end reaches the upstream');
    await client.closed;
    t.ok(await until(() => door.stats().streams === 0));
  }
  const client = open(door.port, upgrade('/chat'));
  t.ok(await until(() => client.text().includes('\r\n\r\n')));
  echo.tunnels.at(-1)?.end('\x88\x00', 'latin1');
  await client.closed;
  t.match(client.text(), /\x88\x00$/, 'the upstream’s last words and its end reach the visitor');
  const left = open(door.port, upgrade('/chat'), true);
  t.ok(await until(() => left.text().includes('\r\n\r\n')));
  echo.tunnels.at(-1)?.end('\x88\x00', 'latin1');
  t.ok(await until(() => left.text().endsWith('\x88\x00')));
  await soon(50);
  left.socket.end('last words');
  t.ok(await until(() => echo.heard.at(-1) === 'last words'), 'and the visitor’s after it the upstream');
  await left.closed;
  const gone = open(door.port, upgrade('/chat'));
  t.ok(await until(() => gone.text().includes('\r\n\r\n')));
  gone.socket.resetAndDestroy();
  t.ok(await until(() => echo.open() === 0), 'a reset too');
  await door.stop();
  await echo.stop();
});

t.test('a visitor who leaves before the upgrade is answered', async (t) => {
  const silent = await startEcho(() => undefined);
  const door = await startDoor(silent.url, { judge, options: { upstream: { timeoutMs: 60_000 } } });
  for (const [name, leave] of [
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['half-closes', (socket: Socket) => socket.end()],
    ['goes on talking', (socket: Socket) => socket.write('x'.repeat(300_000))],
  ] as const) {
    const client = open(door.port, upgrade('/t/ok/live'));
    t.ok(await until(() => silent.open() === 1));
    const start = performance.now();
    leave(client.socket);
    t.ok(await until(() => silent.open() === 0, 2_000), `${name}: the upstream hears of it`);
    t.comment(`${name}: ${Math.round(performance.now() - start)} ms`);
    t.match(door.stats(), { upstreamRunning: 0, leases: 0, streams: 0 });
    client.socket.destroy();
  }
  await door.stop();
  await silent.stop();
});

t.test('a refusal of the upstream comes at once, and its body as it is written', async (t) => {
  const no = await startEcho(
    () => 'HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n',
  );
  const door = await startDoor(no.url, { judge });
  const client = open(door.port, upgrade('/t/ok/live'));
  t.ok(await until(() => client.text().includes('no'), 1_000));
  t.match(client.text(), /^HTTP\/1\.1 401 Unauthorized\r\n/);
  t.equal(door.stats().streams, 1, 'an answer under way');
  client.socket.destroy();
  t.ok(await until(() => no.open() === 0));
  await door.stop();
  await no.stop();
});

t.test('a reader that does not read holds the writer up', async (t) => {
  const upstream = await startRawUpstream((socket) => {
    socket.write(switching);
    const block = 'x'.repeat(65_536);
    const more = (): void => {
      while (socket.bytesWritten < 200 * 1024 * 1024 && socket.write(block));
    };
    socket.on('drain', more);
    more();
    sent = socket;
  });
  let sent: Socket | undefined;
  const door = await startDoor(upstream.url, { judge });
  const client = connect(door.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write(upgrade('/chat'));
  t.ok(await until(() => sent !== undefined));
  client.pause();
  await soon(500);
  const bytes = (sent?.bytesWritten ?? 0) - (sent?.writableLength ?? 0);
  t.ok(bytes < 64 * 1024 * 1024, `${Math.round(bytes / 1_048_576)} MiB were taken of 200`);
  client.destroy();
  t.ok(await until(() => upstream.open() === 0));
  await door.stop();
  await upstream.stop();
});

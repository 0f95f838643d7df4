import { createServer, type Socket } from 'node:net';
import t from 'tap';
import { ask } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { hostile } from './hostile-answers.ts';
import { startJudge } from './judge.ts';
import { get, ok, soon, until } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('a hostile upstream', async (t) => {
  let says = '';
  let open = false;
  let requests = 0;
  const upstream = await startRawUpstream((socket) => {
    requests += 1;
    socket.write(says, 'latin1');
    if (!open) socket.end();
  });
  const door = await startDoor(upstream.url, { judge });
  for (const row of hostile)
    await t.test(row.name, async (t) => {
      says = row.says;
      open = row.open ?? false;
      requests = 0;
      const response = await ask(door.port, get('/x'));
      t.equal(response.status, row.status);
      if (row.reason !== undefined) t.equal(response.headers['x-gateway-reason'], row.reason);
      if (row.body !== undefined) t.equal(response.body, row.body);
      t.equal(response.complete, row.complete ?? true);
      for (const name of ['x-hop', 'upgrade', 'proxy-authenticate']) t.notOk(name in response.headers, name);
      t.notMatch(response.body, /127\.0\.0\.1|undici|ECONN|Error/, 'tells nothing of what is behind');
      t.equal(requests, 1, 'one request in, one request out');
    });
  t.equal((await ask(door.port, get('/_gateway/healthz'))).status, 200, 'and the process lives');
  await door.stop();
  await upstream.stop();
});

t.test('an unasked 100 in pieces, before every answer of a connection', async (t) => {
  const text = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`;
  const upstream = await startRawUpstream((socket) => {
    const pieces = [
      text.slice(0, 9),
      text.slice(9, 11),
      text.slice(11, 24),
      text.slice(24, 40),
      text.slice(40),
    ];
    pieces.forEach((piece, i) => setTimeout(() => socket.write(piece), 5 * i));
  });
  const door = await startDoor(upstream.url, { judge });
  for (let i = 0; i < 3; i += 1) t.match(await ask(door.port, get('/x')), { status: 200, body: 'hi' });
  t.equal(upstream.connections(), 1, 'which is kept');
  await door.stop();
  await upstream.stop();
});

t.test('what the upstream says on an idle connection is nobody’s answer', async (t) => {
  const sockets: Socket[] = [];
  const upstream = await startRawUpstream((socket, text, connection) => {
    sockets.push(socket);
    socket.write(`${ok}Content-Length: 6\r\nX-Connection: ${connection}\r\n\r\n${text.slice(4, 10)}`);
  });
  const evil = `${ok}Content-Length: 4\r\n\r\nevil`;
  for (const reuseConnections of [true, false])
    await t.test(`reuseConnections: ${reuseConnections}`, async (t) => {
      const door = await startDoor(upstream.url, { judge, options: { upstream: { reuseConnections } } });
      sockets.length = 0;
      const before = upstream.connections();
      t.equal((await ask(door.port, get('/first'))).body, '/first');
      sockets[0]?.write(evil);
      if (reuseConnections) await soon(30);
      t.equal((await ask(door.port, get('/secnd'))).body, '/secnd');
      for (let i = 0; i < 20; i += 1) {
        // At the very moment of the next request, too.
        const next = ask(door.port, get('/thirdx'));
        if (!reuseConnections) sockets.at(-1)?.write(evil);
        t.match((await next).body, /^\/third$/);
      }
      if (!reuseConnections) t.equal(upstream.connections() - before, 22, 'a connection a request');
      await door.stop();
    });
  await upstream.stop();
});

t.test('an upstream that is away or slow', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    if (text.includes('/slow-body')) socket.write(`${ok}Content-Length: 10\r\n\r\nhello`);
  });
  const door = await startDoor(upstream.url, {
    judge,
    options: { upstream: { timeoutMs: 300, bodyIdleTimeoutMs: 300 } },
  });
  const slow = await ask(door.port, get('/slow'));
  t.match(slow, { status: 504, headers: { 'x-gateway-reason': 'upstream-timeout' } });
  t.match(await ask(door.port, get('/slow-body')), { status: 200, complete: false, body: 'hello' });
  t.ok(await until(() => upstream.open() === 0), 'its connections are released');
  await upstream.stop();
  const gone = await ask(door.port, get('/x', 'Accept: text/html'));
  t.match(gone, { status: 502, headers: { 'x-gateway-reason': 'upstream-unreachable' } });
  t.match(gone.body, /^<!doctype html>/);
  t.equal(door.stats().upstreamRunning, 0);
  await door.stop();
});

t.test('more than the upstream may have at one time', async (t) => {
  const held: Socket[] = [];
  const upstream = await startRawUpstream((socket) => held.push(socket));
  const door = await startDoor(upstream.url, { judge, options: { upstream: { connections: 2, queue: 1 } } });
  const first = [1, 2, 3].map((n) => ask(door.port, get(`/${n}`), { idleMs: 2_000 }));
  t.ok(await until(() => door.stats().upstreamWaiting === 1));
  const refused = await ask(door.port, get('/4'));
  t.match(refused, { status: 503, headers: { 'x-gateway-reason': 'upstream-busy', 'retry-after': /\d/ } });
  held.forEach((socket) => socket.write(`${ok}Content-Length: 0\r\n\r\n`));
  t.ok(await until(() => held.length === 3), 'the one that waited goes');
  held[2]?.write(`${ok}Content-Length: 0\r\n\r\n`);
  t.strictSame(
    (await Promise.all(first)).map(({ status }) => status),
    [200, 200, 200],
  );
  t.match(door.stats(), { upstreamRunning: 0, upstreamWaiting: 0 });
  await door.stop();
  await upstream.stop();
});

t.test('an upstream that takes no connection in time is 502', async (t) => {
  // Takes the connection, and never says a word of TLS.
  const mute = createServer((socket) => void socket.on('error', () => undefined));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const door = await startDoor(`https://127.0.0.1:${port}`, {
    judge,
    options: { upstream: { connectTimeoutMs: 300 } },
  });
  const answer = await ask(door.port, get('/x'), { idleMs: 3_000 });
  t.match(answer, { status: 502, headers: { 'x-gateway-reason': 'upstream-unreachable' } });
  await door.stop();
  mute.close();
});

import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { createBoundedMap } from '../../src/limits/bounded-map.ts';
import { createBuckets } from '../../src/limits/bucket.ts';
import { createRecent } from '../../src/limits/recent.ts';
import { ask, lines, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, host, soon } from './visitor.ts';

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

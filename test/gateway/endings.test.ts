import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import { ask, readResponses, sendRaw } from '../support/raw.ts';
import { seconds } from '../support/tokens.ts';
import { startRawUpstream, startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startEcho } from './echo.ts';
import { as, startJudge } from './judge.ts';
import { get, ok, open, soon, until, upgrade, type Visitor } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('a visitor who has said its last, and listens', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    const target = text.slice(4, text.indexOf(' ', 4));
    setTimeout(() => socket.write(`${ok}Content-Length: ${target.length}\r\n\r\n${target}`), 100);
  });
  const door = await startDoor(upstream.url, { judge });
  const pair = get('/one') + get('/two');
  const text = await sendRaw(door.port, pair, { end: true, idleMs: 3_000 });
  t.strictSame(
    readResponses(text).map(({ body }) => body),
    ['/one', '/two'],
  );
  const proxied = await startDoor(upstream.url, {
    judge,
    options: { usesProxyProtocol: () => true },
    deps: { isTrustedPeer: () => true },
  });
  const header = 'PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n';
  const behind = await sendRaw(proxied.port, header + pair, { end: true, idleMs: 3_000 });
  t.equal(readResponses(behind).length, 2, 'behind a PROXY header too');
  t.equal(
    await sendRaw(proxied.port, header, { end: true, idleMs: 3_000 }),
    '',
    'who asks nothing is let go',
  );
  await proxied.stop();
  await door.stop();
  await upstream.stop();
});

t.test('events arrive as they are sent, and end with their grant', async (t) => {
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const door = await startDoor(upstream.url, { judge });
  const open = (
    path: string,
    headers: OutgoingHttpHeaders = {},
  ): Promise<{ response: IncomingMessage; closedAtMs: Promise<number> }> =>
    new Promise((resolve) => {
      httpRequest({ port: door.port, path, headers }, (response) => {
        const closedAtMs = new Promise<number>((done) => response.once('close', () => done(Date.now())));
        response.on('error', () => undefined);
        response.once('data', () => resolve({ response, closedAtMs }));
      }).end();
    });
  const first = await open('/t/ok/events');
  t.equal(door.stats().streams, 1);
  const sinceMs = Date.now();
  await judge.switchList('ok', false);
  t.ok((await first.closedAtMs) - sinceMs < 500, 'at once on a revision');
  t.notOk(first.response.complete, 'as an abort');
  await judge.switchList('ok', true);
  const [authorization = '', credential] = as.memberFor(2).split(': ');
  const endsAtMs = (seconds(0) + 2) * 1000;
  const second = await open('/t/closed/events', { [authorization]: credential });
  const tookMs = (await second.closedAtMs) - endsAtMs;
  t.ok(tookMs > -100 && tookMs < 2_000, `within two seconds of the end of a token: ${tookMs} ms`);
  t.equal(door.stats().streams, 0);
  await door.stop();
  await upstream.stop();
});

t.test('closing lets what is in flight end', async (t) => {
  const upstream = await startUpstream((_request, response) => {
    setTimeout(() => response.end('late'), 300);
  });
  const door = await startDoor(upstream.url, { judge });
  const inFlight = ask(door.port, get('/x'), { idleMs: 2_000 });
  await until(() => door.stats().upstreamRunning === 1);
  const closed = door.close(3_000);
  t.match(await inFlight, { status: 200, body: 'late' });
  await closed;
  const kept = await startDoor(upstream.url, { judge });
  const idle = connect(kept.port, '127.0.0.1');
  let text = '';
  idle.on('data', (chunk: Buffer) => (text += chunk.toString()));
  idle.write(get('/x'));
  await until(() => kept.stats().upstreamRunning === 1);
  const begun = performance.now();
  await kept.close(5_000);
  t.ok(performance.now() - begun < 2_000, 'a connection that is kept does not hold it up');
  await until(() => text.endsWith('late'));
  t.match(text, /\r\nConnection: close\r\n[^]*late$/);
  const stuck = await startDoor(upstream.url, { judge });
  const client = connect(stuck.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.write('GET / HTTP/1.1\r\nHost: a');
  await soon(50);
  const start = performance.now();
  await stuck.close(200);
  t.ok(performance.now() - start < 1_000, 'and what is stuck does not hold it up');
  client.destroy();
  await upstream.stop();
});

t.test('a tunnel ends with its grant, when it is idle, and with the gateway', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, {
    judge,
    options: { websockets: { idleTimeoutMs: 400 } },
  });
  const tunnel = async (target = '/t/ok/live', ...who: readonly string[]): Promise<Visitor> => {
    const client = open(door.port, upgrade(target, ...who));
    t.ok(await until(() => client.text().includes('\r\n\r\n')));
    return client;
  };
  const idle = await tunnel();
  let start = performance.now();
  await idle.closed;
  t.match(Math.round(performance.now() - start), /^[3-9]\d\d$/, 'idle for 400 ms');
  const busy = await tunnel();
  const talk = setInterval(() => busy.socket.write('x'), 50);
  await soon(700);
  t.equal(busy.socket.destroyed, false, 'a busy one stays');
  start = performance.now();
  await judge.switchList('ok', false);
  await busy.closed;
  clearInterval(talk);
  t.ok(performance.now() - start < 500, 'at once on a revision');
  t.ok(await until(() => echo.open() === 0));
  await judge.switchList('ok', true);
  const endsAtMs = (seconds(0) + 2) * 1000;
  const quiet = await tunnel('/t/closed/live', as.memberFor(2));
  const keep = setInterval(() => quiet.socket.write('x'), 50);
  await quiet.closed;
  clearInterval(keep);
  const tookMs = Date.now() - endsAtMs;
  t.ok(tookMs > -100 && tookMs < 2_000, `within two seconds of the end of a token: ${tookMs} ms`);
  const last = await tunnel();
  await door.close(100);
  await last.closed;
  await echo.stop();
});

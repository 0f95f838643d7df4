import { connect, type Socket } from 'node:net';
import t from 'tap';
import { ask, lines, sendRaw } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, host, ok, open, pathOf, soon, until } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('a head goes out when it has come, and with its body at hand in one write', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).endsWith('/quiet'))
      socket.write(`${ok}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n`);
    else socket.write(`${ok}Content-Length: 5\r\n\r\nhello`);
  });
  const door = await startDoor(upstream.url, { judge });
  for (const target of ['/quiet', '/t/ok/quiet']) {
    const quiet = open(door.port, get(target));
    t.ok(await until(() => quiet.text().endsWith('\r\n\r\n')), `${target}: the head alone`);
    t.match(quiet.text(), /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/event-stream\r\n/);
    quiet.socket.destroy();
  }
  let reads = 0;
  const whole = connect(door.port, '127.0.0.1');
  whole.on('data', () => (reads += 1)).write(get('/whole'));
  t.ok(await until(() => reads > 0));
  await soon(50);
  t.equal(reads, 1, 'head and body together');
  whole.destroy();
  await door.stop();
  await upstream.stop();
});

t.test('a transfer coding that the visitor would not be told of', async (t) => {
  let coding = '';
  const upstream = await startRawUpstream((socket) => {
    socket.end(`${ok}${coding}\r\n\r\n2\r\nhi\r\n0\r\n\r\n`, 'latin1');
  });
  const door = await startDoor(upstream.url, { judge });
  for (const [says, status] of [
    ['Transfer-Encoding: chunked', 200],
    ['transfer-encoding: Chunked', 200],
    ['Transfer-Encoding: gzip, chunked', 502],
    ['Transfer-Encoding: gzip', 502],
    ['Transfer-Encoding: identity', 502],
    ['Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked', 502],
    ['Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked', 502],
  ] as const) {
    coding = says;
    t.equal((await ask(door.port, get('/x'))).status, status, says);
  }
  await door.stop();
  await upstream.stop();
});

t.test('streams are not slots', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).includes('quiet')) socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n`);
    else if (pathOf(text) === '/slow') socket.write(`${ok}Content-Length: 9\r\n\r\nhello`);
    else socket.write(`${ok}Content-Length: 4\r\n\r\npage`);
  });
  const door = await startDoor(upstream.url, {
    judge,
    options: { upstream: { connections: 4, queue: 0, streams: 600, streamsPerAddress: 520 } },
  });
  const streams: Socket[] = [];
  for (let i = 1; i <= 512; i += 1) {
    const { socket, text } = open(door.port, get(i % 2 === 0 ? '/quiet' : '/t/ok/quiet'));
    streams.push(socket);
    if (!(await until(() => text() !== ''))) t.fail(`stream ${i}`);
  }
  t.match(door.stats(), { streams: 512, leases: 256, upstreamRunning: 0 });
  t.match(
    await ask(door.port, get('/page')),
    { status: 200, body: 'page' },
    'a page beside 512 quiet streams',
  );
  for (let i = 0; i < 8; i += 1) streams.push(open(door.port, get('/slow')).socket);
  t.ok(await until(() => door.stats().streams === 520));
  t.match(
    await ask(door.port, get('/quiet')),
    { status: 503, headers: { 'x-gateway-reason': 'upstream-busy', 'retry-after': /\d/ } },
    'beyond the limit of an address',
  );
  t.match(await ask(door.port, get('/page')), { status: 200, body: 'page' }, 'and a page all the same');
  streams.splice(0, 3).forEach((socket) => socket.destroy());
  t.ok(await until(() => door.stats().streams === 517), 'places come back');
  streams.forEach((socket) => socket.destroy());
  t.ok(await until(() => door.stats().streams === 0 && door.stats().leases === 0));
  t.ok(await until(() => upstream.open() <= 4), 'and the upstream is let go');
  await door.stop();
  const few = await startDoor(upstream.url, { judge, options: { upstream: { streams: 1 } } });
  const one = open(few.port, get('/quiet'));
  t.ok(await until(() => one.text() !== ''));
  t.equal((await ask(few.port, get('/quiet'))).status, 503, 'beyond the limit of all');
  one.socket.destroy();
  await few.stop();
  await upstream.stop();
});

t.test('a connection has a greatest age', async (t) => {
  const upstream = await startRawUpstream((socket, _text, connection) =>
    socket.write(`${ok}Content-Length: ${String(connection).length}\r\n\r\n${connection}`),
  );
  const door = await startDoor(upstream.url, { judge, options: { upstream: { maxConnectionAgeMs: 300 } } });
  const on = async (): Promise<string> => (await ask(door.port, get('/x'))).body;
  t.strictSame([await on(), await on()], ['1', '1']);
  await soon(350);
  t.equal(await on(), '2', 'then another takes its place');
  t.ok(await until(() => upstream.open() === 1), 'and it is closed');
  await door.stop();
  await upstream.stop();
});

t.test('interim answers are passed on, but for a 100 that nobody asked for', async (t) => {
  const hints = [
    'HTTP/1.1 103 Early Hints',
    ...['Link: </a.css>; rel=preload', 'X-Trace: 1', 'X-Trace: 2', 'Set-Cookie: a=b', 'Content-Length: 3'],
    ...['Connection: x-hop', 'X-Hop: 1', 'Keep-Alive: timeout=5'],
  ];
  const says = [
    'HTTP/1.1 102 Processing\r\nServer: x\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    lines(...hints),
    'HTTP/1.1 103 Early Hints\r\nX-Only: 1\r\n\r\n',
    `${ok}Content-Length: 2\r\n\r\nhi`,
  ];
  const upstream = await startRawUpstream((socket) => socket.write(says.join('')));
  const door = await startDoor(upstream.url, { judge });
  const heads = (text: string) => text.split('\r\n\r\n').map((head) => head.split('\r\n'));
  const [processing, hinted, final, body] = heads(await sendRaw(door.port, get('/x')));
  t.same(processing, ['HTTP/1.1 102 Processing']);
  t.same(hinted, ['HTTP/1.1 103 Early Hints', 'Link: </a.css>; rel=preload', 'X-Trace: 1, 2']);
  t.equal(final?.[0], 'HTTP/1.1 200 OK');
  t.same(body, ['hi']);
  t.match(await sendRaw(door.port, lines('GET /x HTTP/1.0', host)), /^HTTP\/1\.1 200 /, 'never to HTTP/1.0');
  const [first, second] = heads(await sendRaw(door.port, get('/t/ok/1')));
  t.same(first, ['HTTP/1.1 102 Processing']);
  t.ok(second?.includes('Cache-Control: no-store'), 'and for a transcript as its answer is');
  await door.stop();
  await upstream.stop();
});

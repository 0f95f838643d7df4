import { connect, type Socket } from 'node:net';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import t from 'tap';
import { ask, lines, readResponses, sendRaw } from '../support/raw.ts';
import { startRawUpstream, startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';

const host = 'Host: chat.example';
const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...more);
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: () => boolean, ms = 5_000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(15)) if (what()) return true;
  return what();
}

interface Hostile {
  readonly name: string;
  /** What the upstream writes; then it ends the connection, unless `open`. */
  readonly says: string;
  readonly open?: boolean;
  readonly status: number;
  readonly reason?: string;
  readonly body?: string;
  /** False: the visitor sees an abort. */
  readonly complete?: boolean;
}

const ok = 'HTTP/1.1 200 OK\r\n';
const hostile: readonly Hostile[] = [
  { name: 'says nothing', says: '', status: 502, reason: 'upstream-unreachable' },
  { name: 'is no HTTP', says: 'SSH-2.0-OpenSSH\r\n', status: 502, reason: 'upstream-invalid' },
  {
    name: 'has status 099',
    says: 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n',
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has status 1000',
    says: 'HTTP/1.1 1000 Odd\r\nContent-Length: 0\r\n\r\n',
    status: 502,
    reason: 'upstream-invalid',
  },
  { name: 'has status 999', says: 'HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n', status: 999 },
  {
    name: 'has NUL in a header',
    says: `${ok}A: b\0c\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a bare carriage return',
    says: `${ok}A: b\rSet-Cookie: x=1\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a header without a colon',
    says: `${ok}Abc\r\nContent-Length: 0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has two lengths',
    says: `${ok}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has a length and chunks',
    says: `${ok}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has headers without end',
    says: ok + 'A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n'.repeat(3_000),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'switches unasked',
    says: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    open: true,
    status: 502,
  },
  {
    name: 'switches unasked to nothing',
    says: 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'floods with interim answers',
    says: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'gives a few interim answers',
    says: `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3)}${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 unasked',
    says: `HTTP/1.1 100 Continue\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 with headers, and other interim answers',
    says: `HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Go on\r\nServer: x\r\n\r\nHTTP/1.1 100\r\n\r\n${ok}Content-Length: 2\r\n\r\nhi`,
    status: 200,
    body: 'hi',
  },
  {
    name: 'says 100 in the body only',
    says: `${ok}Content-Length: 25\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n`,
    status: 200,
    body: 'HTTP/1.1 100 Continue\r\n\r\n',
  },
  {
    name: 'says 100 and no more',
    says: 'HTTP/1.1 100 Continue\r\n\r\n',
    status: 502,
    reason: 'upstream-unreachable',
  },
  {
    name: 'floods with 100',
    says: 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100),
    open: true,
    status: 502,
    reason: 'upstream-invalid',
  },
  {
    name: 'has two Locations',
    says: 'HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
    status: 302,
  },
  {
    name: 'redirects to itself',
    says: 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n',
    status: 302,
  },
  {
    name: 'says 503',
    says: 'HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\nno',
    status: 503,
    body: 'no',
  },
  {
    name: 'ends early',
    says: `${ok}Content-Length: 10\r\n\r\nhello`,
    status: 200,
    body: 'hello',
    complete: false,
  },
  {
    name: 'ends in the middle of a chunk',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n9\r\nabc`,
    status: 200,
    complete: false,
  },
  {
    name: 'ends before the last chunk',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    status: 200,
    complete: false,
  },
  {
    name: 'breaks its chunks',
    says: `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n`,
    status: 200,
    complete: false,
  },
  {
    name: 'says more than its length',
    says: `${ok}Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`,
    status: 200,
    body: 'hello',
  },
  {
    name: 'ends the body with the connection',
    says: `${ok}Connection: close\r\n\r\nhello`,
    status: 200,
    body: 'hello',
  },
  {
    name: 'sends hop-by-hop headers',
    says: `${ok}Connection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nUpgrade: h2c\r\nProxy-Authenticate: x\r\nContent-Length: 0\r\n\r\n`,
    status: 200,
  },
  {
    name: 'has a reason of its own',
    says: 'HTTP/1.1 200 Sure thing\r\nContent-Length: 0\r\n\r\n',
    status: 200,
  },
];

t.test('a hostile upstream', async (t) => {
  let says = '';
  let open = false;
  let requests = 0;
  const upstream = await startRawUpstream((socket) => {
    requests += 1;
    socket.write(says, 'latin1');
    if (!open) socket.end();
  });
  const door = await startDoor(upstream.url);
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
  const door = await startDoor(upstream.url);
  for (let i = 0; i < 3; i += 1) t.match(await ask(door.port, get('/x')), { status: 200, body: 'hi' });
  t.equal(upstream.connections(), 1, 'which is kept');
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
  const door = await startDoor(upstream.url);
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

t.test('what the upstream says on an idle connection is nobody’s answer', async (t) => {
  const sockets: Socket[] = [];
  const upstream = await startRawUpstream((socket, text, connection) => {
    sockets.push(socket);
    socket.write(`${ok}Content-Length: 6\r\nX-Connection: ${connection}\r\n\r\n${text.slice(4, 10)}`);
  });
  const evil = `${ok}Content-Length: 4\r\n\r\nevil`;
  for (const reuseConnections of [true, false])
    await t.test(`reuseConnections: ${reuseConnections}`, async (t) => {
      const door = await startDoor(upstream.url, { options: { upstream: { reuseConnections } } });
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
  const door = await startDoor(upstream.url, { options: { upstream: { connections: 2, queue: 1 } } });
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

t.test('answers as they are', async (t) => {
  const upstream = await startUpstream((request, response) => {
    const { url = '' } = request;
    if (url === '/304') response.writeHead(304, { ETag: '"a"', 'Content-Length': '99' }).end();
    else if (url === '/204') response.writeHead(204).end();
    else if (url === '/range')
      response.writeHead(206, { 'Content-Range': 'bytes 1-3/9', 'Content-Length': '3' }).end('bcd');
    else if (url === '/trailers') {
      response.writeHead(200, { Trailer: 'X-Sum, Set-Cookie' });
      response.write('hello');
      response.addTrailers([
        ['X-Sum', '7'],
        ['Set-Cookie', 'a=1'],
        ['Location', '/c'],
      ]);
      response.end();
    } else if (url === '/hints') {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('hinted');
    } else if (url === '/bytes') response.end(Buffer.from([...Array(256).keys()]));
    else if (url === '/t/ok/strict')
      response
        .writeHead(200, {
          'Referrer-Policy': 'no-referrer',
          'X-Robots-Tag': 'none',
          'Surrogate-Control': 'max-age=9',
        })
        .end();
    else
      response
        .writeHead(200, ['X-Ab', '1', 'x-aB', '2', 'Content-Length', '2'])
        .end(request.method === 'HEAD' ? undefined : 'ok');
  });
  const door = await startDoor(upstream.url);
  t.match(await ask(door.port, get('/304', 'If-None-Match: "a"')), {
    status: 304,
    headers: { etag: '"a"' },
    body: '',
  });
  t.match(upstream.take()[0]?.rawHeaders, ['If-None-Match', '"a"'].slice(2));
  t.match(await ask(door.port, get('/204')), { status: 204, body: '' });
  t.match(await ask(door.port, get('/range', 'Range: bytes=1-3')), {
    status: 206,
    body: 'bcd',
    headers: { 'content-range': 'bytes 1-3/9' },
  });
  const head = await ask(door.port, lines('HEAD /h HTTP/1.1', host));
  t.match(head, { status: 200, headers: { 'content-length': '2' }, body: '' });
  const cased = (await ask(door.port, get('/h'))).rawHeaders.filter((text) => /^x-ab$/i.test(text));
  t.strictSame(cased, ['X-Ab', 'x-aB'], 'headers keep their case, order and number');
  const trailers = await ask(door.port, get('/trailers', 'TE: trailers'));
  t.match(trailers, { body: 'hello', trailers: { 'x-sum': '7' }, complete: true });
  t.notOk('set-cookie' in trailers.trailers || 'location' in trailers.trailers);
  t.match(
    await sendRaw(door.port, get('/hints', 'Connection: close')),
    /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n[^]*hinted/,
  );
  t.equal((await ask(door.port, get('/bytes'))).body.length, 256);
  const strict = await ask(door.port, get('/t/ok/strict'));
  t.match(strict.headers, {
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'none',
    'cache-control': 'no-store',
  });
  t.notOk('surrogate-control' in strict.headers);
  const old = await sendRaw(door.port, lines('GET /h HTTP/1.0', host));
  t.match(old, /\r\n\r\nok$/, 'HTTP/1.0');
  await door.stop();
  await upstream.stop();
});

t.test('requests one after another and all at once on one connection', async (t) => {
  const upstream = await startUpstream((request, response) => {
    setTimeout(() => response.end(request.url), request.url === '/1' ? 60 : 0);
  });
  const door = await startDoor(upstream.url);
  const text = await sendRaw(door.port, get('/1') + get('/t/no-access/2') + get('/3') + get('/4'), {
    idleMs: 200,
  });
  const answers = readResponses(text);
  t.strictSame(
    answers.map(({ status, body }) => (status === 200 ? body : status)),
    ['/1', 403, '/3', '/4'],
  );
  const broken = readResponses(await sendRaw(door.port, `${get('/1')}FROB nonsense\r\n\r\n`));
  t.equal(broken.length, 0, 'broken bytes behind a request are not its answer');
  const hidden = `${lines('POST /p HTTP/1.1', host, 'Content-Length: 44')}${get('/t/ok/hidden')}`;
  upstream.take();
  await sendRaw(door.port, hidden);
  t.equal(upstream.take().filter(({ target }) => target === '/t/ok/hidden').length, 0);
  await door.stop();
  await upstream.stop();
});

t.test('bodies stream both ways', async (t) => {
  const size = 64 * 1024 * 1024;
  let received = 0;
  const upstream = await startUpstream();
  upstream.server.removeAllListeners('request');
  upstream.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/up') {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => response.end(String(received)));
      return;
    }
    let left = size / 65_536;
    const block = Buffer.alloc(65_536, 'x');
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!response.write(block)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const door = await startDoor(upstream.url);
  const before = process.memoryUsage().rss;
  let peak = 0;
  const down = await new Promise<number>((resolve, reject) => {
    httpRequest({ port: door.port, path: '/down' }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        peak = Math.max(peak, process.memoryUsage.rss());
        // A slow reader.
        if (bytes % (8 * 1024 * 1024) < chunk.length) {
          response.pause();
          setTimeout(() => response.resume(), 10);
        }
      });
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    }).end();
  });
  t.equal(down, size);
  t.ok(peak - before < 100 * 1024 * 1024, `grew by ${Math.round((peak - before) / 1_048_576)} MiB`);
  const up = await new Promise<string>((resolve, reject) => {
    const request = httpRequest({ port: door.port, path: '/up', method: 'POST' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    let left = size / 65_536;
    const block = Buffer.alloc(65_536, 'y');
    const more = (): void => {
      for (; left > 0;) {
        left -= 1;
        if (!request.write(block)) {
          request.once('drain', more);
          return;
        }
      }
      request.end();
    };
    more();
  });
  t.equal(up, String(size));
  await door.stop();
  await upstream.stop();
});

t.test('a visitor who does not take the answer', async (t) => {
  const upstream = await startRawUpstream((socket) => {
    socket.write(`${ok}Content-Length: 100000000\r\n\r\n`);
    const more = (): void => {
      while (socket.writable && socket.bytesWritten < 100_000_000 && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', more);
    more();
  });
  const door = await startDoor(upstream.url, { options: { limits: { sendTimeoutMs: 300 } } });
  const client = connect(door.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.pause();
  client.write(get('/x'));
  t.ok(await until(() => upstream.open() === 1));
  t.ok(await until(() => upstream.open() === 0), 'holds no connection to the upstream for ever');
  t.equal(door.stats().upstreamRunning, 0);
  client.destroy();
  await door.stop();
  await upstream.stop();
});

t.test('a body that nobody wants', async (t) => {
  const upstream = await startUpstream();
  const door = await startDoor(upstream.url);
  const start = lines('POST /t/no-access/1 HTTP/1.1', host, 'Content-Length: 600000');
  const text = await sendRaw(door.port, [
    start + 'x'.repeat(300_000),
    'x'.repeat(300_000) + get('/t/no-access/2'),
  ]);
  t.strictSame(
    readResponses(text).map(({ status }) => status),
    [403, 403],
    'is read past, and not as a request',
  );
  const early = lines('POST /t/no-access/1 HTTP/1.1', host, 'Expect: 100-continue', 'Content-Length: 5');
  const answer = await ask(door.port, early);
  t.match(answer, { status: 403, headers: { connection: 'close' } }, 'is not asked for');
  t.equal(upstream.take().length, 0);
  await door.stop();
  await upstream.stop();
});

t.test('an early answer to a long upload', async (t) => {
  const upstream = await startRawUpstream((socket) => {
    socket.end('HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig');
  });
  const door = await startDoor(upstream.url);
  const start = lines('POST /p HTTP/1.1', host, 'Content-Length: 1000000');
  const response = await ask(door.port, [start, 'x'.repeat(100_000), 'x'.repeat(100_000)], { idleMs: 400 });
  t.match(response, { status: 413, body: 'big' });
  await door.stop();
  await upstream.stop();
});

t.test('a visitor who has said its last, and listens', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    const target = text.slice(4, text.indexOf(' ', 4));
    setTimeout(() => socket.write(`${ok}Content-Length: ${target.length}\r\n\r\n${target}`), 100);
  });
  const door = await startDoor(upstream.url);
  const pair = get('/one') + get('/two');
  const text = await sendRaw(door.port, pair, { end: true, idleMs: 3_000 });
  t.strictSame(
    readResponses(text).map(({ body }) => body),
    ['/one', '/two'],
  );
  const proxied = await startDoor(upstream.url, {
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

t.test('whoever breaks off, the other side hears of it', async (t) => {
  const sockets: Socket[] = [];
  const upstream = await startRawUpstream((socket, text) => {
    sockets.push(socket);
    if (text.includes('/stream')) socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  });
  const door = await startDoor(upstream.url);
  for (const target of ['/waiting', '/stream']) {
    const client = connect(door.port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(get(target));
    t.ok(await until(() => upstream.open() === 1));
    await soon(50);
    client.destroy();
    t.ok(await until(() => upstream.open() === 0), `${target}: the upstream is released`);
    t.ok(await until(() => door.stats().upstreamRunning === 0));
  }
  const upload = connect(door.port, '127.0.0.1');
  upload.on('error', () => undefined);
  upload.write(`${lines('POST /waiting HTTP/1.1', host, 'Content-Length: 1000000')}${'x'.repeat(100_000)}`);
  t.ok(await until(() => upstream.open() === 1));
  upload.destroy();
  t.ok(await until(() => upstream.open() === 0), 'an upload that breaks off');
  const reset = ask(door.port, get('/stream'), { idleMs: 3_000 });
  t.ok(await until(() => upstream.open() === 1));
  await soon(50);
  sockets.at(-1)?.resetAndDestroy();
  t.match(await reset, { status: 200, body: 'hello', complete: false }, 'a reset is an abort, never an end');
  await door.stop();
  await upstream.stop();
});

t.test('events arrive as they are sent, and end with their grant', async (t) => {
  let allowed = true;
  const upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  const { wordy } = await import('./door.ts');
  const door = await startDoor(upstream.url, {
    deps: { authorize: (question) => wordy(allowed ? question : { ...question, target: '/t/no-access/1' }) },
  });
  const open = (): Promise<{ response: IncomingMessage; closedMs: Promise<number> }> =>
    new Promise((resolve) => {
      httpRequest({ port: door.port, path: '/t/ok/events' }, (response) => {
        const closedMs = new Promise<number>((done) => response.once('close', () => done(performance.now())));
        response.on('error', () => undefined);
        response.once('data', () => resolve({ response, closedMs }));
      }).end();
    });
  const first = await open();
  t.equal(door.stats().streams, 1);
  allowed = false;
  let start = performance.now();
  door.revise();
  t.ok((await first.closedMs) - start < 500, 'at once on a revision');
  t.notOk(first.response.complete, 'as an abort');
  allowed = true;
  const second = await open();
  allowed = false;
  start = performance.now();
  t.ok((await second.closedMs) - start < 2_200, 'within two seconds without one');
  t.equal(door.stats().streams, 0);
  await door.stop();
  await upstream.stop();
});

t.test('closing lets what is in flight end', async (t) => {
  const upstream = await startUpstream((_request, response) => {
    setTimeout(() => response.end('late'), 300);
  });
  const door = await startDoor(upstream.url);
  const inFlight = ask(door.port, get('/x'), { idleMs: 2_000 });
  await until(() => door.stats().upstreamRunning === 1);
  const closed = door.close(3_000);
  t.match(await inFlight, { status: 200, body: 'late' });
  await closed;
  const kept = await startDoor(upstream.url);
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
  const stuck = await startDoor(upstream.url);
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

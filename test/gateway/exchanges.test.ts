import { connect, createServer, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import { ask, lines } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor, wordy } from './door.ts';

const host = 'Host: chat.example';
const ok = 'HTTP/1.1 200 OK\r\n';
const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...more);
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: () => boolean, ms = 5_000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(10)) if (what()) return true;
  return what();
}

function open(port: number, bytes: string) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => (text += chunk));
  socket.write(bytes, 'latin1');
  return { socket, text: () => text };
}

const pathOf = (text: string): string => text.split(' ')[1] ?? '';

t.test('a head goes out when it has come, and with its body at hand in one write', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).endsWith('/quiet'))
      socket.write(`${ok}Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n`);
    else socket.write(`${ok}Content-Length: 5\r\n\r\nhello`);
  });
  const door = await startDoor(upstream.url);
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
  const door = await startDoor(upstream.url);
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
  const few = await startDoor(upstream.url, { options: { upstream: { streams: 1 } } });
  const one = open(few.port, get('/quiet'));
  t.ok(await until(() => one.text() !== ''));
  t.equal((await ask(few.port, get('/quiet'))).status, 503, 'beyond the limit of all');
  one.socket.destroy();
  await few.stop();
  await upstream.stop();
});

t.test('a kept connection that was just closed', async (t) => {
  const requests: string[] = [];
  let says = '';
  let all = false;
  const upstream = await startRawUpstream((socket, text, connection) => {
    requests.push(`${text.slice(0, text.indexOf(' HTTP'))} on ${connection}`);
    const isFirst = pathOf(text) === '/first';
    if (isFirst) socket.write(`${ok}Content-Length: 5\r\n\r\nfirst`);
    else if (connection === used || all) socket.write(says, 'latin1', () => socket.resetAndDestroy());
    else socket.write(`${ok}Content-Length: 5\r\n\r\nagain`);
    used = connection;
  });
  let used = 0;
  const door = await startDoor(upstream.url);
  const post = lines('POST /p HTTP/1.1', host, 'Content-Length: 2');
  const rows: readonly (readonly [name: string, send: string, said: string, status: number, out: number])[] =
    [
      ['GET', get('/g'), '', 200, 2],
      ['a guarded GET', get('/t/ok/1'), '', 200, 2],
      ['HEAD', lines('HEAD /h HTTP/1.1', host), '', 200, 2],
      ['POST', `${post}hi`, '', 502, 1],
      ['an empty POST', lines('POST /p HTTP/1.1', host, 'Content-Length: 0'), '', 502, 1],
      ['DELETE', lines('DELETE /d HTTP/1.1', host), '', 502, 1],
      ['PUT', `${post.replace('POST', 'PUT')}hi`, '', 502, 1],
      ['OPTIONS', lines('OPTIONS /o HTTP/1.1', host), '', 502, 1],
      ['PROPFIND', lines('PROPFIND /o HTTP/1.1', host), '', 502, 1],
      ['a GET with a body', `${lines('GET /b HTTP/1.1', host, 'Content-Length: 2')}hi`, '', 502, 1],
      ['one byte of an answer', get('/g'), 'H', 502, 1],
      ['half a head', get('/g'), 'HTTP/1.1 200 OK\r\nContent-', 502, 1],
      ['an interim answer', get('/g'), 'HTTP/1.1 102 Processing\r\n\r\n', 502, 1],
      ['a head', get('/g'), `${ok}Content-Length: 9\r\n\r\n`, 200, 1],
    ];
  let retries = 0;
  for (const [name, send, said, status, out] of rows) {
    says = said;
    t.equal((await ask(door.port, get('/first'))).body, 'first');
    await soon(20);
    requests.length = 0;
    const answer = await ask(door.port, send);
    t.equal(answer.status, status, `${name}: ${status}`);
    t.equal(requests.length, out, `${name}: ${out} at the upstream`);
    if (out === 2) retries += 1;
    t.equal(
      new Set(requests.map((text) => text.split(' on ')[1])).size,
      out,
      'each on a connection of its own',
    );
    t.equal(door.stats().upstream.retries, retries, 'counted');
  }
  all = true;
  says = '';
  t.equal((await ask(door.port, get('/first'))).body, 'first');
  await soon(20);
  requests.length = 0;
  t.equal((await ask(door.port, get('/g'))).status, 502, 'and never a third time');
  t.equal(requests.length, 2);
  requests.length = 0;
  t.equal((await ask(door.port, get('/g'))).status, 502);
  t.equal(requests.length, 1, 'nor again what went on a new connection');
  t.match(door.stats(), { upstreamRunning: 0, streams: 0, leases: 0 });
  await door.stop();
  await upstream.stop();
});

t.test('a connection has a greatest age', async (t) => {
  const upstream = await startRawUpstream((socket, _text, connection) =>
    socket.write(`${ok}Content-Length: ${String(connection).length}\r\n\r\n${connection}`),
  );
  const door = await startDoor(upstream.url, { options: { upstream: { maxConnectionAgeMs: 300 } } });
  const on = async (): Promise<string> => (await ask(door.port, get('/x'))).body;
  t.strictSame([await on(), await on()], ['1', '1']);
  await soon(350);
  t.equal(await on(), '2', 'then another takes its place');
  t.ok(await until(() => upstream.open() === 1), 'and it is closed');
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
    options: { upstream: { connectTimeoutMs: 300 } },
  });
  const answer = await ask(door.port, get('/x'), { idleMs: 3_000 });
  t.match(answer, { status: 502, headers: { 'x-gateway-reason': 'upstream-unreachable' } });
  await door.stop();
  mute.close();
});

/** The lines that a door logs. */
function logLines() {
  const seen: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().trim().split('\n'))
        seen.push(JSON.parse(line) as Record<string, unknown>);
      done();
    },
  });
  return { log: pino({ base: null }, sink), seen };
}

t.test('whatever fails has a line with the id that the visitor was shown', async (t) => {
  const { log, seen } = logLines();
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).includes('broken')) socket.write('HTTP/9 what\r\n\r\n');
    else if (pathOf(text).includes('slow')) return;
    else socket.write(`${ok}Content-Length: 2\r\n\r\nhi`);
  });
  const door = await startDoor(upstream.url, {
    options: {
      upstream: { timeoutMs: 300, connections: 1, queue: 0 },
      limits: { bodyTimeoutMs: 300, connections: 3 },
    },
    deps: { log },
  });
  const secret = 'Cookie: session=a-cookie-value';
  const upload = lines('POST /p?q=a-query-value HTTP/1.1', host, secret, 'Content-Length: 9');
  const rows: readonly (readonly [
    name: string,
    send: string,
    status: number,
    code: string,
    cause: RegExp,
  ])[] = [
    [
      'an answer that is none',
      get('/broken?q=a-query-value', secret),
      502,
      'upstream-invalid',
      /HTTP\/1\.1 protocol/,
    ],
    ['the same, guarded', get('/t/ok/broken', secret), 502, 'upstream-invalid', /HTTP\/1\.1 protocol/],
    ['no answer', get('/t/ok/slow', secret), 504, 'upstream-timeout', /HEADERS_TIMEOUT/],
    ['a body that stops', upload, 408, 'request-timeout', /bodyTimeoutMs/],
    ['broken HTTP', lines('GET / HTTP/1.1', host, 'a-query-value : b'), 400, 'bad-request', /HPE_/],
    ['two hosts', get('/', 'Host: a'), 400, 'bad-request', /before it is judged/],
    ['a target too long', get(`/${'a-query-value'.repeat(700)}`), 414, 'target-too-long', /./],
    ['headers too large', get('/', `A: ${'x'.repeat(17_000)}`), 431, 'headers-too-large', /./],
    ['a judge that breaks', get('/t/broken/1'), 500, 'internal-error', /secret/],
  ];
  for (const [name, send, status, code, cause] of rows) {
    seen.length = 0;
    const answer = await ask(door.port, send, { idleMs: 2_000 });
    t.equal(answer.status, status, name);
    const line = seen.find(({ msg }) => msg === 'failed');
    t.match(line, { code, cause, requestId: answer.headers['x-request-id'] }, name);
    t.notMatch(answer.body, /127\.0\.0\.1|HPE|HEADERS_TIMEOUT/, 'the visitor is told nothing of it');
    t.notMatch(JSON.stringify(seen), /a-cookie-value|a-query-value/, 'and the line no cookie and no query');
  }
  seen.length = 0;
  const held = open(door.port, get('/slow'));
  t.ok(await until(() => door.stats().upstreamRunning === 1));
  t.equal((await ask(door.port, get('/x'))).status, 503, 'busy');
  const idle = [1, 2].map(() => open(door.port, ''));
  await soon(50);
  t.equal((await ask(door.port, get('/x'))).status, 503, 'too many connections');
  t.strictSame(
    seen.filter(({ msg }) => msg === 'failed').map(({ code }) => code),
    ['upstream-busy', 'too-many-connections'],
  );
  [held, ...idle].forEach(({ socket }) => socket.destroy());
  t.ok(await until(() => door.stats().connections === 0));
  await upstream.stop();
  seen.length = 0;
  t.equal((await ask(door.port, get('/x'))).status, 502, 'a platform that is away');
  t.match(seen[0], { msg: 'failed', code: 'upstream-unreachable', cause: /ECONNREFUSED/ });
  t.match(door.stats().upstream.failure, /ECONNREFUSED/);
  for (let i = 0; i < 320; i += 1) await ask(door.port, get('/x'));
  t.equal(door.stats().failures.get('upstream-unreachable'), 321, 'all are counted');
  const told = seen.filter(({ msg }) => msg === 'failed').length;
  t.ok(told >= 290 && told < 321, `${told} lines of 321`);
  await door.stop();
});

t.test('what was answered is seen when its head is known, and what went on when it ends', async (t) => {
  let allowed = true;
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).endsWith('/stream'))
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    else setTimeout(() => socket.write(`${ok}Content-Length: 2\r\n\r\nhi`), 60);
  });
  const door = await startDoor(upstream.url, {
    deps: { authorize: (question) => wordy(allowed ? question : { ...question, target: '/t/no-access/1' }) },
  });
  await ask(door.port, get('/t/ok/1'));
  const [plain] = door.accesses;
  t.match(plain, { status: 200, code: 'bot-access' });
  t.ok(
    (plain?.upstreamMs ?? 0) >= 50 && (plain?.durationMs ?? 0) >= (plain?.upstreamMs ?? 0),
    'how long it took',
  );
  t.equal(door.ended.length, 0, 'one line is enough for a short one');
  await ask(door.port, get('/t/no-access/1'));
  t.match(door.accesses[1], { status: 403, code: 'no-access', upstreamMs: undefined });
  const upload = lines('POST /t/ok/stream HTTP/1.1', host, 'Content-Length: 7');
  const left = open(door.port, `${upload}payload`);
  t.ok(await until(() => left.text().includes('hello')));
  t.match(door.accesses[2], { status: 200, method: 'POST' }, 'a stream: with its head');
  await soon(1_100);
  left.socket.destroy();
  t.ok(await until(() => door.ended.length === 1));
  t.match(door.ended[0], {
    why: 'visitor-left',
    bytesIn: 7,
    bytesOut: 5,
    requestId: door.accesses[2]?.requestId,
  });
  const revoked = open(door.port, get('/t/ok/stream'));
  t.ok(await until(() => revoked.text().includes('hello')));
  const waits = open(door.port, get('/t/ok/1'));
  t.ok(await until(() => door.stats().upstreamRunning === 1));
  allowed = false;
  door.revise();
  t.ok(await until(() => door.ended.length === 3), 'ended grants, however short');
  t.match(door.ended.slice(1), [{ why: 'no-access' }, { why: 'no-access' }]);
  t.ok(await until(() => waits.text().startsWith('HTTP/1.1 403')), 'what waited gets the answer of now');
  await soon(100);
  t.notMatch(waits.text(), /200 OK/, 'and the late head is not passed on');
  t.equal(door.accesses.length, 5, 'one line for each');
  allowed = true;
  const free = open(door.port, get('/free/stream'));
  t.ok(await until(() => free.text().includes('hello')));
  allowed = false;
  door.revise();
  await soon(50);
  t.notOk(free.socket.destroyed, 'what is not guarded is not asked about at each revision');
  door.reconsider();
  t.ok(await until(() => free.socket.destroyed), 'but where what is judged by was swapped');
  await door.stop();
  await upstream.stop();
});

t.test('a judge that is slow or stuck holds up no other grant', async (t) => {
  let allowed = true;
  const upstream = await startRawUpstream((socket) => {
    socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  });
  const asked = new Map<string, number>();
  const door = await startDoor(upstream.url, {
    deps: {
      authorize(question) {
        const times = (asked.get(question.target) ?? 0) + 1;
        asked.set(question.target, times);
        const now = wordy(allowed ? question : { ...question, target: '/t/no-access/1' });
        if (question.target.startsWith('/t/ok/stuck') && times > 1) return new Promise(() => undefined);
        if (!question.target.startsWith('/t/ok/slow')) return now;
        return soon(20).then(() => now);
      },
    },
  });
  const stuck = Array.from({ length: 120 }, (_, i) => open(door.port, get(`/t/ok/stuck-${i}`)));
  const slow = Array.from({ length: 20 }, (_, i) => open(door.port, get(`/t/ok/slow-${i}`)));
  const quick = open(door.port, get('/t/ok/quick'));
  t.ok(await until(() => door.stats().streams === 141));
  await soon(1_500);
  t.ok(
    stuck.every(({ socket }) => !socket.destroyed),
    'who was not answered yet goes on for a while',
  );
  const start = performance.now();
  allowed = false;
  t.ok(await until(() => quick.socket.destroyed, 2_000), 'a quick one ends in time');
  t.comment(`${Math.round(performance.now() - start)} ms`);
  t.ok(await until(() => slow.every(({ socket }) => socket.destroyed), 8_000), 'the slow ones end');
  t.ok(await until(() => door.stats().streams === 0, 12_000), 'and the stuck ones are given up');
  await door.stop();
  await upstream.stop();
});

t.test('a slow reader is limited by its own setting', async (t) => {
  const upstream = await startRawUpstream((socket) => {
    socket.write(`${ok}Content-Length: 100000000\r\n\r\n`);
    const more = (): void => {
      while (socket.writable && socket.bytesWritten < 100_000_000 && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', more);
    more();
  });
  const door = await startDoor(upstream.url, {
    options: { limits: { bodyTimeoutMs: 50, sendTimeoutMs: 800 } },
  });
  const client = connect(door.port, '127.0.0.1');
  client.on('error', () => undefined).pause();
  client.write(get('/t/ok/x'));
  t.ok(await until(() => upstream.open() === 1));
  await soon(500);
  t.equal(upstream.open(), 1, 'not by that of request bodies');
  t.ok(await until(() => upstream.open() === 0));
  t.match(door.ended, [{ why: 'not-taken' }].slice(0, door.ended.length));
  client.destroy();
  await door.stop();
  await upstream.stop();
});

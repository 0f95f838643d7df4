import { Writable } from 'node:stream';
import { pino } from 'pino';
import t from 'tap';
import type { Authorize } from '../../src/access/question.ts';
import { ask, lines } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { as, startJudge } from './judge.ts';
import { get, host, ok, open, pathOf, soon, until } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

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
  const breaking: Authorize = (question) => {
    if (question.target === '/t/broken/1') throw new Error('a secret that must not get out');
    return judge.authorize(question);
  };
  const door = await startDoor(upstream.url, {
    judge,
    options: {
      upstream: { timeoutMs: 300, connections: 1, queue: 0 },
      limits: { bodyTimeoutMs: 300, connections: 3 },
    },
    deps: { log, authorize: breaking },
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
  // From before the first: the rate of lines goes by the time that passes, however long that is here.
  const sinceMs = performance.now();
  t.equal((await ask(door.port, get('/x'))).status, 502, 'a platform that is away');
  t.match(seen[0], { msg: 'failed', code: 'upstream-unreachable', cause: /ECONNREFUSED/ });
  t.match(door.stats().upstream.failure, /ECONNREFUSED/);
  for (let i = 0; i < 420; i += 1) await ask(door.port, get('/x'));
  const perMinute = 300 * (1 + (performance.now() - sinceMs) / 60_000);
  t.equal(door.stats().failures.get('upstream-unreachable'), 421, 'all are counted');
  const told = seen.filter(({ msg }) => msg === 'failed').length;
  t.ok(told >= 290 && told <= perMinute + 2, `${told} lines of 421`);
  await door.stop();
});

t.test('what was answered is seen when its head is known, and what went on when it ends', async (t) => {
  const upstream = await startRawUpstream((socket, text) => {
    if (pathOf(text).endsWith('/stream'))
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    else setTimeout(() => socket.write(`${ok}Content-Length: 2\r\n\r\nhi`), 60);
  });
  const door = await startDoor(upstream.url, { judge });
  await ask(door.port, get('/t/ok/1'));
  const [plain] = door.accesses;
  t.match(plain, { status: 200, code: 'whitelisted-bot' });
  t.ok(
    (plain?.upstreamMs ?? 0) >= 50 && (plain?.durationMs ?? 0) >= (plain?.upstreamMs ?? 0),
    'how long it took',
  );
  t.equal(door.ended.length, 0, 'one line is enough for a short one');
  await ask(door.port, get('/t/closed/1', as.outsider));
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
  await judge.switchList('ok', false);
  t.ok(await until(() => door.ended.length === 3), 'ended grants, however short');
  t.match(door.ended.slice(1), [{ why: 'no-credential' }, { why: 'no-credential' }]);
  t.ok(await until(() => waits.text().startsWith('HTTP/1.1 401')), 'what waited gets the answer of now');
  await soon(100);
  t.notMatch(waits.text(), /200 OK/, 'and the late head is not passed on');
  t.equal(door.accesses.length, 5, 'one line for each');
  const free = open(door.port, get('/free/stream'));
  t.ok(await until(() => free.text().includes('hello')));
  judge.guard({ path: '/free/:botId' });
  await judge.switchList('ok', true);
  await soon(50);
  t.notOk(free.socket.destroyed, 'what is not guarded is not asked about at each revision');
  door.reconsider();
  t.ok(await until(() => free.socket.destroyed), 'but where what is judged by was swapped');
  await door.stop();
  await upstream.stop();
});

import { connect } from 'node:net';
import t, { type Test } from 'tap';
import type { LogLine } from '../support/child.ts';
import { startGateway } from '../support/gateway-process.ts';
import { ask, lines, type RawResponse } from '../support/raw.ts';
import { startRawUpstream } from '../support/upstreams.ts';
import { get, host, rows, type Row } from './failure-rows.ts';
import { adminToken, manage, soon, until } from './lease-scene.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi';
const stream = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n';
let heads = 0;
const upstream = await startRawUpstream((socket, text) => {
  heads += 1;
  const target = text.split(' ')[1] ?? '';
  if (target.includes('broken')) socket.write('HTTP/9 what\r\n\r\n');
  else if (target.includes('gone')) socket.destroy();
  else if (target.includes('stream')) socket.write(stream);
  else if (!target.includes('slow')) socket.write(ok);
});
const gateway = await startGateway({
  config: {
    upstream: { url: upstream.url, timeoutMs: 400, connections: 2, queue: 0, streams: 1 },
    routes: [
      { path: '/t/:botId/:conversationId' },
      { path: '/only/:botId', methods: ['GET'] },
      { path: '/only/:botId/*rest', methods: ['POST', 'DELETE'] },
      { path: '/ask', body: { botId: 'bot' } },
    ],
    limits: { inspectedBodyBytes: 1_024, bodyTimeoutMs: 500, headersTimeoutMs: 500, connections: 6 },
    admin: { token: adminToken },
  },
});
const port = Number(new URL(gateway.publicUrl).port);
t.teardown(() => gateway.stop());

const failed = (from: number): readonly LogLine[] =>
  gateway.logs.slice(from).filter(({ msg }) => msg === 'failed');

/** The answer, its line, and nothing of what is inside or was sent. */
async function check(
  t: Test,
  { name, status, code, cause }: Omit<Row, 'send'>,
  answer: RawResponse,
  from: number,
) {
  t.equal(answer.status, status, name);
  t.ok(await until(() => failed(from).length > 0, 2_000), `${name}: has a line`);
  const [line, ...more] = failed(from);
  t.same(more, [], `${name}: has one line`);
  const { headers, body } = answer;
  t.match(line, { code, cause, requestId: headers['x-request-id'], level: 40 }, name);
  t.equal(headers['x-gateway-reason'], code, name);
  t.match(headers['x-request-id'], /^[\w-]{16,}$/, name);
  if (headers['content-length'] !== '0')
    t.match(JSON.parse(body), { status, reason: code, requestId: headers['x-request-id'] }, name);
  t.notMatch(
    body + answer.rawHeaders.join(),
    /127\.0\.0\.1|HPE_|UND_ERR|ECONN|Error/,
    `${name}: tells nothing`,
  );
  const said = JSON.stringify(gateway.logs.slice(from));
  t.notMatch(said, /a-cookie-value|a-query-value/, `${name}: the log has no cookie and no query`);
}

const counts = async (): Promise<ReadonlyMap<string, number>> => {
  const text = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  const found = text.matchAll(/^gateway_failures_total\{code="([^"]+)"\} (\d+)$/gm);
  return new Map([...found].map(([, code = '', count]) => [code, Number(count)]));
};

t.before(async () => {
  await manage(gateway, 'POST', 'whitelists/platform/ranges', { start: '127.0.0.1', end: '127.0.0.1' });
  await manage(gateway, 'PATCH', 'whitelists/platform', { enabled: true });
});

t.test('whatever fails has a line with the id that the visitor was shown, and is counted', async (t) => {
  const expected = new Map<string, number>();
  for (const row of rows) {
    const from = gateway.logs.length;
    await check(t, row, await ask(port, row.send, { idleMs: 3_000 }), from);
    expected.set(row.code, (expected.get(row.code) ?? 0) + 1);
  }
  t.same(Object.fromEntries(await counts()), Object.fromEntries(expected));
});

/** A visitor who goes on waiting. */
function hold(bytes: string): { leave(): void; text(): string } {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  socket
    .setEncoding('latin1')
    .on('error', () => undefined)
    .on('data', (chunk: string) => (text += chunk));
  socket.write(bytes);
  return { leave: () => void socket.destroy(), text: () => text };
}

t.test('busy and too many', async (t) => {
  const busy = { status: 503, code: 'upstream-busy' } as const;
  const before = (await counts()).get('upstream-busy') ?? 0;
  const running = hold(get('/stream'));
  t.ok(await until(() => running.text().includes('hi'), 2_000));
  for (const target of ['/stream', '/t/support/stream']) {
    const from = gateway.logs.length;
    const answer = await ask(port, get(target));
    await check(t, { name: target, cause: /upstream\.streams is reached/, ...busy }, answer, from);
  }
  running.leave();
  heads = 0;
  const slow = [hold(get('/slow')), hold(get('/slow'))];
  t.ok(await until(() => heads === 2, 2_000));
  for (const target of ['/x', '/t/support/x']) {
    const from = gateway.logs.length;
    const answer = await ask(port, get(target));
    t.match(answer.headers['retry-after'], /^\d+$/);
    await check(t, { name: `${target}, no slot`, cause: /upstream\.queue is full/, ...busy }, answer, from);
  }
  t.equal((await counts()).get('upstream-busy'), before + 4);
  // Who half-closes may still listen, for a second.
  slow.forEach((one) => one.leave());
  await soon(2_100);
  const idle = Array.from({ length: 6 }, () => hold(''));
  await soon(50);
  const from = gateway.logs.length;
  const answer = await ask(port, get('/x'));
  idle.forEach((one) => one.leave());
  await soon(100);
  const many = {
    status: 503,
    code: 'too-many-connections',
    cause: /limits\.connections is reached/,
  } as const;
  await check(t, { name: 'connections', ...many }, answer, from);
});

t.test('what is refused by its method says which ones are served', async (t) => {
  for (const [send, allow] of [
    [lines('DELETE /only/support HTTP/1.1', host), 'GET, HEAD'],
    [lines('PUT /only/support/1/2 HTTP/1.1', host), 'GET, HEAD, POST, DELETE'],
    [lines('TRACE / HTTP/1.1', host), 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
  ] as const) {
    const { status, headers } = await ask(port, send);
    t.match({ status, allow: headers['allow'] }, { status: 405, allow }, send.slice(0, 20));
  }
});

const readyz = async () => {
  const answer = await fetch(`${gateway.privateUrl}/readyz`);
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
};

t.test('the platform is named where health is asked for, and makes nobody unready', async (t) => {
  t.equal((await ask(port, get('/x'))).status, 200);
  const named = (state: string, detail: RegExp) => ({
    status: 200,
    body: {
      ready: true,
      degraded: state === 'down',
      dependencies: [{}, {}, { name: 'upstream', state, detail }],
    },
  });
  t.match(await readyz(), named('up', /^it answered \d+ s ago$/));
  await upstream.stop();
  for (const target of ['/x', '/t/support/x']) {
    const from = gateway.logs.length;
    const answer = await ask(port, get(target));
    const away = { status: 502, code: 'upstream-unreachable', cause: /ECONNREFUSED/ } as const;
    await check(t, { name: target, ...away }, answer, from);
  }
  t.match(await readyz(), named('down', /^\d+ s ago .*ECONNREFUSED/));
  const metrics = await (await fetch(`${gateway.privateUrl}/metrics`)).text();
  t.match(metrics, /^gateway_build_info\{version="\d+\.\d+\.\d+[^"]*",node="v\d+\.\d+\.\d+"\} 1$/m);
});

t.test('what is guarded and fails has its line of access too', async (t) => {
  const from = gateway.logs.length;
  const { headers } = await ask(port, get('/t/support/1'));
  t.ok(await until(() => gateway.logs.slice(from).length >= 2, 2_000));
  const requestId = headers['x-request-id'];
  const line = gateway.logs.slice(from).find(({ msg }) => msg === 'access');
  t.match(line, { requestId, status: 502, reason: 'whitelisted-platform', outcome: 'forward' });
});

import { connect, type Socket } from 'node:net';
import t from 'tap';
import { ask, lines, readResponses, sendRaw } from '../support/raw.ts';
import { startRawUpstream, startUpstream } from '../support/upstreams.ts';
import { startDoor, wordy, type Door } from './door.ts';

const host = 'Host: chat.example';
const wanted = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const upgrade = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...wanted, ...more);
const switching =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';
const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what: () => boolean, ms = 5_000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(10)) if (what()) return true;
  return what();
}

/** An upstream that takes every upgrade and echoes, and what it received. */
async function startEcho(answer: (target: string) => string | undefined = () => switching) {
  const requests: string[] = [];
  const tunnels: Socket[] = [];
  const ended: string[] = [];
  const heard: string[] = [];
  const upstream = await startRawUpstream((socket, text) => {
    const at = text.indexOf('\r\n\r\n') + 4;
    const target = text.split(' ')[1] ?? '';
    requests.push(text.slice(0, at));
    const said = answer(target);
    if (said === undefined) return;
    socket.write(said, 'latin1');
    if (!said.startsWith('HTTP/1.1 101')) return;
    tunnels.push(socket);
    socket.removeAllListeners('data');
    if (text.length > at) socket.write(text.slice(at), 'latin1');
    socket.on('data', (chunk: string) => {
      heard.push(chunk);
      if (socket.writable) socket.write(chunk, 'latin1');
    });
    socket.on('end', () => ended.push(target));
  });
  return { ...upstream, requests, tunnels, ended, heard };
}

interface Client {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<void>;
}

function open(door: Door, bytes: string, allowHalfOpen = false): Client {
  const socket = connect({ port: door.port, host: '127.0.0.1', allowHalfOpen });
  let text = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => (text += chunk));
  socket.write(bytes, 'latin1');
  return {
    socket,
    text: () => text,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}

t.test('what is let through is a tunnel', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url);
  for (const [target, decision] of [
    ['/chat', 'not-guarded'],
    ['/t/ok/live', 'bot-access'],
    ['/t/report/live', 'no-access'],
  ] as const) {
    const client = open(
      door,
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
  const client = open(door, upgrade('/chat'));
  t.ok(await until(() => client.text().includes('\r\n\r\n')));
  echo.tunnels.at(-1)?.end('\x88\x00', 'latin1');
  await client.closed;
  t.match(client.text(), /\x88\x00$/, 'the upstream’s last words and its end reach the visitor');
  const left = open(door, upgrade('/chat'), true);
  t.ok(await until(() => left.text().includes('\r\n\r\n')));
  echo.tunnels.at(-1)?.end('\x88\x00', 'latin1');
  t.ok(await until(() => left.text().endsWith('\x88\x00')));
  await soon(50);
  left.socket.end('last words');
  t.ok(await until(() => echo.heard.at(-1) === 'last words'), 'and the visitor’s after it the upstream');
  await left.closed;
  const gone = open(door, upgrade('/chat'));
  t.ok(await until(() => gone.text().includes('\r\n\r\n')));
  gone.socket.resetAndDestroy();
  t.ok(await until(() => echo.open() === 0), 'a reset too');
  await door.stop();
  await echo.stop();
});

t.test('what is not let through is told so on the handshake', async (t) => {
  const echo = await startEcho((target) => {
    if (target === '/no')
      return 'HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 8\r\nContent-Length: 3\r\n\r\nold';
    if (target === '/plain')
      return 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n';
    if (target === '/other')
      return 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n';
    if (target === '/flood') return 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100);
    if (target === '/interim-no')
      return 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 426 Upgrade Required\r\nContent-Length: 3\r\n\r\nold';
    if (target === '/broken') return 'HTTP/9 what\r\n\r\n';
    if (target === '/t/ok/cached')
      return 'HTTP/1.1 200 OK\r\nCache-Control: public\r\nContent-Length: 1\r\n\r\nx';
    return target === '/silent' ? undefined : switching;
  });
  const door = await startDoor(echo.url, { options: { upstream: { timeoutMs: 300 } } });
  const html = 'Accept: text/html';
  const rows: readonly (readonly [name: string, send: string, status: number, reason?: string])[] = [
    ['no credential, never a redirect', upgrade('/t/no-credential/1', html), 401, 'no-credential'],
    ['a bad token', upgrade('/t/token-invalid/1'), 401, 'token-invalid'],
    ['no access', upgrade('/t/no-access/1', html), 403, 'no-access'],
    ['ambiguous', upgrade('/t/path-ambiguous/1'), 400, 'path-ambiguous'],
    ['not known now', upgrade('/t/policy-unavailable/1'), 503, 'policy-unavailable'],
    ['a judge that breaks', upgrade('/t/broken/1'), 500, 'internal-error'],
    ['two hosts', upgrade('/chat', 'Host: b'), 400, 'bad-request'],
    ['the upstream wants another version', upgrade('/no'), 426],
    ['the upstream answers in plain HTTP', upgrade('/plain'), 200],
    ['a transcript in plain HTTP is protected', upgrade('/t/ok/cached'), 200],
    ['the upstream switches to something else', upgrade('/other'), 502, 'upstream-invalid'],
    ['the upstream is broken', upgrade('/broken'), 502, 'upstream-invalid'],
    ['the upstream says 100 unasked, and no', upgrade('/interim-no'), 426],
    ['the upstream floods with interim answers', upgrade('/flood'), 502, 'upstream-invalid'],
    ['the upstream is silent', upgrade('/silent'), 504, 'upstream-timeout'],
  ];
  for (const [name, send, status, reason] of rows)
    await t.test(name, async (t) => {
      const answer = await ask(door.port, send, { idleMs: 1_000 });
      t.equal(answer.status, status);
      t.equal(answer.headers['x-gateway-reason'], reason);
      t.equal(answer.headers['connection'], 'close');
      if (send.includes('/cached')) t.equal(answer.headers['cache-control'], 'no-store');
    });
  t.equal(door.stats().streams, 0);
  await echo.stop();
  t.match(await ask(door.port, upgrade('/chat')), {
    status: 502,
    headers: { 'x-gateway-reason': 'upstream-unreachable' },
  });
  await door.stop();
});

t.test('a page of another site cannot use a visitor’s cookie, or address', async (t) => {
  const echo = await startEcho();
  const door = await startDoor(echo.url, {
    options: { websockets: { origins: ['https://friend.example'] } },
  });
  const site = await startDoor(echo.url, { settings: { publicUrl: 'https://chat.example' } });
  const rows: readonly (readonly [Door, target: string, origin: string | undefined, status: number])[] = [
    [door, '/t/cookie/1', undefined, 101],
    [door, '/t/cookie/1', 'http://chat.example', 101],
    [door, '/t/cookie/1', 'https://chat.example', 101],
    [door, '/t/cookie/1', 'https://friend.example', 101],
    [door, '/t/cookie/1', 'https://evil.example', 403],
    [door, '/t/cookie/1', 'https://chat.example.evil.example', 403],
    [door, '/t/cookie/1', 'https://chat.example:8443', 403],
    [door, '/t/cookie/1', 'null', 403],
    [door, '/t/ok/1', 'https://evil.example', 101],
    [door, '/t/listed/1', undefined, 101],
    [door, '/t/listed/1', 'https://chat.example', 101],
    [door, '/t/listed/1', 'https://evil.example', 403],
    [door, '/t/listed/1', 'null', 403],
    [door, '/t/listed/1', '', 403],
    [door, '/t/listed/1', 'https://chat.example\r\nOrigin: https://evil.example', 403],
    [door, '/t/report/1', 'https://evil.example', 101],
    [door, '/chat', 'https://evil.example', 101],
    [site, '/t/cookie/1', 'https://chat.example', 101],
    [site, '/t/cookie/1', 'http://chat.example', 403],
    [site, '/t/listed/1', 'https://chat.example', 101],
    [site, '/t/listed/1', 'https://other.example', 403],
  ];
  for (const [at, target, origin, status] of rows) {
    const answer = await ask(
      at.port,
      upgrade(target, ...(origin === undefined ? [] : [`Origin: ${origin}`])),
      { idleMs: 60 },
    );
    t.equal(answer.status, status, `${target} from ${origin}`);
    if (status === 403) t.equal(answer.headers['x-gateway-reason'], 'origin-mismatch');
  }
  await Promise.all([door.stop(), site.stop()]);
  await echo.stop();
});

t.test('upgrades in a pipeline neither crash nor confuse', async (t) => {
  const echo = await startEcho((target) => (target === '/slow' ? undefined : switching));
  const door = await startDoor(echo.url);
  const plain = (target: string): string => lines(`GET ${target} HTTP/1.1`, host);
  t.equal(await sendRaw(door.port, plain('/slow') + upgrade('/chat')), '', 'behind an unanswered request');
  t.equal(await sendRaw(door.port, plain('/slow') + upgrade('/t/no-access/1')), '');
  t.equal(echo.requests.filter((text) => text.includes('/chat')).length, 0, 'it never reached the upstream');
  const after = await sendRaw(door.port, [plain('/_gateway/healthz'), upgrade('/chat')]);
  t.match(after, /^HTTP\/1\.1 200 OK[^]*HTTP\/1\.1 101/, 'after an answered one it may');
  t.match(
    await sendRaw(door.port, upgrade('/t/no-access/1') + plain('/t/ok/2')),
    /^HTTP\/1\.1 403(?![^]*HTTP)/,
  );
  t.equal((await ask(door.port, plain('/_gateway/healthz'))).status, 200);
  await door.stop();
  await echo.stop();
});

t.test('an upgrade that is not served is plain HTTP/1.1', async (t) => {
  const upstream = await startUpstream((request, response, body) => {
    const { method = '', url = '', headers } = request;
    response.end(
      `${method} ${url} ${body} ${headers.upgrade ?? '-'} ${String(headers['http2-settings'] ?? '-')}`,
    );
  });
  const door = await startDoor(upstream.url);
  const without = await startDoor(upstream.url, { options: { upstream: { websockets: false } } });
  const h2c = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'];
  const frob = ['Connection: close, Upgrade', 'Upgrade: frob/1'];
  const offered = (start: string, more: readonly string[], body = ''): string =>
    lines(start, host, ...more, ...(body === '' ? [] : [`Content-Length: ${body.length}`])) + body;
  const chunked = `${offered('PUT /p HTTP/1.1', [...h2c, 'Transfer-Encoding: chunked'])}5\r\nhello\r\n0\r\n\r\n`;
  const rows: readonly (readonly [name: string, door: Door, send: string, answers: readonly string[]])[] = [
    ['h2c', door, offered('GET /a HTTP/1.1', h2c), ['GET /a  - -']],
    ['h2c with a body', door, offered('POST /b HTTP/1.1', h2c, 'hello'), ['POST /b hello - -']],
    ['h2c with a body in chunks', door, chunked, ['PUT /p hello - -']],
    ['another', door, offered('POST /c HTTP/1.1', frob, 'hi'), ['POST /c hi - -']],
    ['over HTTP/1.0', door, offered('GET /d HTTP/1.0', h2c), ['GET /d  - -']],
    ['a WebSocket by POST', door, upgrade('/k').replace('GET', 'POST'), ['POST /k  - -']],
    ['a WebSocket with a body', door, `${upgrade('/l', 'Content-Length: 2')}hi`, ['GET /l hi - -']],
    ['a WebSocket over HTTP/1.0', door, upgrade('/m').replace('/1.1', '/1.0'), ['GET /m  - -']],
    ['a WebSocket where none is passed on', without, upgrade('/e'), ['GET /e  - -']],
    ['the reserved prefix', door, upgrade('/_gateway/healthz'), ['']],
    [
      'and the connection goes on',
      door,
      offered('POST /f HTTP/1.1', h2c, 'one') +
        offered('POST /g HTTP/1.1', h2c, 'two') +
        offered('GET /h HTTP/1.1', []),
      ['POST /f one - -', 'POST /g two - -', 'GET /h  - -'],
    ],
    [
      'a body is no request',
      door,
      offered('POST /i HTTP/1.1', h2c, lines('GET /t/ok/x HTTP/1.1', host)),
      [`POST /i ${lines('GET /t/ok/x HTTP/1.1', host)} - -`],
    ],
  ];
  for (const [name, at, send, expected] of rows) {
    const parts = expected.length === 1 ? [send] : send.split(/(?=POST \/g|GET \/h)/);
    const answers = readResponses(await sendRaw(at.port, parts, { pauseMs: 100 }));
    t.strictSame(
      answers.map(({ status, body }) => [status, body]),
      expected.map((body) => [200, body]),
      name,
    );
  }
  const many = ['A: 1', 'B: 2', ...Array.from({ length: 100 }, (_, i) => `X-${i}: 1`)];
  const refused = await ask(door.port, offered('POST /j HTTP/1.1', [...h2c, ...many], 'hello'));
  t.equal(refused.status, 431, 'headers beyond the limit are not cut off and read again');
  t.equal(
    (await ask(door.port, offered('GET /t/no-access/1 HTTP/1.1', h2c))).status,
    403,
    'and it is judged',
  );
  await Promise.all([door.stop(), without.stop()]);
  await upstream.stop();
});

t.test('a visitor who leaves before the upgrade is answered', async (t) => {
  const silent = await startEcho(() => undefined);
  const door = await startDoor(silent.url, { options: { upstream: { timeoutMs: 60_000 } } });
  for (const [name, leave] of [
    ['closes', (socket: Socket) => socket.destroy()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
    ['half-closes', (socket: Socket) => socket.end()],
    ['goes on talking', (socket: Socket) => socket.write('x'.repeat(300_000))],
  ] as const) {
    const client = open(door, upgrade('/t/ok/live'));
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
  const door = await startDoor(no.url);
  const client = open(door, upgrade('/t/ok/live'));
  t.ok(await until(() => client.text().includes('no'), 1_000));
  t.match(client.text(), /^HTTP\/1\.1 401 Unauthorized\r\n/);
  t.equal(door.stats().streams, 1, 'an answer under way');
  client.socket.destroy();
  t.ok(await until(() => no.open() === 0));
  await door.stop();
  await no.stop();
});

t.test('a tunnel ends with its grant, when it is idle, and with the gateway', async (t) => {
  let allowed = true;
  const echo = await startEcho();
  const door = await startDoor(echo.url, {
    options: { websockets: { idleTimeoutMs: 400 } },
    deps: { authorize: (question) => wordy(allowed ? question : { ...question, target: '/t/no-access/1' }) },
  });
  const tunnel = async (): Promise<Client> => {
    const client = open(door, upgrade('/t/ok/live'));
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
  allowed = false;
  start = performance.now();
  door.revise();
  await busy.closed;
  clearInterval(talk);
  t.ok(performance.now() - start < 500, 'at once on a revision');
  t.ok(await until(() => echo.open() === 0));
  allowed = true;
  const quiet = await tunnel();
  const keep = setInterval(() => quiet.socket.write('x'), 50);
  allowed = false;
  start = performance.now();
  await quiet.closed;
  clearInterval(keep);
  t.ok(performance.now() - start < 2_000, 'within two seconds without one');
  allowed = true;
  const last = await tunnel();
  await door.close(100);
  await last.closed;
  await echo.stop();
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
  const door = await startDoor(upstream.url);
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

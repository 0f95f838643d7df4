import t from 'tap';
import type { Authorize } from '../../src/access/question.ts';
import { ask, lines, sendRaw } from '../support/raw.ts';
import { startDoor, type Door } from './door.ts';
import { startEcho, switching } from './echo.ts';
import { as, startJudge } from './judge.ts';
import { host, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());
const unloaded = await startJudge({ loads: false });
t.teardown(() => unloaded.stop());

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
  const breaking: Authorize = (question) => {
    if (question.target === '/t/broken/1') throw new Error('a secret that must not get out');
    if (question.target === '/t/ok/unknown') return unloaded.authorize(question);
    return judge.authorize(question);
  };
  const door = await startDoor(echo.url, {
    judge,
    deps: { authorize: breaking },
    options: { upstream: { timeoutMs: 300 } },
  });
  const html = 'Accept: text/html';
  const rows: readonly (readonly [name: string, send: string, status: number, reason?: string])[] = [
    ['no credential, never a redirect', upgrade('/t/closed/1', html), 401, 'no-credential'],
    ['a bad token', upgrade('/t/ok/1', 'Authorization: Bearer a.b.c'), 401, 'token-invalid'],
    ['no access', upgrade('/t/closed/1', html, as.outsider), 403, 'no-access'],
    ['ambiguous', upgrade('/t/closed/..%2fok/1'), 400, 'path-ambiguous'],
    ['not known now', upgrade('/t/ok/unknown'), 503, 'policy-unavailable'],
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
    judge,
    options: { websockets: { origins: ['https://friend.example'] } },
  });
  const site = await startDoor(echo.url, { judge, settings: { publicUrl: 'https://chat.example' } });
  type Row = readonly [Door, target: string, origin: string | undefined, status: number, who?: string];
  const rows: readonly Row[] = [
    [door, '/t/closed/1', undefined, 101, as.cookie],
    [door, '/t/closed/1', 'http://chat.example', 101, as.cookie],
    [door, '/t/closed/1', 'https://chat.example', 101, as.cookie],
    [door, '/t/closed/1', 'https://friend.example', 101, as.cookie],
    [door, '/t/closed/1', 'https://evil.example', 403, as.cookie],
    [door, '/t/closed/1', 'https://chat.example.evil.example', 403, as.cookie],
    [door, '/t/closed/1', 'https://chat.example:8443', 403, as.cookie],
    [door, '/t/closed/1', 'null', 403, as.cookie],
    [door, '/t/ok/1', 'https://evil.example', 101, as.member],
    [door, '/t/ok/1', undefined, 101],
    [door, '/t/ok/1', 'https://chat.example', 101],
    [door, '/t/ok/1', 'https://evil.example', 403],
    [door, '/t/ok/1', 'null', 403],
    [door, '/t/ok/1', '', 403],
    [door, '/t/ok/1', 'https://chat.example\r\nOrigin: https://evil.example', 403],
    [door, '/t/report/1', 'https://evil.example', 101],
    [door, '/chat', 'https://evil.example', 101],
    [site, '/t/closed/1', 'https://chat.example', 101, as.cookie],
    [site, '/t/closed/1', 'http://chat.example', 403, as.cookie],
    [site, '/t/ok/1', 'https://chat.example', 101],
    [site, '/t/ok/1', 'https://other.example', 403],
  ];
  for (const [at, target, origin, status, who] of rows) {
    const said = origin === undefined ? [] : [`Origin: ${origin}`];
    const answer = await ask(at.port, upgrade(target, ...said, ...(who === undefined ? [] : [who])), {
      idleMs: 60,
    });
    t.equal(
      answer.status,
      status,
      `${target} from ${origin}${who === undefined ? '' : `, ${who.slice(0, 6)}`}`,
    );
    if (status === 403) t.equal(answer.headers['x-gateway-reason'], 'origin-mismatch');
  }
  await Promise.all([door.stop(), site.stop()]);
  await echo.stop();
});

t.test('upgrades in a pipeline neither crash nor confuse', async (t) => {
  const echo = await startEcho((target) => (target === '/slow' ? undefined : switching));
  const door = await startDoor(echo.url, { judge });
  const plain = (target: string): string => lines(`GET ${target} HTTP/1.1`, host);
  t.equal(await sendRaw(door.port, plain('/slow') + upgrade('/chat')), '', 'behind an unanswered request');
  t.equal(await sendRaw(door.port, plain('/slow') + upgrade('/t/closed/1', as.outsider)), '');
  t.equal(echo.requests.filter((text) => text.includes('/chat')).length, 0, 'it never reached the upstream');
  const after = await sendRaw(door.port, [plain('/_gateway/healthz'), upgrade('/chat')]);
  t.match(after, /^HTTP\/1\.1 200 OK[^]*HTTP\/1\.1 101/, 'after an answered one it may');
  t.match(
    await sendRaw(door.port, upgrade('/t/closed/1', as.outsider) + plain('/t/ok/2')),
    /^HTTP\/1\.1 403(?![^]*HTTP)/,
  );
  t.equal((await ask(door.port, plain('/_gateway/healthz'))).status, 200);
  await door.stop();
  await echo.stop();
});

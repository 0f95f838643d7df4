import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import {
  adminToken,
  isEarly,
  manage,
  open,
  secret,
  soon,
  startWaitingPlatform,
  trickle,
  until,
  ways,
  type Waiting,
} from './lease-scene.ts';

/** How the platform answers who somebody is: at once, late, or not at all. */
let answersAfterMs: number | undefined = 0;
/** When it was last said who somebody is (Unix ms). */
let saidAtMs = 0;
const cacheMs = 3_000;
const me = '{"id":"ann","bots":["support"]}';

const upstream = await startWaitingPlatform((text, socket) => {
  if (text.startsWith('POST /logout ')) return `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`;
  if (!text.startsWith('GET /api/me ')) return undefined;
  const answer = (): void => {
    saidAtMs = Date.now();
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${me.length}\r\n\r\n${me}`,
    );
  };
  if (answersAfterMs !== undefined) setTimeout(answer, answersAfterMs);
  return '';
});
const gateway = await startGateway({
  config: {
    upstream: { url: upstream.url, timeoutMs: 60_000 },
    routes: [{ path: '/t/:botId/:conversationId' }],
    identity: {
      sessions: [
        {
          name: 'desk',
          from: ['cookie:PHPSESSID'],
          // Far longer than a grant may outlive its reason.
          check: { url: '/api/me', timeoutMs: 60_000 },
          claims: { subject: 'body.id', bots: 'body.bots' },
          cacheSeconds: cacheMs / 1000,
          ends: [{ method: 'POST', path: '/logout' }],
        },
      ],
    },
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
    admin: { token: adminToken },
  },
});
t.teardown(async () => {
  await gateway.stop();
  await upstream.stop();
});

const listed = '203.0.113.7';
const waysHere = ways.filter((way) => way !== 'slot');
const visit = (session: string, from: string): Waiting[] =>
  waysHere.map((way) =>
    open(gateway, way, '/t/support', [`Cookie: PHPSESSID=${session}`, `X-Forwarded-For: ${from}`]),
  );
const isOver = (one: Waiting): boolean => one.overAtMs() !== undefined;
const runs = (one: Waiting): boolean => isEarly(one.way) || one.text().includes(secret);
const left: Waiting[] = [];

t.before(async () => {
  await manage(gateway, 'POST', 'whitelists/bot%3Asupport/ranges', { start: listed, end: listed });
  await manage(gateway, 'PATCH', 'whitelists/bot%3Asupport', { enabled: true });
});
t.afterEach(() => {
  answersAfterMs = 0;
  left.splice(0).forEach((one) => one.leave());
});

t.test('a judge that is slow ends nothing', async (t) => {
  const all = visit('slow', '192.0.2.1');
  left.push(...all);
  t.ok(await until(() => all.every(runs), 3_000));
  const bodies = trickle(all);
  answersAfterMs = 500;
  await soon(2 * cacheMs + 1_000);
  bodies.stop();
  t.same(
    all.filter(isOver).map(({ way }) => way),
    [],
  );
});

t.test('what cannot be known any more ends two seconds after it was known at the latest', async (t) => {
  const before = gateway.logs.length;
  const [all, fromList] = [visit('stuck', '192.0.2.1'), visit('stuck', listed)];
  left.push(...all, ...fromList);
  t.ok(await until(() => [...all, ...fromList].every(runs), 3_000));
  const bodies = trickle([...all, ...fromList]);
  await soon(1_000);
  answersAfterMs = undefined;
  await until(() => all.every(isOver), cacheMs + 3_000);
  for (const one of all) {
    const tookMs = (one.overAtMs() ?? Infinity) - saidAtMs - cacheMs;
    t.ok(tookMs < 2_000, `${one.way}: over after ${Math.round(tookMs)} ms`);
    if (isEarly(one.way)) t.match(one.text(), /^HTTP\/1\.1 503 [^]*sessions-unavailable/, one.way);
  }
  await soon(1_500);
  const ended = gateway.logs
    .slice(before)
    .filter(({ msg, why }) => msg === 'ended' && why !== 'visitor-left');
  t.same([...new Set(ended.map(({ why }) => why))], ['sessions-unavailable']);
  bodies.stop();
  t.same(
    fromList.filter(isOver).map(({ way }) => way),
    [],
    'whoever it is, the address opens it',
  );
});

t.test('a session that was seen to end is over though the platform says nothing of it', async (t) => {
  const all = visit('signed-out', '192.0.2.1');
  left.push(...all);
  t.ok(await until(() => all.every(runs), 3_000));
  const bodies = trickle(all);
  answersAfterMs = undefined;
  const headers = { cookie: 'PHPSESSID=signed-out', 'x-forwarded-for': '192.0.2.1' };
  await fetch(`${gateway.publicUrl}/logout`, { method: 'POST', headers });
  const endedAtMs = Date.now();
  await until(() => all.every(isOver), 3_000);
  bodies.stop();
  for (const one of all) {
    const tookMs = (one.overAtMs() ?? Infinity) - endedAtMs;
    t.ok(tookMs < 2_000, `${one.way}: over after ${Math.round(tookMs)} ms`);
  }
});

t.test('an address that is taken off its list is out, whatever the session turns out to be', async (t) => {
  const all = visit('unknown', listed);
  left.push(...all);
  t.ok(await until(() => all.every(runs), 3_000));
  const bodies = trickle(all);
  answersAfterMs = undefined;
  await soon(cacheMs + 1_000);
  t.same(
    all.filter(isOver).map(({ way }) => way),
    [],
  );
  await manage(gateway, 'PATCH', 'whitelists/bot%3Asupport', { enabled: false });
  const endedAtMs = Date.now();
  await until(() => all.every(isOver), 3_000);
  bodies.stop();
  for (const one of all) {
    const tookMs = (one.overAtMs() ?? Infinity) - endedAtMs;
    t.ok(tookMs < 2_000, `${one.way}: over after ${Math.round(tookMs)} ms`);
  }
});

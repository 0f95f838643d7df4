import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { lines, readResponses, sendRaw } from '../support/raw.ts';
import { startUpstream } from '../support/upstreams.ts';
import { bodyRows, json, type BodyRow } from './body-rows.ts';
import { adminToken, manage } from './lease-scene.ts';

const upstream = await startUpstream();
t.teardown(() => upstream.stop());
const gateway = await startGateway({
  config: {
    upstream: { url: upstream.url },
    routes: [
      { path: '/ask', body: { botId: 'bot', conversationId: 'chat' } },
      { path: '/form', form: { botId: 'bot' } },
      { path: '/query', query: { botId: 'bot' } },
    ],
    limits: { inspectedBodyBytes: 4_096 },
    trustedProxies: { cidrs: [] },
    admin: { token: adminToken },
  },
});
t.teardown(() => gateway.stop());
const port = Number(new URL(gateway.publicUrl).port);

t.before(async () => {
  const list = 'whitelists/bot%3Asupport';
  await manage(gateway, 'POST', `${list}/ranges`, { start: '127.0.0.1', end: '127.0.0.1' });
  await manage(gateway, 'PATCH', list, { enabled: true });
});

const latin1 = (text: string | Buffer): string => Buffer.from(text).toString('latin1');

/** The pieces of a request as they go over the wire. */
function piecesOf({ target = '/ask', method = 'POST', headers = [], body, chunked }: BodyRow): string[] {
  const parts = (typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body).map(latin1);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const framing = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  const head = lines(
    `${method} ${target} HTTP/1.1`,
    'Host: chat.example',
    'Connection: close',
    framing,
    ...headers,
  );
  if (!chunked) return [head, ...parts];
  return [head, ...parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`), '0\r\n\r\n'];
}

t.test('what a body names is what is judged, and what is passed on is what was judged', async (t) => {
  for (const row of bodyRows) {
    upstream.take();
    const text = await sendRaw(port, piecesOf(row), { idleMs: 2_000, pauseMs: 20 });
    const answer = readResponses(text).find(({ status }) => status !== 100);
    const reason = answer?.headers['x-gateway-reason'];
    const became = reason === undefined ? 'passes' : `${answer?.status ?? 0} ${reason}`;
    t.equal(became, row.becomes, row.name);
    const seen = upstream.take();
    if (row.becomes !== 'passes') t.same(seen, [], `${row.name}: reaches nobody`);
    else {
      const sent = typeof row.body === 'string' || Buffer.isBuffer(row.body) ? row.body : row.body.join('');
      t.same(
        [answer?.status, seen.map(({ body }) => body)],
        [200, [latin1(sent)]],
        `${row.name}: as it came`,
      );
    }
  }
});

t.test('a body that does not come whole reaches nobody', async (t) => {
  const good = '{"bot":"support","chat":"1"}';
  const head = (framing: string): string => lines('POST /ask HTTP/1.1', 'Host: chat.example', json, framing);
  upstream.take();
  for (const [name, bytes] of [
    ['shorter than it says', `${head('Content-Length: 40')}${good}`],
    [
      'without a last chunk',
      `${head('Transfer-Encoding: chunked')}${good.length.toString(16)}\r\n${good}\r\n`,
    ],
    ['a chunk without a length', `${head('Transfer-Encoding: chunked')}zz\r\n${good}\r\n0\r\n\r\n`],
  ] as const) {
    await sendRaw(port, bytes, { end: true, idleMs: 300 });
    t.same(upstream.take(), [], name);
  }
  const pipelined = `${head(`Content-Length: ${good.length}`)}${good}${lines('GET /query?bot=sales HTTP/1.1', 'Host: chat.example', 'Connection: close')}`;
  const answers = readResponses(await sendRaw(port, pipelined, { idleMs: 2_000 }));
  t.same(
    answers.map(({ status }) => status),
    [200, 403],
    'what follows it is a request of its own',
  );
  t.same(
    upstream.take().map(({ target }) => target),
    ['/ask'],
  );
});

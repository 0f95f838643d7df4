import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import t from 'tap';
import { createSigner, seconds } from '../support/tokens.ts';
import { issuer, options, publicOf } from './scene.ts';
import { createAsker, kindOf } from './session-scene.ts';

const unknown = 'not known: sessions-unavailable (cookie)';
const cookie = (value: string): string[] => ['host', 'chat.example', 'Cookie', `PHPSESSID=${value}`];
const person = (id: string): string => JSON.stringify({ id, departments: [{ id: 'support' }] });

async function serve(listener: RequestListener): Promise<string> {
  const server = createHttpServer(listener).listen(0, '127.0.0.1');
  t.teardown(() => (server.closeAllConnections(), server.close()));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A platform of bare sockets, told the id of the session that is asked about. */
async function serveRaw(answer: (socket: Socket, id: string) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (text) => answer(socket, /PHPSESSID=(\w+)/.exec(text.toString())?.[1] ?? ''));
  }).listen(0, '127.0.0.1');
  t.teardown(() => (sockets.forEach((socket) => socket.destroy()), server.close()));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answerOf = (body: string, length = body.length): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: keep-alive\r\n\r\n${body}`;

t.test('a thousand people who come at once cost a bounded number of calls', async (t) => {
  let [calls, running, most] = [0, 0, 0];
  const url = await serve(({ headers }, response) => {
    calls += 1;
    running += 1;
    most = Math.max(most, running);
    setTimeout(() => {
      running -= 1;
      response.end(person(/PHPSESSID=(\w+)/.exec(headers.cookie ?? '')?.[1] ?? ''));
    }, 20);
  });
  const asker = createAsker([kindOf(url, { check: { timeoutMs: 30_000 } })]);
  t.teardown(() => asker.stop());
  const all = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) =>
      asker.who(cookie(`s${at}`), { address: `198.51.${at >> 8}.${at & 255}` }),
    ),
  );
  t.equal(most, 16, 'at one time');
  t.equal(calls, 528, 'as many as run and wait, and no more');
  t.equal(all.filter((one) => one === unknown).length, 472, 'the others are not known');
  t.ok(all.every((one, at) => one === unknown || one === `desk s${at}: support`));
});

t.test('answers that are not what they should be', async (t) => {
  let written = 0;
  const huge = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100_000_000 });
    response.on('error', () => undefined);
    const chunk = Buffer.alloc(100_000, ' ');
    const more = (): void => {
      while (!response.destroyed && written < 100_000_000) {
        written += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    more();
  });
  const cut = await serveRaw((socket, id) => socket.end(answerOf(person(id), 500)));
  const trickle = await serveRaw((socket, id) => {
    socket.write(answerOf('', person(id).length));
    for (const [at, letter] of [...person(id)].entries()) setTimeout(() => socket.write(letter), 50 * at);
  });
  const none = await serveRaw((socket) => socket.end());
  const noHttp = await serveRaw((socket) => socket.end('+PONG\r\n'));
  const rows = {
    '100 MB': huge,
    'cut off': cut,
    'a letter at a time': trickle,
    closed: none,
    'no HTTP': noHttp,
  };
  for (const [name, url] of Object.entries(rows)) {
    const asker = createAsker([kindOf(url, { check: { timeoutMs: 600 } })]);
    t.equal(await asker.who(cookie('a')), unknown, name);
    await asker.stop();
  }
  t.ok(written < 20_000_000, `of 100 MB, ${written} bytes were taken`);
});

t.test('a redirect is not followed, wherever it leads', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await serve(({ url: target }, response) => {
    asked.push(target);
    if (target === '/api/me') response.writeHead(302, { location: '/api/other' }).end();
    else response.end(person('7'));
  });
  const asker = createAsker([kindOf(url)]);
  t.teardown(() => asker.stop());
  t.equal(await asker.who(cookie('a')), 'nobody: no-credential');
  t.same(asked, ['/api/me']);
});

t.test('an answer that nobody asked for is nobody’s', async (t) => {
  const url = await serveRaw((socket, id) => {
    socket.write(answerOf(person(id)) + answerOf(person('eve')));
    setTimeout(() => socket.destroyed || socket.write(answerOf(person('eve'))), 20);
  });
  const asker = createAsker([kindOf(url)]);
  t.teardown(() => asker.stop());
  for (const id of ['a', 'b', 'c', 'd']) {
    t.equal(await asker.who(cookie(id)), `desk ${id}: support`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
});

t.test('a session and a bearer', async (t) => {
  const rs = createSigner('RS256', 'k');
  const claims = { iss: 'https://issuer.example/', aud: 'transcript-gateway', sub: 'ada', exp: seconds(600) };
  const bearer = (token: string): string[] => [...cookie('b'), 'Authorization', `Bearer ${token}`];
  const url = await serve((_request, response) => response.end(person('7')));
  const identity = options([issuer({ keys: [publicOf(rs)] })]);
  const asker = createAsker([kindOf(url)], { identity });
  t.teardown(() => asker.stop());
  const good = rs.sign({ ...claims, bots: ['sales'] });
  const rows: readonly (readonly [name: string, expected: string, headers: readonly string[]])[] = [
    ['a good one is who it says', 'staff ada: sales', bearer(good)],
    ['one that is over', 'nobody: token-expired', bearer(rs.sign({ ...claims, exp: seconds(-600) }))],
    ['one that is forged', 'nobody: token-invalid', bearer(`${good.slice(0, -4)}AAAA`)],
    [
      'of another issuer',
      'nobody: token-foreign',
      bearer(rs.sign({ ...claims, iss: 'https://other.example/' })),
    ],
    ['one that is no token is the platform’s own', 'desk 7: support', bearer('opaque')],
    [
      'another scheme is the platform’s own',
      'desk 7: support',
      [...cookie('b'), 'Authorization', 'Basic eDp5'],
    ],
    ['a cookie of another person', 'nobody: session-invalid', cookie(`b; session=${good}`)],
  ];
  for (const [name, expected, headers] of rows) t.equal(await asker.who(headers), expected, name);
});

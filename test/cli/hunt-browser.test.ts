import { createHash } from 'node:crypto';
import t from 'tap';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import '../support/uncounted.ts';
import { findBrowser } from '../../src/cli/hunt/browser-process.ts';
import { findChromium } from '../support/chromium.ts';
import { run } from './scene.ts';

const phrase = 'the parcel is behind the red door';
const chromium = findChromium();
const routes = '[{path: "/print/:conversationId", bot: desk}]';

/** A page that shows its words, and whose script loads them by a call, a socket and events; and one of another site. */
async function openPlatform(): Promise<{ url: string; hosts: string[]; server: Server }> {
  const hosts: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', headers, method } = request;
    hosts.push(String(headers.host));
    const page = `<p>${phrase}</p><script>
      const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live?chat=' + 17);
      fetch('/ca' + 'll/' + 17, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":17}' });
      fetch('/da' + 'ta/' + 17);
      fetch('http://elsewhere.example/data').catch(() => 0);
      new EventSource('/eve' + 'nts/17');
    </script>`;
    if (url === '/print/17') return void response.setHeader('content-type', 'text/html').end(page);
    if (url === '/call/17' && method === 'POST') return void response.end(JSON.stringify({ text: phrase }));
    if (url === '/data/17' && headers.cookie === 'sid=secret') return void response.end(phrase.toUpperCase());
    if (url !== '/events/17') return void response.writeHead(404).end('nothing');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${phrase}\n\n`);
  });
  server.on('upgrade', (request, socket) => {
    const key = `${String(request.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.write(Buffer.concat([Buffer.from([0x81, phrase.length]), Buffer.from(phrase)]));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hosts, server };
}

t.test('what the page itself loads', { skip: chromium === undefined, timeout: 180_000 }, async (t) => {
  const { url, hosts, server } = await openPlatform();
  t.teardown(() => (server.closeAllConnections(), server.close()));
  const dir = t.testdir({ cookies: 'sid=secret' });
  const site = 'chat.example.test';
  const { code, err, json } = await run([
    ...['hunt', '/print/17', '--phrase', phrase, '--upstream-url', url, '--routes', routes],
    ...['--public-url', `http://${site}`, '--browser', chromium ?? '', '--cookie-file', `${dir}/cookies`],
    ...['--most', '20', '--json'],
  ]);
  t.equal(err, '');
  t.equal(code, 1);
  const found = json() as {
    browser: string;
    shown: Record<string, unknown>[];
    missing: { routes: { path: string }[] };
  };
  t.equal(found.browser, 'loaded');
  const at = (target: string) => found.shown.filter((one) => one['target'] === target);
  t.match(at('/print/17'), [{ how: 'guarded' }], 'once');
  t.match(at('/call/17'), [{ method: 'POST', how: 'open', json: '' }]);
  t.match(at('/data/17'), [{ how: 'open', toStrangers: false }], 'by the cookie only');
  t.match(at('/events/17'), [{ how: 'open' }]);
  t.match(at('/live?chat=17'), [{ how: 'open', family: 'socket' }]);
  t.same(
    ['/call/', '/data/', '/events/', '/live'].filter(
      (path) => !found.missing.routes.some((one) => one.path.includes(path)),
    ),
    [],
    'each has a route',
  );
  t.same([...new Set(hosts)], [site], 'asked under the name of the site');
});

t.test('no browser, or one that is none', async (t) => {
  const { url, server } = await openPlatform();
  t.teardown(() => (server.closeAllConnections(), server.close()));
  const given = [
    'hunt',
    '/print/17',
    '--phrase',
    phrase,
    '--upstream-url',
    url,
    '--routes',
    routes,
    '--most',
    '10',
  ];
  t.match(await run(given), { out: /No browser opened the link/ });
  t.match(await run([...given, '--browser', 'none', '--json']), { out: /"browser": "none"/ });
  t.match(await run([...given, '--browser', '/bin/false']), { out: /The browser could not open the link/ });
  t.match(await run([...given, '--browser', '/nowhere']), { out: /The browser could not open the link/ });
  t.equal(findBrowser({ PATH: '/nowhere' }), undefined);
});

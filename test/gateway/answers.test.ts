import t from 'tap';
import { ask, lines, readResponses, sendRaw } from '../support/raw.ts';
import { startRawUpstream, startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { as, startJudge } from './judge.ts';
import { get, host } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

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
  const door = await startDoor(upstream.url, { judge });
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
  const door = await startDoor(upstream.url, { judge });
  const text = await sendRaw(door.port, get('/1') + get('/t/closed/2', as.outsider) + get('/3') + get('/4'), {
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

t.test('a body that nobody wants', async (t) => {
  const upstream = await startUpstream();
  const door = await startDoor(upstream.url, { judge });
  const start = lines('POST /t/closed/1 HTTP/1.1', host, as.outsider, 'Content-Length: 600000');
  const text = await sendRaw(door.port, [
    start + 'x'.repeat(300_000),
    'x'.repeat(300_000) + get('/t/closed/2', as.outsider),
  ]);
  t.strictSame(
    readResponses(text).map(({ status }) => status),
    [403, 403],
    'is read past, and not as a request',
  );
  const early = lines(
    'POST /t/closed/1 HTTP/1.1',
    host,
    as.outsider,
    'Expect: 100-continue',
    'Content-Length: 5',
  );
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
  const door = await startDoor(upstream.url, { judge });
  const start = lines('POST /p HTTP/1.1', host, 'Content-Length: 1000000');
  const response = await ask(door.port, [start, 'x'.repeat(100_000), 'x'.repeat(100_000)], { idleMs: 400 });
  t.match(response, { status: 413, body: 'big' });
  await door.stop();
  await upstream.stop();
});

import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import t from 'tap';
import { ask, lines } from '../support/raw.ts';
import { startRawUpstream, startUpstream } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get, host, ok, soon, until } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('bodies stream both ways', async (t) => {
  const size = 64 * 1024 * 1024;
  let received = 0;
  const upstream = await startUpstream();
  upstream.server.removeAllListeners('request');
  upstream.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/up') {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => response.end(String(received)));
      return;
    }
    let left = size / 65_536;
    const block = Buffer.alloc(65_536, 'x');
    const more = (): void => {
      while (left > 0) {
        left -= 1;
        if (!response.write(block)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const door = await startDoor(upstream.url, { judge });
  const before = process.memoryUsage().rss;
  let peak = 0;
  const down = await new Promise<number>((resolve, reject) => {
    httpRequest({ port: door.port, path: '/down' }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        peak = Math.max(peak, process.memoryUsage.rss());
        // A slow reader.
        if (bytes % (8 * 1024 * 1024) < chunk.length) {
          response.pause();
          setTimeout(() => response.resume(), 10);
        }
      });
      response.on('end', () => resolve(bytes));
      response.on('error', reject);
    }).end();
  });
  t.equal(down, size);
  t.ok(peak - before < 100 * 1024 * 1024, `grew by ${Math.round((peak - before) / 1_048_576)} MiB`);
  const up = await new Promise<string>((resolve, reject) => {
    const request = httpRequest({ port: door.port, path: '/up', method: 'POST' }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    let left = size / 65_536;
    const block = Buffer.alloc(65_536, 'y');
    const more = (): void => {
      for (; left > 0;) {
        left -= 1;
        if (!request.write(block)) {
          request.once('drain', more);
          return;
        }
      }
      request.end();
    };
    more();
  });
  t.equal(up, String(size));
  await door.stop();
  await upstream.stop();
});

t.test('a visitor who does not take the answer', async (t) => {
  const upstream = await startRawUpstream((socket) => {
    socket.write(`${ok}Content-Length: 100000000\r\n\r\n`);
    const more = (): void => {
      while (socket.writable && socket.bytesWritten < 100_000_000 && socket.write('x'.repeat(65_536)));
    };
    socket.on('drain', more);
    more();
  });
  const door = await startDoor(upstream.url, { judge, options: { limits: { sendTimeoutMs: 300 } } });
  const client = connect(door.port, '127.0.0.1');
  client.on('error', () => undefined);
  client.pause();
  client.write(get('/x'));
  t.ok(await until(() => upstream.open() === 1));
  t.ok(await until(() => upstream.open() === 0), 'holds no connection to the upstream for ever');
  t.equal(door.stats().upstreamRunning, 0);
  client.destroy();
  await door.stop();
  await upstream.stop();
});

t.test('whoever breaks off, the other side hears of it', async (t) => {
  const sockets: Socket[] = [];
  const upstream = await startRawUpstream((socket, text) => {
    sockets.push(socket);
    if (text.includes('/stream')) socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
  });
  const door = await startDoor(upstream.url, { judge });
  for (const target of ['/waiting', '/stream']) {
    const client = connect(door.port, '127.0.0.1');
    client.on('error', () => undefined);
    client.write(get(target));
    t.ok(await until(() => upstream.open() === 1));
    await soon(50);
    client.destroy();
    t.ok(await until(() => upstream.open() === 0), `${target}: the upstream is released`);
    t.ok(await until(() => door.stats().upstreamRunning === 0));
  }
  const upload = connect(door.port, '127.0.0.1');
  upload.on('error', () => undefined);
  upload.write(`${lines('POST /waiting HTTP/1.1', host, 'Content-Length: 1000000')}${'x'.repeat(100_000)}`);
  t.ok(await until(() => upstream.open() === 1));
  upload.destroy();
  t.ok(await until(() => upstream.open() === 0), 'an upload that breaks off');
  const reset = ask(door.port, get('/stream'), { idleMs: 3_000 });
  t.ok(await until(() => upstream.open() === 1));
  await soon(50);
  sockets.at(-1)?.resetAndDestroy();
  t.match(await reset, { status: 200, body: 'hello', complete: false }, 'a reset is an abort, never an end');
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
    judge,
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

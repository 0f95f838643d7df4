import type { ServerResponse } from 'node:http';
import t from 'tap';
import zlib, { constants, gzipSync } from 'node:zlib';
import { phrase, startPlatform, watchingDoor } from './canary-scene.ts';
import { startEcho } from './echo.ts';
import { startJudge } from './judge.ts';
import { get, open, soon, until, upgrade } from './visitor.ts';

const judge = await startJudge();
t.teardown(() => judge.stop());

t.test('a stream is not held up, and what may begin the phrase for a second at most', async (t) => {
  let stream: ServerResponse | undefined;
  const events = await startPlatform((_request, response) => {
    stream = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
  });
  const { door, found } = await watchingDoor(judge, events.url, 'refuse');
  const visitor = open(door.port, get('/events'));
  t.ok(await until(() => visitor.text().includes('\r\n\r\n')), 'the head comes before any event');
  const shows = (text: string, ms: number): Promise<boolean> =>
    until(() => visitor.text().includes(text), ms);
  stream?.write('data: one\n\n');
  t.ok(await shows('data: one', 500));
  stream?.write('data: the parcel');
  t.notOk(await shows('the parcel', 300), 'held back');
  t.ok(await shows('the parcel', 1_500), 'for a second');
  stream?.write(' is behind the grüne door and more');
  await visitor.closed;
  t.same(found, ['print /events']);
  t.notMatch(visitor.text(), /door/);
  await door.stop();
});

t.test('messages of a tunnel', async (t) => {
  for (const action of ['alarm', 'refuse'] as const) {
    const echo = await startEcho();
    const { door, found } = await watchingDoor(judge, echo.url, action);
    const frame = (first: number, bytes: Buffer): Buffer =>
      Buffer.concat([Buffer.from([first, bytes.length]), bytes]);
    const [one, two] = [Buffer.from(phrase).subarray(0, 12), Buffer.from(phrase).subarray(12)];
    const deflate = (text: string): Buffer =>
      zlib.deflateRawSync(text, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const deflated = deflate(phrase);
    const rows: readonly (readonly [string, Buffer])[] = [
      ['whole', frame(0x81, Buffer.from(phrase))],
      [
        'in frames, with a ping between',
        Buffer.concat([frame(0x01, one), frame(0x89, Buffer.from('ping')), frame(0x80, two)]),
      ],
      [
        'long',
        Buffer.concat([
          Buffer.from([0x82, 126, 1, 0]),
          Buffer.alloc(256, ' '),
          frame(0x81, Buffer.from(phrase)),
        ]),
      ],
      ['compressed', frame(0xc1, deflated)],
      ['second', Buffer.concat([frame(0xc1, deflate('some words before')), frame(0xc1, deflated)])],
      [
        'pieces of a compressed one',
        Buffer.concat([frame(0x41, deflated.subarray(0, 9)), frame(0x80, deflated.subarray(9))]),
      ],
    ];
    for (const [how, bytes] of rows) {
      const visitor = open(door.port, upgrade(`/chat/${how.split(' ')[0] ?? ''}`));
      t.ok(await until(() => visitor.text().includes('\r\n\r\n')));
      // By pieces: heads of frames are parted too.
      for (let at = 0; at < bytes.length; at += 5) {
        echo.tunnels.at(-1)?.write(bytes.subarray(at, at + 5));
        await soon(1);
      }
      t.ok(await until(() => found.splice(0).length === 1), `${action}: ${how}`);
      if (action === 'refuse') t.ok(await until(() => visitor.socket.closed), 'it is over');
      else t.ok(await until(() => visitor.text().endsWith(bytes.toString('latin1'))), 'as it came');
      visitor.socket.destroy();
    }
    await door.stop();
    await echo.stop();
  }
});

t.test('compressed streams whose visitors leave take no decoder with them', async (t) => {
  const gzip = (text: string): Buffer => gzipSync(text, { finishFlush: constants.Z_SYNC_FLUSH });
  const platform = await startPlatform((request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    if (request.url === '/whole') setTimeout(() => response.end(gzip(phrase)), 20);
    else response.write(gzip('some words, and more of them later'));
  });
  for (const action of ['alarm', 'refuse'] as const) {
    const { door, found, notSearched } = await watchingDoor(judge, platform.url, action);
    for (let round = 0; round < 3; round += 1) {
      const visitors = Array.from({ length: 40 }, () => open(door.port, get('/endless')));
      for (const { text } of visitors) await until(() => text().includes('\r\n\r\n'));
      for (const { socket } of visitors) socket.destroy();
      t.ok(await until(() => door.stats().streams === 0));
    }
    const last = open(door.port, get('/whole', 'Connection: close'));
    await last.closed;
    t.same([found, notSearched], [['print /whole'], []], `${action}: the next one is looked at`);
    await door.stop();
  }
});

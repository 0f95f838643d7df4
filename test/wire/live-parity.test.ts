import { connect } from 'node:net';
import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform, type Received } from '../support/platform.ts';
import { sendRaw } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';

const platform = await startPlatform();
const gateway = await startGateway({ config: sceneConfig(platform, { trustedProxies: { cidrs: [] } }) });
t.teardown(async () => {
  await gateway.stop();
  await platform.stop();
});
const through = Number(new URL(gateway.publicUrl).port);
const binary = Array.from({ length: 70_000 }, (_, index) => String.fromCharCode((index * 7919) % 256)).join(
  '',
);

const handshake = [
  'GET /chat/socket HTTP/1.1',
  'Host: chat.example',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol: chat, other',
].join('\r\n');

/** A masked frame, as clients send them; the mask is zero, so that the payload stands as it is. */
function frame(opcode: number, payload: string): string {
  const length = payload.length;
  const head =
    length < 126
      ? String.fromCharCode(0x80 | opcode, 0x80 | length)
      : String.fromCharCode(0x80 | opcode, 0xfe, length >> 8, length & 255);
  return `${head}\0\0\0\0${payload}`;
}

t.test('a chat over WebSocket', async (t) => {
  const parts = [
    `${handshake}\r\n\r\n`,
    frame(1, 'hello'),
    frame(9, 'ping'),
    frame(2, binary.slice(0, 5000)),
    frame(8, '\x03\xe8'),
  ];
  const plain = await sendRaw(platform.port, parts, { idleMs: 1500 });
  const guarded = await sendRaw(through, parts, { idleMs: 1500 });
  t.match(plain, /^HTTP\/1\.1 101 /);
  const split = (text: string): { head: string[]; frames: string } => {
    const at = text.indexOf('\r\n\r\n');
    return { head: text.slice(0, at).split('\r\n').sort(), frames: text.slice(at + 4) };
  };
  t.same(split(guarded), split(plain), 'handshake and frames');
});

t.test('events come as they are sent, not at the end', async (t) => {
  const { port } = new URL(gateway.publicUrl);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(
    'GET /events?count=2&everyMs=1500 HTTP/1.1\r\nHost: chat.example\r\nAccept: text/event-stream\r\n\r\n',
  );
  const since = Date.now();
  const first = await new Promise<number>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (text.includes('data: event 1')) resolve(Date.now() - since);
    });
  });
  socket.destroy();
  t.ok(first < 1200, `the first after ${first} ms`);
});

t.test('a client that leaves releases the platform', async (t) => {
  await platform.take();
  const socket = connect(through, '127.0.0.1');
  socket.write('POST /upload HTTP/1.1\r\nHost: chat.example\r\nContent-Length: 100000\r\n\r\nabc');
  for (let i = 0; i < 50 && (await arrived()) === undefined; i += 1) await pause(20);
  socket.destroy();
  let request = await arrived();
  for (let i = 0; i < 100 && request?.aborted !== true; i += 1) {
    await pause(20);
    request = await arrived();
  }
  t.equal(request?.aborted, true);
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The last request that the platform saw, without forgetting it. */
async function arrived(): Promise<Received | undefined> {
  const response = await fetch(`${platform.url}/debug/last`);
  return ((await response.json()) as Received | null) ?? undefined;
}

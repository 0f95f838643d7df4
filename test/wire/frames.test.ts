import { once } from 'node:events';
import { adapters, createConsumer } from '@rails/actioncable';
import { Socket } from 'phoenix';
import { io } from 'socket.io-client';
import t from 'tap';
import { WebSocket } from 'ws';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { startTalks } from './talks.ts';

const identities = await startPlatform();
t.teardown(() => identities.stop());
const talks = await startTalks();
t.teardown(() => talks.stop());
const socket = (path: string, protocol: string, channels: readonly object[]) => ({
  path,
  kind: 'socket',
  frames: { protocol, channels },
});
const gateway = await startGateway({
  config: {
    upstream: { url: talks.url },
    routes: [
      socket('/socket', 'phoenix', [
        { name: 'conversation:{conversationId}', lookup: 'talks' },
        { name: 'lobby', open: true },
      ]),
      socket('/cable', 'actioncable', [
        { name: 'RoomChannel', lookup: 'talks', ids: { conversationId: 'params.room' } },
      ]),
      socket('/websocket', 'ddp', [
        { name: 'stream-room-messages', lookup: 'talks', ids: { conversationId: 'params[0]' } },
        { name: 'loadHistory', lookup: 'talks', ids: { conversationId: 'params[0]' } },
        { name: 'login', open: true },
      ]),
      socket('/io', 'socketio', [
        { name: 'connect', open: true },
        { name: 'join', lookup: 'talks', ids: { conversationId: 'params[0]' } },
        { name: 'file', lookup: 'talks', ids: { conversationId: 'params[0]' } },
      ]),
    ],
    lookups: { talks: { url: '/bots/{conversationId}', bot: 'bot' } },
    identity: {
      issuers: [
        {
          ...{ name: 'staff', issuer: 'stand-in', audience: 'transcript-gateway', grants: ['member'] },
          keys: [{ jwksUrl: `${identities.url}/jwks.json` }],
        },
      ],
    },
  },
});
t.teardown(() => gateway.stop());
const authorization = `Bearer ${await identities.token('member')}`;
const { host } = new URL(gateway.publicUrl);

/** As a browser's, but with a header. */
class Signed extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols, { headers: { authorization } });
  }
}

t.test('Phoenix channels', async (t) => {
  const client = new Socket(`ws://${host}/socket`, { transport: Signed, reconnectAfterMs: () => 60_000 });
  t.teardown(() => client.disconnect());
  const closed = new Promise<string>((resolve) =>
    client.onClose(({ code, reason }) => resolve(`${code} ${reason}`)),
  );
  client.connect();
  const joined = (topic: string, channel = client.channel(topic)) =>
    new Promise((resolve) => channel.join().receive('ok', resolve));
  const mine = client.channel('conversation:17');
  t.match(await joined('conversation:17', mine), { topic: 'conversation:17' });
  t.match(await joined('lobby'), { topic: 'lobby' });
  mine.push('file', new Uint8Array([1, 2]).buffer);
  void joined('conversation:18');
  t.equal(await closed, '1008 no-access');
  t.notOk(talks.seen.some((text) => text.includes('conversation:18')));
});

t.test('ActionCable', async (t) => {
  // Of a browser's page, it wants to know when that is looked at.
  const page = { addEventListener() {}, removeEventListener() {}, document: { visibilityState: 'visible' } };
  Object.assign(globalThis, page);
  adapters.WebSocket = Signed;
  const consumer = createConsumer(`ws://${host}/cable`);
  const subscribed = (room: number, told: object = {}): Promise<string> =>
    new Promise((resolve) => {
      const callbacks = {
        connected: () => resolve('connected'),
        disconnected: () => resolve('disconnected'),
        ...told,
      };
      consumer.subscriptions.create({ channel: 'RoomChannel', room }, callbacks);
    });
  t.equal(await subscribed(17), 'connected');
  t.equal(await subscribed(18), 'disconnected');
  consumer.disconnect();
  t.notOk(talks.seen.some((text) => text.includes(String.raw`\"room\":18`)));
});

t.test('DDP', async (t) => {
  const ask = async (...messages: readonly object[]): Promise<string> => {
    const client = new Signed(`ws://${host}/websocket`);
    await once(client, 'open');
    t.equal(client.extensions, '', 'nothing is compressed');
    for (const message of messages) client.send(JSON.stringify(message));
    client.send(JSON.stringify({ msg: 'ping' }));
    const answered = once(client, 'message').then(() => 'answered');
    const closed = once(client, 'close').then(([code, reason]) => `${code} ${reason}`);
    const first = await Promise.race([answered, closed]);
    client.terminate();
    return first;
  };
  const sub = (name: string, room: string) => ({ msg: 'sub', id: '1', name, params: [room, false] });
  const call = (method: string, ...params: readonly unknown[]) => ({
    msg: 'method',
    id: '2',
    method,
    params,
  });
  const connect = { msg: 'connect', version: '1', support: ['1'] };
  t.equal(await ask(connect, call('login', { resume: 'x' }), sub('stream-room-messages', '17')), 'answered');
  t.equal(await ask(sub('stream-room-messages', '18')), '1008 no-access');
  t.equal(
    await ask(sub('stream-room-messages', 'unknown')),
    '1008 no-access',
    'as for one that is not there',
  );
  t.equal(await ask(call('loadHistory', '18')), '1008 no-access');
  t.equal(await ask(call('getUsers')), '1008 bot-unresolved');
});

/** What a client of socket.io says of an event. */
const told = (client: ReturnType<typeof io>, event: string): Promise<readonly unknown[]> =>
  new Promise((resolve) => void client.once(event, (...all: readonly unknown[]) => resolve(all)));

t.test('socket.io', async (t) => {
  const connect = (transports: ('websocket' | 'polling')[]) => {
    const client = io(gateway.publicUrl, {
      path: '/io',
      transports,
      reconnection: false,
      extraHeaders: { authorization },
    });
    t.teardown(() => client.close());
    return client;
  };
  const client = connect(['websocket']);
  await told(client, 'connect');
  t.equal(await client.emitWithAck('join', '17'), 'the talk of 17');
  t.equal(await client.emitWithAck('file', '17', Buffer.from([1, 2])), 'a file in 17');
  client.emit('join', '18');
  const [why] = await told(client, 'disconnect');
  t.equal(why, 'transport close');
  const polling = connect(['polling']);
  const [refused] = await told(polling, 'connect_error');
  t.match(refused, { context: { status: 426 } }, 'long polling is not judged: it is refused');
  const line = await gateway.line(
    ({ msg, route, reason }) => msg === 'access' && route === '/io join' && reason === 'no-access',
  );
  t.match(line, { conversation: '18', bot: 'sales', outcome: 'deny' });
});

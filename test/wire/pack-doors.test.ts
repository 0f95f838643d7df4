import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { WebSocket, WebSocketServer } from 'ws';
import '../support/uncounted.ts';
import { packRows } from '../config/pack-rows.ts';
import { startGateway } from '../support/gateway-process.ts';
import { hmacSigner, seconds } from '../support/tokens.ts';

const signer = hmacSigner('HS256', 'k');
const adminToken = 'an-admin-token-of-the-test';

/** A platform that shows everything to everybody, and why it was let through to. */
const server = createServer((request, response) => {
  response.setHeader('X-Let-In', String(request.headers['x-gateway-decision']));
  request.resume().on('end', () => response.end('WORDS'));
});
const sockets = new WebSocketServer({ server });
sockets.on('headers', (headers, request) =>
  headers.push(`X-Let-In: ${String(request.headers['x-gateway-decision'])}`),
);
sockets.on('connection', (socket) => socket.on('message', () => socket.send('WORDS')));
await once(server.listen(0, '127.0.0.1'), 'listening');
t.teardown(() => (server.closeAllConnections(), server.close()));
const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

const inUrls = new Set(['tiledesk', 'botpress']);
const configOf = (name: string): Readonly<Record<string, unknown>> => ({
  upstream: { url },
  platform: inUrls.has(name) ? { name } : { name, bot: 'desk' },
  identity: {
    issuers: [
      {
        ...{ name: 'staff', issuer: 'i', audience: 'a', grants: ['member', 'contact'] },
        keys: [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
      },
    ],
  },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
});

const far = { 'x-forwarded-for': '192.0.2.9' };
const bearer = (claims: object) => ({
  ...far,
  authorization: `Bearer ${signer.sign({ iss: 'i', aud: 'a', sub: 'ann', exp: seconds(600), ...claims })}`,
});
const people = {
  stranger: far,
  member: bearer({ bots: ['desk', '5f1c', 'shop'] }),
  'a member of another bot': bearer({ bots: ['other'] }),
  listed: { 'x-forwarded-for': '203.0.113.7' },
  'listed by the platform': { 'x-forwarded-for': '203.0.113.8' },
  contact: bearer({ contact_id: 'c-17' }),
};
type Who = keyof typeof people;

/** Why each is let in or refused, at what is of one bot; of any; and at a file of any. */
const ofOne: Readonly<Record<Who, string>> = {
  stranger: 'no-credential',
  member: 'bot-access',
  'a member of another bot': 'no-access',
  listed: 'whitelisted-bot',
  'listed by the platform': 'whitelisted-platform',
  contact: 'no-access',
};
const ofAny = { ...ofOne, 'a member of another bot': 'bot-access', listed: 'no-credential' };
const fileOfAny = { ...ofAny, listed: 'whitelisted-bot' };
/** A socket whose subscriptions are judged is for whoever may read some bot. */
const judged = fileOfAny;

async function whyFetched(target: string, headers: object, body?: string): Promise<string> {
  const how = body === undefined ? {} : { method: 'POST', body };
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(target, { redirect: 'manual', ...how, headers: { ...headers, ...type } });
  const why = answer.headers.get('x-let-in') ?? answer.headers.get('x-gateway-reason');
  const words = (await answer.text()) === 'WORDS';
  return `${String(why)}${words === answer.headers.has('x-let-in') ? '' : ', and shown'}`;
}

async function opened(target: string, headers: object): Promise<{ why: string; socket: WebSocket }> {
  const socket = new WebSocket(target.replace('http', 'ws'), { headers: { ...headers } });
  socket.on('error', () => undefined);
  const why = await new Promise<string>((resolve) => {
    socket.on('upgrade', ({ headers }) => resolve(String(headers['x-let-in'])));
    socket.on('unexpected-response', (_request, { headers }) => resolve(String(headers['x-gateway-reason'])));
  });
  return { why, socket };
}

async function list(privateUrl: string, scope: string, address: string): Promise<void> {
  const call = (method: string, path: string, body: object) =>
    fetch(`${privateUrl}/_gateway/api/v1/whitelists/${encodeURIComponent(scope)}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await call('POST', '/ranges', { start: address, end: address });
  await call('PATCH', '', { enabled: true });
}

const cable = (channel: string) => ({
  command: 'subscribe',
  identifier: JSON.stringify({ channel, pubsub_token: 'x' }),
});
const sub = (name: string, ...params: readonly unknown[]) => ({ msg: 'sub', id: '1', name, params });
const method = (name: string, ...params: readonly unknown[]) => ({
  ...{ msg: 'method', id: '2', method: name, params },
});
const token = { useCollection: false, args: [{ visitorToken: 'x' }] };
const elsewhere = { 'x-forwarded-for': '203.0.113.9' };

/** By pack: a socket, what is asked for within it, by whom, and what comes: words, or why it is closed. */
const asked: Readonly<Record<string, readonly (readonly [string, object, object, string])[]>> = {
  chatwoot: [
    ['/cable', cable('RoomChannel'), people.member, 'WORDS'],
    ['/cable', cable('RoomChannel'), people.listed, 'WORDS'],
    ['/cable', cable('RoomChannel'), people['a member of another bot'], '1008 no-access'],
    ['/cable', cable('RoomChannel'), elsewhere, '1008 no-credential'],
    ['/cable', cable('OtherChannel'), people.member, '1008 bot-unresolved'],
  ],
  'rocket-chat': [
    ['/websocket', method('login', { resume: 'x' }), far, 'WORDS'],
    ['/websocket', sub('stream-notify-all', 'public-info', false), far, 'WORDS'],
    ['/websocket', sub('stream-room-messages', 'r1', { args: [] }), far, 'WORDS'],
    ['/websocket', sub('stream-room-messages', 'r1', token), far, '1008 no-credential'],
    ['/websocket', sub('stream-room-messages', 'r1', { args: { 0: token } }), far, '1008 no-credential'],
    ['/websocket', sub('stream-room-messages', 'r1', token), people.listed, 'WORDS'],
    ['/websocket', sub('stream-room-messages', 'r1', token), people.member, 'WORDS'],
    ['/websocket', sub('stream-livechat-room', 'r1', token), far, '1008 no-credential'],
    [
      '/websocket',
      method('livechat:loadHistory', { rid: 'r1', token: 'x' }),
      elsewhere,
      '1008 no-credential',
    ],
    ['/websocket', method('livechat:sendTranscript', 'x', 'r1', 'a@b'), people.contact, '1008 no-access'],
    [
      '/sockjs/1/ab/websocket',
      [JSON.stringify(sub('stream-room-messages', 'r1', token))],
      far,
      '1008 no-credential',
    ],
    ['/sockjs/1/ab/websocket', [JSON.stringify(method('login', { resume: 'x' }))], far, 'WORDS'],
  ],
};

async function askWithin(t: Test, name: string, publicUrl: string): Promise<void> {
  for (const [path, message, who, expected] of asked[name] ?? []) {
    const { socket } = await opened(`${publicUrl}${path}`, who);
    const first = new Promise<string>((resolve) => {
      socket.on('message', (data: Buffer) => resolve(data.toString()));
      socket.on('close', (code, reason) => resolve(`${String(code)} ${reason.toString()}`));
    });
    if (socket.readyState !== WebSocket.OPEN) await once(socket, 'open');
    socket.send(JSON.stringify(message));
    t.equal(await first, expected, `${path} ${JSON.stringify(message)}`);
    socket.terminate();
  }
}

for (const [name, rows] of Object.entries(packRows)) {
  t.test(`every door of ${name}, and who opens it`, async (t) => {
    const gateway = await startGateway({ config: configOf(name) });
    t.teardown(() => gateway.stop());
    for (const bot of ['desk', '5f1c', 'shop']) await list(gateway.privateUrl, `bot:${bot}`, '203.0.113.7');
    await list(gateway.privateUrl, 'bot:elsewhere', '203.0.113.9');
    await list(gateway.privateUrl, 'platform', '203.0.113.8');
    for (const [target, expected, body] of rows) {
      if (target.startsWith('/_gateway')) continue;
      const at = `${gateway.publicUrl}${target}`;
      const [kind, bot] = expected.split(' ');
      if (expected === 'other') {
        t.equal(await whyFetched(at, far, body), 'not-guarded', `stranger: ${target}`);
        continue;
      }
      if (expected === 'open') {
        const { why, socket } = await opened(at, far);
        t.equal(why, 'not-guarded', `everybody: ${target}`);
        socket.terminate();
        t.equal(await whyFetched(at, far), 'upgrade-required', `in a plain request: ${target}`);
        continue;
      }
      const isJudged = name === 'chatwoot' && kind === 'socket';
      const answers = isJudged ? judged : bot !== 'any' ? ofOne : kind === 'file' ? fileOfAny : ofAny;
      for (const [who, why] of Object.entries(answers) as [Who, string][]) {
        const found = kind === 'socket' ? await opened(at, people[who]) : undefined;
        t.equal(found?.why ?? (await whyFetched(at, people[who], body)), why, `${who}: ${target}`);
        found?.socket.terminate();
      }
    }
    await askWithin(t, name, gateway.publicUrl);
  });
}

import '../support/uncounted.ts';
import { once } from 'node:events';
import t from 'tap';
import { WebSocket } from 'ws';
import { wordsOf } from '../support/worst-platform.ts';
import { gateway, list, people, platform } from './worst-scene.ts';
import { cablePaths, cableMessages, ddpMessages, said, type Sent } from './worst-messages.ts';

type Who = keyof typeof people;
await list('bot:support', '203.0.113.7');
await list('platform', '203.0.113.8');

const headersOf = (who: Who): Readonly<Record<string, string>> =>
  Object.fromEntries(people[who].map((line) => line.split(': ') as [string, string]));

/** The status of a refused upgrade, the words of which conversations come, or why it is closed. */
async function hear(base: string, path: string, sent: Sent, who: Who = 'stranger'): Promise<string> {
  const client = new WebSocket(`${base.replace('http', 'ws')}${path}`, { headers: headersOf(who) });
  client.on('error', () => undefined);
  const status = await new Promise<number>((resolve) => {
    client.on('open', () => resolve(101));
    client.on('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
  });
  if (status !== 101) return String(status);
  const end = new Promise<string>((resolve) => {
    client.on('message', (data: Buffer) =>
      resolve(['17', '18', '19'].filter((id) => data.toString() === wordsOf(id)).join() || 'other words'),
    );
    client.on('close', (code, reason) => resolve(`${String(code)} ${reason.toString()}`));
  });
  for (const [data, options] of sent) client.send(data, options);
  const heard = await end;
  client.terminate();
  return heard;
}

const subscribe = (room: string): Sent =>
  said({ command: 'subscribe', identifier: { channel: 'RoomChannel', room } });
const sub = (room: string): Sent => said({ msg: 'sub', id: '1', name: 'room', params: [room] });
const history = (room: string): Sent =>
  said([JSON.stringify({ msg: 'method', id: '1', method: 'loadHistory', params: [room] })]);

t.test('who hears a conversation within a socket', async (t) => {
  for (const [path, ask] of [
    ['/cable', subscribe],
    ['/eng/websocket', sub],
    ['/sockjs/1/abc/websocket', history],
  ] as const)
    for (const [who, one, other] of [
      ['stranger', '401', '401'],
      ['member', '17', '1008 no-access'],
      ['a member of another bot', '1008 no-access', '18'],
      ['listed', '17', '1008 no-credential'],
      ['listed by the platform', '17', '18'],
      ['contact', '17', '1008 no-access'],
    ] as const) {
      t.equal(await hear(gateway.publicUrl, path, ask('17'), who), one, `${who}: ${path} 17`);
      t.equal(await hear(gateway.publicUrl, path, ask('18'), who), other, `${who}: ${path} 18`);
    }
});

t.test('whatever the platform takes for the same', async (t) => {
  const rows = [
    ...cablePaths.map((path) => [path, subscribe('17')] as const),
    ...cableMessages.map((sent) => ['/cable', sent] as const),
    ...ddpMessages.map((sent) => ['/websocket', sent] as const),
  ];
  for (const [path, sent] of rows) {
    const text = sent.map(([data]) => data.toString()).join('');
    t.equal(await hear(platform.url, path, sent), '17', `without the gateway: ${path} ${text}`);
    for (const who of ['stranger', 'a member of another bot'] as const)
      t.match(
        await hear(gateway.publicUrl, path, sent, who),
        /^(?:400|401|403|404|1008 (?:no-access|path-ambiguous|bot-unresolved))$/,
        `${who}: ${path} ${text}`,
      );
  }
});

t.test('a conversation that another bot takes over', async (t) => {
  const client = new WebSocket(`${gateway.publicUrl.replace('http', 'ws')}/cable`, {
    headers: headersOf('member'),
  });
  await once(client, 'open');
  for (const [data] of subscribe('19')) client.send(data);
  await once(client, 'message');
  const startMs = performance.now();
  platform.move('19', 'sales');
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  const tookMs = performance.now() - startMs;
  t.equal(`${code} ${reason.toString()}`, '1008 no-access');
  t.ok(
    tookMs < 3_000,
    `${Math.round(tookMs)} ms: a second that the answer counts, and two for what has ended`,
  );
  const line = await gateway.line(({ msg, why }) => msg === 'ended' && why === 'no-access');
  t.ok(line);
});

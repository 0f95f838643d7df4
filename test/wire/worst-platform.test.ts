import '../support/uncounted.ts';
import t from 'tap';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { lines, sendRaw } from '../support/raw.ts';
import { wordsOf } from '../support/worst-platform.ts';
import { gateway, list, people, platform } from './worst-scene.ts';
import { fields, forms, spellings } from './worst-spellings.ts';

type Who = keyof typeof people;

/** Status, and the words of which conversation came with it. */
async function ask(port: number, head: string, who: readonly string[], body = ''): Promise<string> {
  const bytes = lines(
    `${head} HTTP/1.1`,
    'Host: chat.example',
    'Connection: close',
    'Accept: text/html',
    ...who,
    ...(body === '' ? [] : [`Content-Length: ${String(Buffer.byteLength(body))}`]),
  );
  const text = await sendRaw(port, bytes + body, { until: (all) => all.includes('-ARE-MINE') });
  const words = ['17', '18'].filter((id) => text.includes(wordsOf(id)));
  return [/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 'none', ...words].join(' ');
}

const portOf = ({ publicUrl }: GatewayProcess): number => Number(new URL(publicUrl).port);
const json = 'Content-Type: application/json';
const upgrade =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

/** Each door, how it is asked for, and what each person is answered there. */
const doors: readonly {
  readonly name: string;
  readonly head: string;
  readonly more?: readonly string[];
  readonly body?: string;
  readonly answers: Readonly<Record<Who, string>>;
}[] = [
  { name: 'page', head: 'GET /eng/chat/print/17/k', answers: ofOneBot('302') },
  {
    name: 'data by JSON',
    head: 'POST /api/messages',
    more: [json],
    body: '{"chat_id":17}',
    answers: ofOneBot('401'),
  },
  {
    name: 'data by GraphQL',
    head: 'POST /graphql',
    more: [json],
    body: '{"query":"query($chatId:ID!){chat}","variables":{"chatId":"17"}}',
    answers: ofOneBot('401'),
  },
  { name: 'data behind a page at #ticket/17', head: 'GET /api/tickets/17', answers: ofOneBot('401') },
  {
    name: 'file',
    head: 'GET /storage/f17',
    answers: { ...ofOneBot('302'), 'a member of another bot': '200 17', contact: '403' },
  },
  {
    name: 'socket',
    head: 'GET /feed',
    more: [upgrade],
    answers: {
      ...ofOneBot('401', '101 17'),
      'a member of another bot': '101 17',
      listed: '401',
      contact: '403',
    },
  },
];

function ofOneBot(refused: string, shown = '200 17'): Record<Who, string> {
  return {
    stranger: refused,
    member: shown,
    'a member of another bot': '403',
    listed: shown,
    'listed by the platform': shown,
    contact: shown,
  };
}

t.test('four doors, and who opens them', async (t) => {
  await list('bot:support', '203.0.113.7');
  await list('platform', '203.0.113.8');
  for (const { name, head, more = [], body, answers } of doors)
    for (const [who, expected] of Object.entries(answers) as [Who, string][])
      t.equal(await ask(portOf(gateway), head, [...people[who], ...more], body), expected, `${name}: ${who}`);
  t.equal(await ask(portOf(gateway), 'GET /', people.stranger), '200', 'all else is as it was');
});

t.test('whatever the platform takes for the same', async (t) => {
  const refused = /^(?:302|400|401|403|404|405|413|415)$/;
  for (const [head, more, body] of [
    ...spellings.map((target) => [`GET ${target}`, [], ''] as const),
    ...forms.map(([head, type, body]) => [head, type === '' ? [] : [`Content-Type: ${type}`], body] as const),
  ]) {
    t.match(await ask(platform.port, head, more, body), /^200 17$/, `without the gateway: ${head} ${body}`);
    for (const who of ['stranger', 'a member of another bot'] as const)
      t.match(
        await ask(portOf(gateway), head, [...people[who], ...more], body),
        refused,
        `${who}: ${head} ${body}`,
      );
  }
  for (const [head, type, body] of fields)
    t.match(
      await ask(portOf(gateway), head, [...people.member, `Content-Type: ${type}`], body),
      /^(?:400|403)$/,
      `what names another conversation too: ${head} ${body}`,
    );
});

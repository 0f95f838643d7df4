import t from 'tap';
import { packNames } from '../../src/config/sources/pack-file.ts';
import { routeOf } from '../../src/policy/resource.ts';
import { hasFormBody, readBody } from '../../src/reading/body.ts';
import { compileRoutes, type RouteTable } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { good } from '../support/config.ts';
import { lookupRows, packRows, visitorRows, type PackRow } from './pack-rows.ts';

const dir = t.testdir();

function tableOf(platform: object, more = ''): RouteTable {
  const file = `upstream: { url: 'http://127.0.0.1:3000' }\nplatform: ${JSON.stringify(platform)}\n${more}`;
  const config = good(dir, { file, argv: [] });
  return compileRoutes(config.routes, config);
}

/** What a browser sends; a socket whose messages are judged is opened by nothing less. */
const handshake = ['Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='];

/** Kind and bot of a target, in the words of the rows. */
function read(table: RouteTable, target: string, body?: string): string {
  const headers =
    body === undefined
      ? handshake
      : ['Content-Type', 'application/json', 'Content-Length', String(body.length)];
  const resource = readTarget(table, {
    target,
    host: 'chat.example',
    formBody: hasFormBody(headers),
    headers,
    method: body === undefined ? 'GET' : 'POST',
    body: body === undefined ? undefined : readBody(Buffer.from(body), headers),
  });
  if (resource.kind === 'other') return resource.open ? 'open' : 'other';
  const kind = routeOf(resource)?.kind ?? 'none';
  if (resource.kind === 'transcript') return `${kind} ${resource.bot}`;
  if (resource.kind === 'platform') return `${kind} any`;
  return resource.kind === 'sought' ? `${kind} ${resource.lookup} ${resource.conversation}` : resource.kind;
}

const inUrls = new Set(['tiledesk', 'botpress']);
const oneBot = (name: string): object => (inUrls.has(name) ? { name } : { name, bot: 'desk' });

/** Spellings that some platform takes for the same. */
const spelled = (target: string): readonly string[] => [
  target.replace(/^\//, '//'),
  target.replace(/^\//, '/./'),
  target.replace(/^\//, '/x/../'),
  target.replace(/^\//, '/index.php/'),
  target.replace(/\/(.)/, (_, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  target.replace(/^(\/[^/?]*)/, '$1;v=1'),
  target.replace(/^([^?]*[^/?])/, '$1/'),
  target.replace(/^([^?]*[^/?])/, '$1%20'),
];

t.test('every pack has its rows', async (t) => {
  t.same(Object.keys(packRows).sort(), packNames());
});

for (const [name, rows] of Object.entries(packRows)) {
  t.test(name, async (t) => {
    const table = tableOf(oneBot(name));
    for (const [target, expected, body] of rows) {
      t.equal(read(table, target, body), expected, target);
      if (expected === 'other') continue;
      for (const other of spelled(target)) t.not(read(table, other, body), 'other', other);
    }
    const open = tableOf({ ...oneBot(name), visitors: 'open' });
    const isOpen = (target: string) => visitorRows[name]?.some((start) => target.startsWith(start)) === true;
    for (const [target, expected, body] of rows)
      t.equal(read(open, target, body), isOpen(target) ? 'open' : expected, `visitors: open: ${target}`);
  });
}

t.test('the bot of each conversation is looked up', async (t) => {
  for (const [name, rows] of Object.entries<readonly PackRow[]>(lookupRows)) {
    const lookup = { 'live-helper-chat': 'chats', 'rocket-chat': 'rooms' }[name] ?? '';
    const table = tableOf({ name, lookup: true }, `lookups: { ${lookup}: { headers: 'X-Key: 1' } }`);
    for (const [target, expected, body] of rows) t.equal(read(table, target, body), expected, target);
  }
});

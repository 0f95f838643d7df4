import t from 'tap';
import { load } from '../support/config.ts';

const dir = t.testdir();
const file = (lookup: string, route = 'chats'): string => `
upstream: { url: http://127.0.0.1:3000 }
routes: [{ path: '/chat/:conversationId', lookup: ${route} }]
lookups: { chats: ${lookup} }
store: { file: ./data }
`;

const rows: readonly (readonly [lookup: string, mistake: RegExp | undefined, route?: string])[] = [
  ["{ url: '/api/{conversationId}', bot: dep }", undefined],
  ["{ url: 'https://api.example/{conversationId}?x=1', headers: 'X-Key: 1', bot: dep }", undefined],
  ['{ file: chats.json, bot: dep }', undefined],
  ["{ url: '/api/{conversationId}', bot: dep }", /routes\[0\]\.lookup.*no lookup is named "others"; there is chats/, 'others'],
  ["{ url: '/api/{conversationId}' }", /lookups\.chats\.bot is required/],
  ['{ bot: dep }', /needs one of `url`, `redisHash` and `file`/],
  ["{ url: '/api/{conversationId}', file: a.json, bot: dep }", /needs one of/],
  ['{ redisHash: chats, bot: dep }', /needs `store\.redis`/],
  ['{ url: /api/chats, bot: dep }', /must have {conversationId} in it, once/],
  ["{ url: 'https://{conversationId}.example/', bot: dep }", /in its path or query only/],
  ["{ url: '/api/{conversationId}/{other}', bot: dep }", /knows no placeholder but/],
  ["{ url: '/api/{conversationId}', bot: 'dep[' }", /is no JMESPath expression/],
  ["{ url: '/api/{conversationId}', bot: dep, headers: 'Host: x' }", /cannot set Host/],
  ["{ file: a.json, bot: dep, headers: 'X: 1' }", /go with a `url` only/],
  ["{ url: '/api/{conversationId}', bot: dep, cacheSecond: 3 }", /unknown key; the nearest known one is "cacheSeconds"/],
  ["{ url: '/api/{conversationId}', bot: dep, missSeconds: 0 }", /must be from 1 to 3600/],
];

for (const [lookup, mistake, route] of rows) {
  const loaded = load(dir, { argv: [], file: file(lookup, route) });
  const said = loaded.ok ? '' : loaded.mistakes.map((one) => `${one.path} ${one.message}`).join('\n');
  if (mistake === undefined) t.equal(said, '', lookup);
  else t.match(said, mistake, lookup);
}

t.test('defaults, a file of headers and its path are those of the one lookup', async (t) => {
  const text = file("{ url: '/api/{conversationId}', headersFile: ./key, bot: dep }");
  const loaded = load(dir, { argv: [], file: text, beside: { key: 'X-Key: 1\n' } });
  t.match(loaded.ok && loaded.config.lookups['chats'], { headers: 'X-Key: 1', cacheSeconds: 300, contact: null, missing: [404, 410] });
  const relative = load(dir, { argv: [], file: file('{ file: ./chats.json, bot: dep }') });
  t.match(relative.ok && relative.config.lookups['chats']?.file, /\/config\/chats\.json$/);
});

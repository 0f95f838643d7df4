import t from 'tap';
import { linkOf } from '../../src/policy/link.ts';
import { compileRoutes } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { good, load } from '../support/config.ts';

const dir = t.testdir();
const file = (link: string, path = '/chat/:conversationId/:key', more = ''): string => `
upstream: { url: http://127.0.0.1:3000 }
routes: [{ path: '${path}', bot: support, link: ${link}${more} }]
store: { file: ./data }
`;

const rows: readonly (readonly [link: string, made: object | undefined, path?: string])[] = [
  ['true', { maxAgeSeconds: null }],
  ['false', undefined],
  ['{}', { maxAgeSeconds: null }],
  ['{ key: hash, maxAgeSeconds: 3600 }', { key: 'hash', maxAgeSeconds: 3600 }, '/chat/:hash'],
  ['{ query: auth }', { query: 'auth', maxAgeSeconds: null }, '/view'],
];

const faults: readonly (readonly [link: string, mistake: RegExp, path?: string])[] = [
  ['true', /must say where its key stands/, '/chat/:conversationId/:hash'],
  ['{ key: hash }', /":hash"/],
  ['{ query: a, key: key }', /one place/],
  ['{ maxAgeSecond: 3 }', /nearest known one is "maxAgeSeconds"/],
  ['{ maxAgeSeconds: 0 }', /must be from 1/],
  ['hash', /must be keys and values/],
];

t.test('a link as true, false, or in full', async (t) => {
  for (const [link, made, path] of rows)
    t.strictSame(good(dir, { argv: [], file: file(link, path) }).routes[0]?.link, made, link);
  for (const [link, mistake, path] of faults) {
    const loaded = load(dir, { argv: [], file: file(link, path) });
    const said = loaded.ok ? '' : loaded.mistakes.map((one) => `${one.path} ${one.message}`).join('\n');
    t.match(said, mistake, link);
  }
  const warned = (text: string): string => {
    const loaded = load(dir, { argv: [], file: text });
    return loaded.ok ? loaded.warnings.map((one) => `${one.path} ${one.message}`).join('\n') : 'a mistake';
  };
  const closed = file('{ maxAgeSeconds: 60 }', undefined, ', whitelist: false');
  t.match(warned(closed), /routes\[0\]\.link\.maxAgeSeconds.*no address opens/);
  t.notMatch(warned(file('{ maxAgeSeconds: 60 }')), /maxAgeSeconds/);
});

const packs: Readonly<Record<string, readonly string[]>> = {
  'live-helper-chat': [
    '/chat/printchat/17/abc',
    '/eng/chat/printchat/17/abc',
    '/index.php/eng/chat/printchat/17/abc/(theme)/1',
    '/index.php?/chat/printchat/17/abc',
    '/chat/syncuser/17/0/abc',
    '/chat/getmessage/17/abc/3',
    '/file/downloadfile/3/abc',
  ],
  mibew: ['/chat/17/abc', '/index.php/chat/17/abc/mail'],
  osticket: ['/file.php?key=a&expires=1&signature=abc'],
};

t.test('links of packs are read as links, with their keys', async (t) => {
  for (const [name, targets] of Object.entries(packs)) {
    const pack = `upstream: { url: 'http://127.0.0.1:3000' }\nplatform: { name: ${name}, bot: desk }\n`;
    const config = good(dir, { argv: [], file: pack });
    const table = compileRoutes(config.routes, config);
    for (const target of targets) {
      const link = linkOf(readTarget(table, { target, host: 'chat.example', formBody: false, method: 'GET' }));
      t.match(link, { keyless: false, keys: ['abc'] }, `${name} ${target}`);
    }
  }
});

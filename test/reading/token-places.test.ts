import t from 'tap';
import { placeFault } from '../../src/identity/place.ts';
import {
  compileTokenPlaces,
  readPlaced,
  withoutProtocolTokens,
  withoutTokens,
} from '../../src/reading/token-places.ts';

const places = compileTokenPlaces([
  'bearer',
  'cookie:session',
  'header:x-auth-token',
  'header:authorization jwt',
  'query:token',
  'query:access.token',
  'protocol:bearer',
]);

type Row = readonly [headers: readonly string[], target: string, expected: string];

/** Headers and target of an upgrade on a route that allows both → places and tokens. */
const rows: readonly Row[] = [
  [['X-Auth-Token', 'a.b.c'], '/', 'header:x-auth-token=a.b.c'],
  [['x-auth-token', ' a.b.c '], '/', 'header:x-auth-token=a.b.c'],
  [['X-Auth-Token', 'opaque'], '/', ''],
  [['X_Auth_Token', 'a.b.c', 'X-Auth-Token2', 'a.b.c'], '/', ''],
  [
    ['X-Auth-Token', 'a.b.c', 'X-Auth-Token', 'd.e.f'],
    '/',
    'header:x-auth-token=a.b.c header:x-auth-token=d.e.f',
  ],
  [['Authorization', 'JWT a.b.c'], '/', 'header:authorization jwt=a.b.c'],
  [['Authorization', 'jwt\ta.b.c'], '/', 'header:authorization jwt=a.b.c'],
  [['Authorization', 'JWT'], '/', ''],
  [['Authorization', 'Bearer a.b.c'], '/', ''],
  [['Authorization', 'JWTX a.b.c'], '/', ''],
  [[], '/?token=a.b.c', 'query:token=a.b.c'],
  [[], '/?x=1&token=opaque&y', 'query:token=opaque'],
  [[], '/?tok%65n=a%2Eb.c', 'query:token=a.b.c'],
  [[], '/?access.token=a.b.c', 'query:access.token=a.b.c'],
  [[], '/?token=', ''],
  [[], '/?token', ''],
  [[], '/?Token=a.b.c&tokens=a.b.c&x=token=a.b.c', ''],
  [[], '/token=a.b.c', ''],
  [[], '/?token=a.b.c&token=d.e.f', 'query:token=a.b.c query:token=d.e.f'],
  [[], '/?token=%zz', 'query:token=%zz'],
  [['Sec-WebSocket-Protocol', 'chat, bearer, a.b.c'], '/', 'protocol:bearer=a.b.c'],
  [['Sec-WebSocket-Protocol', 'bearer', 'Sec-WebSocket-Protocol', 'a.b.c'], '/', 'protocol:bearer=a.b.c'],
  [['Sec-WebSocket-Protocol', 'bearer.a.b.c'], '/', 'protocol:bearer=a.b.c'],
  [['Sec-WebSocket-Protocol', 'bearer, opaque'], '/', 'protocol:bearer=opaque'],
  [['Sec-WebSocket-Protocol', 'bearer'], '/', ''],
  [['Sec-WebSocket-Protocol', 'bearer.v2, chat'], '/', ''],
  [['Sec-WebSocket-Protocol', 'Bearer, a.b.c'], '/', ''],
  [['Sec-WebSocket-Protocol', 'bearer, bearer, a.b.c'], '/', 'protocol:bearer=bearer'],
];

const shown = (found: ReturnType<typeof readPlaced>): string =>
  found.map(({ place, value }) => `${place}=${value}`).join(' ');

t.test('tokens are read where they are configured, and nowhere else', async (t) => {
  for (const [headers, target, expected] of rows) {
    const found = readPlaced(places, { headers, target, upgrade: true }, ['query', 'protocol']);
    t.equal(shown(found), expected, JSON.stringify([headers, target]));
  }
  const all = {
    headers: ['X-Auth-Token', 'a.b.c', 'Sec-WebSocket-Protocol', 'bearer, d.e.f'],
    target: '/?token=g.h.i',
    upgrade: true,
  };
  t.equal(shown(readPlaced(places, all)), 'header:x-auth-token=a.b.c', 'a route that allows neither');
  t.equal(shown(readPlaced(places, all, ['query'])), 'header:x-auth-token=a.b.c query:token=g.h.i');
  const plain = { ...all, upgrade: false };
  t.equal(shown(readPlaced(places, plain, ['protocol'])), 'header:x-auth-token=a.b.c', 'no upgrade');
});

t.test('a target without its tokens keeps every other byte', async (t) => {
  const targets: readonly (readonly [string, string])[] = [
    ['/a?token=x', '/a'],
    ['/a?b=%zz&token=x&c=?&d', '/a?b=%zz&c=?&d'],
    ['/a?tok%65n=x&&b', '/a?&b'],
    ['/a?token=x&token=y;b=1&b=2', '/a?b=2'],
    ['/a?%2574oken=x', '/a?%2574oken=x'],
    ['/token=x', '/token=x'],
    ['/a?b=token=x', '/a?b=token=x'],
    ['http://chat.example/a?token=x', 'http://chat.example/a'],
  ];
  for (const [target, expected] of targets) t.equal(withoutTokens(target, places), expected, target);
});

t.test('subprotocols without tokens', async (t) => {
  const name = 'Sec-WebSocket-Protocol';
  const lists: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['Host', 'x', name, 'chat, bearer, a.b.c'],
      ['Host', 'x', name, 'chat, bearer'],
    ],
    [
      ['Host', 'x', name, 'bearer.a.b.c'],
      ['Host', 'x'],
    ],
    [
      [name, 'chat', name, 'other'],
      [name, 'chat', name, 'other'],
    ],
    [
      [name, 'bearer', 'sec-websocket-protocol', 'a.b.c', 'X', 'y'],
      ['X', 'y', name, 'bearer'],
    ],
  ];
  for (const [headers, expected] of lists)
    t.same(withoutProtocolTokens(headers, places), expected, JSON.stringify(headers));
});

t.test('places that can be', async (t) => {
  for (const good of [
    'bearer',
    'cookie:sb-*-auth',
    'header:X-A',
    'header:Authorization JWT',
    'query:a.b',
    'protocol:b',
  ])
    t.equal(placeFault(good), undefined, good);
  for (const bad of [
    '',
    'header:',
    'header:a b c',
    'query:a&b',
    'query:',
    'protocol:a,b',
    'header:Cookie',
    'body:x',
  ])
    t.ok(placeFault(bad), bad);
  t.match(placeFault('header:Authorization Bearer'), /written bearer/);
});

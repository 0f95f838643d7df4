import t from 'tap';
import { RouteError, compileRoutes, type RouteOptions } from '../../../src/reading/route.ts';
import { readTarget, type TargetRequest } from '../../../src/reading/target.ts';
import { inWords } from '../table.ts';
import { routeOf, type Resource } from '../../../src/policy/resource.ts';

type Channels = NonNullable<RouteOptions['frames']>['channels'];
const socket = (channels: Channels, more: Partial<RouteOptions> = {}): RouteOptions => ({
  path: '/cable',
  kind: 'socket',
  frames: { protocol: 'phoenix', channels },
  ...more,
});
const route = socket(
  [
    { name: 'room:{botId}' },
    { name: 'talk:{botId}:{conversationId}' },
    { name: 'sought:{conversationId}', lookup: 'chats' },
    { name: 'asked', lookup: 'chats', ids: { conversationId: 'payload.id' } },
    { name: 'mine:{contactId}', bot: 'support' },
    { name: 'one', bot: 'support', ids: { conversationId: 'payload.id' } },
    { name: 'all:*', bot: 'any' },
    { name: 'stream-room.x/(+)', bot: 'support' },
    { name: 'lobby', open: true },
    { name: 'lobby', bot: 'never' },
    { name: 'closed.x', bot: 'support', whitelist: false },
  ],
  { tokenPlaces: ['query'], contacts: true },
);
const table = compileRoutes([route, { path: '/files', kind: 'file', bot: 'any' }, { path: '/t/:botId' }]);
const ask = (more: Partial<TargetRequest>) => {
  const plain = { target: '/cable?x=1', host: 'c', formBody: false, upgrade: true };
  return readTarget(table, { ...plain, ...more });
};
const call = (name: string, payload: unknown = {}) =>
  ask({ call: { name, value: { event: 'phx_join', payload } } });

t.test('what is asked for within a socket', async (t) => {
  for (const [name, expected, payload] of [
    ['room:a', 'a'],
    ['room:', 'unresolved'],
    ['room:a b', 'unresolved'],
    ['Room:a', 'unresolved'],
    ['room:a:b', 'unresolved'],
    ['talk:a:1', 'a 1'],
    ['talk:a:1:2', 'a 1:2'],
    ['talk:a', 'unresolved'],
    ['sought:17', 'sought'],
    ['sought:17\n', 'unresolved'],
    ['asked', 'sought', { id: 17 }],
    ['asked', 'sought', { id: 'x-1' }],
    ['asked', 'unresolved', { id: 2 ** 53 }],
    ['asked', 'unresolved', { id: 1.5 }],
    ['asked', 'unresolved', { id: ['17'] }],
    ['asked', 'unresolved', { id: '' }],
    ['asked', 'unresolved', {}],
    ['mine:u1', 'support @u1'],
    ['one', 'support 17', { id: 17 }],
    ['all:x', 'platform'],
    ['all', 'unresolved'],
    ['stream-room.x/(+)', 'support'],
    ['lobby', 'platform'],
    ['closed.x', 'support'],
    ['closedyx', 'unresolved'],
    ['elsewhere', 'unresolved'],
  ] as const)
    t.equal(inWords(call(name, payload)), expected, `${name} ${JSON.stringify(payload)}`);
  t.equal(inWords(ask({ call: 'unreadable' })), 'ambiguous');
});

t.test('who opens a socket, and what is in it', async (t) => {
  t.equal(inWords(ask({})), 'platform', 'not everybody');
  t.match(routeOf(ask({})), { reach: 'anyBot', frames: 'phoenix', contacts: true });
  t.match(routeOf(call('lobby')), {
    reach: 'anyBot',
    contacts: true,
    frames: 'phoenix',
    path: '/cable lobby',
  });
  t.match(routeOf(call('all:x')), { reach: 'platform', contacts: undefined });
  t.match(routeOf(call('room:a')), { reach: undefined, whitelist: true, tokenPlaces: ['query'] });
  t.equal(routeOf(call('mine:u1'))?.whitelist, false, 'an address opens no contact');
  t.equal(routeOf(call('closed.x'))?.whitelist, false);
  t.equal(routeOf(call('other:1234:secret-9'))?.path, '/cable other:…:…', 'no id in a log');
  t.equal(inWords(ask({ upgrade: false })), 'no-upgrade');
  t.equal(inWords(ask({ target: '/CABLE/polling', upgrade: false })), 'no-upgrade', 'nor below it');
  t.equal(inWords(ask({ target: '/files/..%2fcable' })), 'ambiguous', 'a socket that is judged, and a file');
  t.equal(inWords(ask({ target: '/t/..%2fcable' })), 'ambiguous');
});

t.test('a socket for everybody, and an entry for some of the messages of its name', async (t) => {
  const channels: Channels = [
    { name: 'room', when: 'payload.token', bot: 'support' },
    { name: 'room', when: "contains(payload.id, 'x')", bot: 'sales' },
    { name: 'any', bot: 'any' },
    { name: '*', open: true },
  ];
  const everybodys = compileRoutes([
    socket(channels, { frames: { protocol: 'phoenix', channels, forAnyone: true } }),
  ]);
  const within = (more: Partial<TargetRequest>): Resource =>
    readTarget(everybodys, { target: '/cable', host: 'c', formBody: false, upgrade: true, ...more });
  t.match(within({}), { kind: 'other', open: true, route: { frames: 'phoenix' } });
  t.equal(inWords(within({ upgrade: false })), 'no-upgrade');
  for (const [name, payload, expected] of [
    ['room', { token: 't', id: 'a' }, 'support'],
    ['room', { token: '', id: 'a' }, 'support'],
    ['room', { id: 'x' }, 'sales'],
    ['room', { id: 17 }, 'sales'],
    ['any', {}, 'platform'],
  ] as const)
    t.equal(inWords(within({ call: { name, value: { payload } } })), expected, JSON.stringify(payload));
  for (const [name, payload] of [
    ['room', { id: 'a' }],
    ['room', { token: null, id: 'a' }],
    ['else', {}],
  ] as const)
    t.match(within({ call: { name, value: { payload } } }), { kind: 'other', open: true }, name);
  t.equal(inWords(within({ call: 'unreadable' })), 'ambiguous');
});

t.test('channels that cannot be', async (t) => {
  const broken: readonly (readonly [option: RouteOptions, sentence: RegExp])[] = [
    [socket([{ name: 'x' }]), /must say one thing/],
    [socket([{ name: 'x', bot: 'a', open: true }]), /must say one thing/],
    [socket([{ name: 'x:{botId}', bot: 'a' }]), /must say one thing/],
    [socket([{ name: 'x', bot: '.a' }]), /cannot be a bot id/],
    [socket([{ name: 'x', lookup: 'l' }]), /names no "conversationId"/],
    [socket([{ name: 'x:{conversationId}', open: true }]), /names no ids/],
    [socket([{ name: 'x:{conversationId}', bot: 'any' }]), /names no ids/],
    [socket([{ name: 'x:{botId}{conversationId}' }]), /no text between/],
    [socket([{ name: 'x:{bot}', open: true }]), /names "bot"/],
    [socket([{ name: 'x*y', open: true }]), /must be the end/],
    [socket([{ name: 'x:{botId}', ids: { botId: 'a' } }]), /two places/],
    [socket([{ name: 'x', ids: { botId: 'a[' } }]), /no JMESPath/],
    [socket([{ name: 'x', when: 'a[', open: true }]), /no JMESPath/],
    [socket([{ name: 'x', open: true }], { path: '/:botId' }), /names no bot itself/],
    [socket([{ name: 'x', open: true }], { members: 'platform' }), /members: platform/],
    [socket([{ name: 'x', open: true }], { kind: 'file', bot: 'any' }), /kind: socket/],
    [socket([], { frames: { protocol: 'actioncable', channels: [{ name: 'A*', open: true }] } }), /in full/],
  ];
  for (const [option, sentence] of broken) {
    try {
      compileRoutes([option]);
      t.fail(JSON.stringify(option));
    } catch (error) {
      t.ok(error instanceof RouteError);
      t.match(error, { message: sentence }, JSON.stringify(option));
    }
  }
});

import t from 'tap';
import { RouteError, compileRoutes, overlapWarnings, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { routeOf } from '../../src/policy/resource.ts';
import { read } from './parts.ts';

const files: RouteOptions = { path: '/files', kind: 'file', bot: 'any' };
const socket: RouteOptions = { path: '/cable', kind: 'socket' };
const routes: readonly RouteOptions[] = [
  files,
  socket,
  { path: '/data', kind: 'data', bot: 'any' },
  { path: '/bots/:botId/socket', kind: 'socket' },
  { path: '/files/of/:botId' },
  { path: '/desk/:botId/:conversationId', members: 'platform' },
  { path: '/t/:botId/:conversationId', kind: 'page' },
  { path: '/contacts-files', kind: 'file', bot: 'any', contacts: true },
];
const ask = (target: string) => readTarget(compileRoutes(routes), { target, host: 'x', formBody: false });

t.test('what is of any bot', async (t) => {
  for (const [target, expected] of [
    ['/files/17', 'platform'],
    ['/FILES//17;x=1', 'platform'],
    ['/index.php/files/17', 'platform'],
    ['/fi.les/17?botId=a', 'platform'],
    ['/cable', 'platform'],
    ['/cable/x', 'platform'],
    ['/bots/a/socket', 'a'],
    ['/files/of/a', 'a'],
    ['/files/of/a/17', 'a'],
    ['/files/..%2ft/a/1', 'ambiguous'],
    ['/t/a/1/..%2f..%2f..%2ffiles/17', 'ambiguous'],
    ['/files/of/a/..%2f..%2f17', 'ambiguous'],
    ['/files/..%2fcable', 'platform'],
  ] as const)
    t.equal(read(routes, target), expected, target);
  t.match(routeOf(ask('/files/17')), { kind: 'file', reach: 'anyBot', whitelist: true });
  t.match(routeOf(ask('/cable')), { kind: 'socket', reach: 'platform' });
  t.match(routeOf(ask('/data')), { kind: 'data', reach: 'platform' });
  t.match(routeOf(ask('/t/a/1')), { kind: 'page', reach: undefined });
});

t.test('a target of two routes is opened by nothing that only one of them says', async (t) => {
  t.equal(routeOf(ask('/files/..%2fcable'))?.reach, 'platform', 'the narrower reach');
  t.equal(routeOf(ask('/contacts-files/1'))?.contacts, true);
  t.equal(routeOf(ask('/contacts-files/..%2ffiles/1'))?.contacts, undefined);
  t.equal(routeOf(ask('/desk/a/1'))?.members, 'platform');
  const both = ask('/desk/a/1/%2e%2e/%2e%2e/%2e%2e/t/a/1');
  t.equal(both.kind, 'transcript');
  t.equal(routeOf(both)?.members, undefined, 'the platform refuses strangers at one of them only');
});

t.test('kinds that cannot be', async (t) => {
  const broken: readonly (readonly [option: RouteOptions, sentence: RegExp])[] = [
    [{ path: '/x', bot: 'any' }, /"any" is no bot/],
    [{ path: '/x', kind: 'file' }, /where its bot id stands/],
    [{ path: '/x/:botId', kind: 'file', bot: 'any' }, /one place only/],
    [{ path: '/x/:conversationId', kind: 'file', bot: 'any' }, /no contact and no conversation/],
    [{ path: '/x/:contactId', kind: 'socket' }, /no contact and no conversation/],
    [{ path: '/x', kind: 'file', bot: 'any', lookup: 'l' }, /no contact and no conversation/],
    [{ path: '/x', kind: 'page', open: true }, /"kind" means nothing/],
    [{ path: '/x/:botId', contacts: true }, /"contacts" is for/],
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
  t.equal(
    overlapWarnings(compileRoutes([files, { path: '/files/of/:botId' }])).length,
    0,
    'one bot is narrower',
  );
  t.equal(overlapWarnings(compileRoutes([files, socket])).length, 0);
});

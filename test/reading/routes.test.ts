import fc from 'fast-check';
import t from 'tap';
import { compileRoutes, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { read } from './parts.ts';

const group: RouteOptions = { path: '/r/support-group-:botId-:conversationId' };
const wild: RouteOptions = { path: '/w/support-group-:botId-*conversationId' };
const printed: RouteOptions = { path: '{/:lang}/chat/printchat/:conversationId/:key', bot: 'x' };
const list: RouteOptions = { path: '/t/:botId{/:conversationId}' };
const tail: RouteOptions = { path: '/files/:botId/*conversationId' };
const named: RouteOptions = { path: '/v/:botId.html', exact: true };

const templates: readonly (readonly [route: RouteOptions, target: string, expected: string])[] = [
  [group, '/r/support-group-p-1', 'p 1'],
  [group, '/r/support-group-a-b-1', 'a-b 1'],
  [group, '/R/Support-GROUP-P-1/messages', 'P 1'],
  [group, '/r/support%2dgroup%2Dp-1', 'p 1'],
  [group, '/r/support-%67roup-%70-1;x=1', 'p 1'],
  [group, '/r/supp.ort-gr@oup-p-1', 'p 1'],
  [group, '/x/../r/support-group-p-1', 'p 1'],
  [group, '/index.php/r/support-group-p-1', 'p 1'],
  [group, '/r/support-group-p', 'other'],
  [group, '/r/support-group--1', 'other'],
  [group, '/r/support-group-p!-1', 'unresolved'],
  [group, '/r/support-group-a-1/../support-group-b-2', 'ambiguous'],
  [group, '/r/support-group-a-1?botId=b', 'ambiguous'],
  [wild, '/w/support-group-p-1-2-3', 'p 1-2-3'],
  [wild, '/w/support-group-p-1-2/x', 'p 1-2/x'],
  [printed, '/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/c.hat/print@chat/7/k', 'x 7'],
  [printed, '/index.php/eng/chat/printchat/7/k', 'x 7'],
  [printed, '/eng/index.php/chat/printchat/7/k', 'x 7'],
  [printed, '/a/eng/chat/printchat/7/k', 'other'],
  [printed, '/chat/printchat/7', 'other'],
  [list, '/t/a', 'a'],
  [list, '/t/a/1', 'a 1'],
  [tail, '/files/a/b/c', 'a b/c'],
  [tail, '/files/a', 'other'],
  [named, '/v/a.html', 'a'],
  [named, '/V/a.HTML', 'a'],
  [named, '/v/a', 'other'],
  [named, '/v/a.html/x', 'other'],
];

t.test('templates', async (t) => {
  for (const [route, target, expected] of templates) t.equal(read([route], target), expected, target);
});

t.test('what no route names, and the case of bot ids', async (t) => {
  const routes = [{ path: '/t/:botId' }, { path: '/assets', open: true }];
  const guard = { otherPaths: 'guard' } as const;
  for (const [target, expected] of [
    ['/t/a', 'a'],
    ['/', 'platform'],
    ['/assets/x.css', 'open'],
    ['/assets/caf%C3%A9.css', 'open'],
    ['/%61ssets/x.css', 'platform'],
    ['/assets/..%2fx', 'platform'],
    ['/x/../assets/y', 'platform'],
    ['/ASSETS/y', 'platform'],
  ] as const)
    t.equal(read(routes, target, {}, guard), expected, target);
  t.equal(read(routes, '/t/Support', {}, { botIdCase: 'lower' }), 'support');
  t.equal(read(routes, '/t/Support'), 'Support');
});

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,7}$/);
const id = fc.stringMatching(/^[a-z0-9]{1,6}$/);
/** A segment of a template, and one of a target that it takes. */
const piece = fc.oneof(
  word.map((text) => [text, text] as const),
  fc.tuple(word, id).map(([name, value]) => [`:x${name}`, value] as const),
  fc
    .tuple(word, word, id)
    .map(([before, name, value]) => [`${before}-:x${name}`, `${before}-${value}`] as const),
);
const disguises: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => path.toUpperCase(),
  (path) => path.replaceAll('/', '//'),
  (path) => `/eng/index.php${path}`,
  (path) => `/x/%2e%2e${path}`,
  (path) => `/@${path}`,
  (path) => `${path};x=1/`,
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replace(/[a-z]/g, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
];
/** A route of any shape with its bot at one place, and a path that it guards. */
const anyRoute = fc
  .tuple(
    word,
    fc.array(piece, { maxLength: 3 }),
    fc.array(piece, { maxLength: 2 }),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([first, before, after, optional, filled]) => {
    const all = [[first, first] as const, ...before, [':botId', ''] as const, ...after];
    const unique = all.map(([text], at) => text.replace(/:x/, `:x${at}`));
    const path = (bot: string, lang = ''): string =>
      lang + all.map(([, value]) => `/${value === '' ? bot : value}`).join('');
    return {
      template: `${optional ? '{/:lang}' : ''}/${unique.join('/')}`,
      path,
      lang: optional && filled ? '/lng' : '',
    };
  });

t.test('no reading of a guarded template is anything else, for any route', async (t) => {
  const property = fc.property(anyRoute, id, id, fc.nat(disguises.length - 1), (route, bot, other, at) => {
    const table = compileRoutes([{ path: route.template }]);
    const ask = (target: string) => readTarget(table, { target, host: '', formBody: false });
    const target = disguises[at]?.(route.path(bot, route.lang)) ?? '';
    const found = ask(target);
    if (found.kind === 'other') throw new Error(`${target} is not guarded by ${route.template}`);
    if (found.kind === 'transcript' && found.bot.toLowerCase() !== bot)
      throw new Error(`${target}: ${found.bot}`);
    const two = other === bot ? undefined : ask(`${route.path(bot)}?botId=${other}`);
    if (two?.kind === 'transcript' || two?.kind === 'other')
      throw new Error(`${route.template}: two bots are ${two.kind}`);
  });
  t.doesNotThrow(() => fc.assert(property, { numRuns: 3_000, seed: 1 }));
});

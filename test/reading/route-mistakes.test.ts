import t from 'tap';
import { RouteError, compileRoutes, overlapWarnings, type RouteOptions } from '../../src/reading/route.ts';

/** Routes that cannot be, and what the sentence speaks of. */
const broken: readonly (readonly [option: RouteOptions, sentence: RegExp])[] = [
  [{ path: 'x/:botId' }, /start with/],
  [{ path: '' }, /start with/],
  [{ path: '/x?y/:botId' }, /plain ASCII/],
  [{ path: '/x#y/:botId' }, /plain ASCII/],
  [{ path: '/x\\\\y/:botId' }, /backslash/],
  [{ path: '/x*/:botId' }, /Missing parameter name.*backslash before/],
  [{ path: '/x+y/:botId' }, /Unexpected \+.*backslash before/],
  [{ path: '/x{/:botId' }, /Unexpected end/],
  [{ path: '/caf\u00e9/:botId' }, /plain ASCII/],
  [{ path: '/a b/:botId' }, /plain ASCII/],
  [{ path: '//:botId' }, /empty segments/],
  [{ path: '/x/../:botId' }, /empty segments/],
  [{ path: '/./:botId' }, /empty segments/],
  [{ path: '/%zz/:botId' }, /percent-encoded/],
  [{ path: '/:botId:rest' }, /text between "botId" and "rest"/],
  [{ path: '/x-:botid' }, /names "botid"; our name for it is "botId"/],
  [{ path: '/:bot_id' }, /our name for it is "botId"/],
  [{ path: '/:' }, /Missing parameter name/],
  [{ path: '/:1' }, /Missing parameter name/],
  [{ path: '/:"a b"/:botId' }, /plain ASCII/],
  [{ path: '/:"a-b"/:botId' }, /cannot be a name/],
  [{ path: '/*rest/:botId' }, /must be the end/],
  [{ path: '/:botId/*rest.txt' }, /must be the end/],
  [{ path: '/x/*botId' }, /cannot be a tail/],
  [{ path: '/x{/:botId}' }, /optional group/],
  [{ path: '/x{/:contactId}', bot: 'a' }, /optional group/],
  [{ path: '/{a}{b}{c}{d}{e}{f}/:botId' }, /more than 32/],
  [{ path: '/x', bot: 'a', host: ':botId.example' }, /one place only/],
  [{ path: '/x', host: ':botId' }, /no host/],
  [{ path: '/x', host: 'https://a.example' }, /no host/],
  [{ path: '/x', bot: 'a', methods: ['get'] }, /no method/],
  [{ path: '/x', open: true, methods: ['GET'] }, /not guarded/],
  [{ path: '/x', body: { botId: 'a[' } }, /no JMESPath expression/],
  [{ path: '/x', query: { botId: 'a[' } }, /no JMESPath expression/],
  [{ path: '/x', header: { botId: 'X Bot' } }, /name of a header/],
  [{ path: '/x', form: { botId: 'b' }, cookie: { botId: 'b' } }, /one place only/],
  [{ path: '/x' }, /where its bot id stands/],
  [{ path: '/x/:id' }, /where its bot id stands/],
  [{ path: '/:botId/:botId' }, /one place only/],
  [{ path: '/:botId', bot: 'a' }, /one place only/],
  [{ path: '/:botId', query: { botId: 'b' } }, /one place only/],
  [{ path: '/x', bot: 'a', query: { botId: 'b' } }, /one place only/],
  [{ path: '/x', bot: '.a' }, /cannot be a bot id/],
  [{ path: '/x', bot: '' }, /cannot be a bot id/],
  [{ path: '/x', query: { botId: 'b&c' } }, /not a plain name/],
  [{ path: '/x', query: { botId: '' } }, /not a plain name/],
  [{ path: '/x', query: { botId: 'b', contactId: 'B' } }, /same query parameter/],
  [{ path: '/x', open: true, bot: 'a' }, /not guarded/],
  [{ path: '/:botId', open: true }, /not guarded/],
  [{ path: '/x', open: true, whitelist: false }, /not guarded/],
];

t.test('routes', async (t) => {
  const good: RouteOptions = { path: '/x/:botId' };
  for (const [option, sentence] of broken) {
    try {
      compileRoutes([good, option]);
      t.fail(JSON.stringify(option));
    } catch (error) {
      t.ok(error instanceof RouteError && error.index === 1, JSON.stringify(option));
      t.match(error, { message: sentence });
    }
  }
  const { guarded, open } = compileRoutes([
    { path: '/', bot: 'all' },
    { path: '/c/:contactId', bot: 'b' },
    { path: '/q', query: { botId: 'b', contactId: 'c' }, whitelist: true },
    { path: '/files/:any', open: true },
  ]);
  t.same(
    guarded.map(({ facts }) => facts.whitelist),
    [true, false, true],
    'an address opens no contact unless told so',
  );
  t.equal(open.length, 1);
});

t.test('routes that can disagree', async (t) => {
  const pairs: readonly (readonly [one: RouteOptions, other: RouteOptions, warned: boolean])[] = [
    [{ path: '/a/:botId' }, { path: '/b/:botId' }, false],
    [{ path: '/a/:botId' }, { path: '/a/:botId/x' }, false],
    [{ path: '/a/:botId' }, { path: '/a/:x/:botId' }, true],
    [{ path: '/a/:botId', exact: true }, { path: '/a/:x/:botId' }, false],
    [{ path: '/a', bot: 'x' }, { path: '/A/b', bot: 'y' }, true],
    [{ path: '/a', bot: 'x' }, { path: '/a/b', bot: 'x' }, false],
    [{ path: '/a', query: { botId: 'b' } }, { path: '/a/:botId' }, true],
    [{ path: '/:x/y', bot: 'x' }, { path: '/z/:y', bot: 'y' }, true],
    [{ path: '/a', bot: 'x' }, { path: '/a/:contactId', bot: 'x' }, true],
    [{ path: '/a/:contactId', bot: 'x' }, { path: '/a/:x/:contactId', bot: 'x' }, true],
    [{ path: '/a', open: true }, { path: '/a/:botId' }, false],
  ];
  for (const [one, other, warned] of pairs) {
    for (const routes of [
      [one, other],
      [other, one],
    ]) {
      t.equal(overlapWarnings(compileRoutes(routes)).length, warned ? 1 : 0, `${one.path} and ${other.path}`);
    }
  }
});

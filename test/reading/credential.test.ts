import t from 'tap';
import { MAX_TOKEN_COOKIES, readCredential, stripCredentials } from '../../src/reading/credential.ts';
import { RouteError, compileRoutes, overlapWarnings, type RouteOptions } from '../../src/reading/route.ts';

const names = new Set(['session', '__Host-s']);
const of = (headers: readonly string[]) => {
  const { bearer, cookies, authorizations } = readCredential(names, headers);
  return [bearer ?? '-', cookies.map(({ name, value }) => `${name}=${value}`).join('|'), authorizations].join(
    ' ',
  );
};

/** Headers → bearer, cookies, number of Authorization headers. */
const presented: readonly (readonly [headers: readonly string[], expected: string])[] = [
  [[], '-  0'],
  [['Authorization', 'Bearer a.b.c'], 'a.b.c  1'],
  [['AUTHORIZATION', 'bEARER a.b.c'], 'a.b.c  1'],
  [['authorization', 'Bearer   a.b.c  '], 'a.b.c  1'],
  [['authorization', 'Bearer\ta.b.c'], 'a.b.c  1'],
  [['authorization', 'Bearer a.b.c.d.e'], 'a.b.c.d.e  1'],
  [['authorization', 'Bearer ..'], '..  1'],
  [['authorization', 'Bearer a.b.c, Basic x'], 'a.b.c, Basic x  1'],
  [['authorization', 'Bearer a.b'], '-  1'],
  [['authorization', 'Bearer a.b.c.d'], '-  1'],
  [['authorization', 'Bearer a.b.c.d.e.f'], '-  1'],
  [['authorization', 'Bearer opaque'], '-  1'],
  [['authorization', 'Bearer'], '-  1'],
  [['authorization', 'Bearera.b.c'], '-  1'],
  [['authorization', 'Basic a.b.c'], '-  1'],
  [['authorization', 'Token Bearer a.b.c'], '-  1'],
  [['authorization', ''], '-  1'],
  [['authorization', 'Basic x', 'Authorization', 'Bearer a.b.c'], 'a.b.c  2'],
  [['authorization', 'Bearer a.b.c', 'Authorization', 'Bearer d.e.f'], 'a.b.c  2'],
  [['X-Authorization', 'Bearer a.b.c', 'Proxy-Authorization', 'Bearer a.b.c'], '-  0'],
  [['Cookie', 'session=x'], '- session=x 0'],
  [['COOKIE', 'a=1; session=x; b=2'], '- session=x 0'],
  [['Cookie', 'session=x;__Host-s=y'], '- session=x|__Host-s=y 0'],
  [['Cookie', '__Host-s=y; session=x'], '- __Host-s=y|session=x 0'],
  [['Cookie', 'session=x; session=y'], '- session=x|session=y 0'],
  [['Cookie', 'session=x', 'Cookie', 'session=y'], '- session=x|session=y 0'],
  [['Cookie', 'session="x"'], '- session=x 0'],
  [['Cookie', 'session = x '], '- session=x 0'],
  [['Cookie', '\tsession\t=\tx\t'], '- session=x 0'],
  [['Cookie', 'session=x=y=='], '- session=x=y== 0'],
  [['Cookie', ';;;session=x;;'], '- session=x 0'],
  [['Cookie', 'session='], '-  0'],
  [['Cookie', 'session=""'], '-  0'],
  [['Cookie', 'session'], '-  0'],
  [['Cookie', 'session="'], '- session=" 0'],
  [['Cookie', 'session="x'], '- session="x 0'],
  [['Cookie', 'session="x;y"'], '- session="x 0'],
  [['Cookie', 'Session=x'], '-  0'],
  [['Cookie', 'sessions=x; xsession=x; session2=x; session.x=x'], '-  0'],
  [['Cookie', '__host-s=x; __Host-session=x; __Secure-session=x'], '-  0'],
  [['Cookie', 'a=1,session=x'], '-  0'],
  [['Cookie', 'sess%69on=x'], '-  0'],
  [['Cookie', 'session\u00a0=x'], '-  0'],
  [['Cookie', '=session=x'], '-  0'],
  [['Cookie', '$Version=1; session=x; $Path=/'], '- session=x 0'],
  [['Set-Cookie', 'session=x', 'Cookie2', 'session=x'], '-  0'],
];

t.test('credentials are read from every header, as they stood', async (t) => {
  for (const [headers, expected] of presented) t.equal(of(headers), expected, JSON.stringify(headers));
  const many = Array.from({ length: 50 }, (_, i) => `session=${i}`).join('; ');
  t.equal(readCredential(names, ['Cookie', many]).cookies.length, MAX_TOKEN_COOKIES, 'a bounded number');
  t.equal(readCredential(new Set(), ['Cookie', many]).cookies.length, 0);
  t.equal(readCredential(names, ['Cookie', many]).cookies[0]?.value, '0', 'in order');
});

t.test('our credentials are taken out, and nothing else', async (t) => {
  const rows: readonly (readonly [headers: readonly string[], expected: readonly string[]])[] = [
    [
      ['Host', 'x', 'Cookie', 'a=1; session=x; b=2'],
      ['Host', 'x', 'Cookie', 'a=1; b=2'],
    ],
    [['Cookie', 'session=x'], []],
    [
      ['Cookie', 'session=x; __Host-s=y', 'Cookie', 'a=1'],
      ['Cookie', 'a=1'],
    ],
    [
      ['Cookie', 'a=1;b="2" ;; c'],
      ['Cookie', 'a=1;b="2" ;; c'],
    ],
    [
      ['Cookie', 'session = x;a=1'],
      ['Cookie', 'a=1'],
    ],
    [['authorization', 'Bearer a.b.c'], []],
    [
      ['authorization', 'Bearer opaque'],
      ['authorization', 'Bearer opaque'],
    ],
    [
      ['authorization', 'Basic x', 'X', 'session=x'],
      ['authorization', 'Basic x', 'X', 'session=x'],
    ],
  ];
  for (const [headers, expected] of rows)
    t.same(stripCredentials(names, headers), expected, JSON.stringify(headers));
});

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

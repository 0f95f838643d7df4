import t from 'tap';
import { MAX_TOKEN_COOKIES, readCredential, stripCredentials } from '../../src/reading/credential.ts';

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
  const many = Array.from({ length: 100 }, (_, i) => `session=${i}`).join('; ');
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

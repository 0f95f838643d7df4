import * as fc from 'fast-check';
import t from 'tap';
import { shapeOf, showsWords } from '../../src/reading/shape.ts';

t.test('what a target looks like, without what it names', (t) => {
  for (const [target, shape] of [
    ['/', '/'],
    ['/chat/printchat/17/2fd4e1c67a2d28fced849ee1bb76e7391b93eb12', '/chat/printchat/:id/:id'],
    ['/index.php/eng/chat/printchat/17', '/index.php/eng/chat/printchat/:id'],
    ['/api/v1/rooms/6f9619ff-8b86-d011-b42d-00cf4fc964ff/messages', '/api/v1/rooms/:id/messages'],
    ['/view.php?id=12&hash=ab%20c&id=13', '/view.php?id&hash'],
    ['/users/ann@example.com', '/users/:id'],
    ['/caf%C3%A9/x', '/:id/x'],
    ['/chat;jsessionid=AB12/17', '/chat;…/:id'],
    ['/search?17=x&list[from]=a&q', '/search?:name&list[from]&q'],
    ['http://chat.example/a/1?b=2', '/a/:id?b'],
    [`/${'a'.repeat(40)}`, '/:id'],
    ['/chat//17/', '/chat//:id/'],
    [
      `/${Array.from({ length: 20 }, () => 'a').join('/')}`,
      `/${Array.from({ length: 12 }, () => 'a').join('/')}/…`,
    ],
  ] as const)
    t.equal(shapeOf(target), shape, target);
  t.end();
});

t.test('is bounded, and has no digit of what it names', (t) => {
  const part = fc.string({ unit: 'binary-ascii', maxLength: 80 });
  const target = fc.tuple(fc.array(part, { maxLength: 30 }), fc.array(part, { maxLength: 30 }));
  fc.assert(
    fc.property(target, ([segments, pairs]) => {
      const shape = shapeOf(`/${segments.join('/')}?${pairs.join('&')}`);
      return (
        shape.length < 1_000 && !/\d{3}/.test(shape) && shapeOf(shape.split('?')[0] ?? '').length < 1_000
      );
    }),
  );
  t.end();
});

t.test('what shows no words', (t) => {
  for (const target of [
    '/a.css',
    '/i/logo.png?v=3',
    '/app.4f2a.js',
    '/app.js?v=31',
    '/app.js.map',
    '/f.woff2',
  ])
    t.notOk(showsWords(target), target);
  for (const target of ['/', '/a.html', '/messages.js?chat=17', '/chat.js?id=1&v=2', '/download/17.pdf'])
    t.ok(showsWords(target), target);
  t.end();
});

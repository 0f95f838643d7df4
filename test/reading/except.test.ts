import t from 'tap';
import { compileRoutes, RouteError, type RouteOptions } from '../../src/reading/route.ts';
import { read } from './parts.ts';

const routes: readonly RouteOptions[] = [
  {
    path: '/chat/:conversationId/:token',
    bot: 'desk',
    except: ['/chat/style', '/chat/:conversationId/logo.png'],
  },
];

t.test('what is no conversation is not guarded, where it stands to the letter', async (t) => {
  for (const [target, expected] of [
    ['/chat/17/4711', 'desk'],
    ['/chat/17/4711/mail', 'desk'],
    ['/chat/style/popup', 'other'],
    ['/chat/style/popup/default?v=3', 'other'],
    ['/chat/17/logo.png', 'other'],
    ['/chat/styles/popup', 'desk'],
    ['/chat/Style/popup', 'desk'],
    ['/chat/st%79le/popup', 'desk'],
    ['/chat/style/..%2f17/4711', 'desk'],
    ['/chat/style/../17/4711', 'desk'],
    ['/chat//style/popup', 'desk'],
    ['/chat/style;x/popup', 'desk'],
    ['/chat/style/popup;/17/4711', 'desk'],
    ['/chat/style/popup%3b/17', 'desk'],
    ['/chat/style/popup/index.php/chat/17/4711', 'desk'],
    ['/chat/style/popup?x=index.php/chat/17/4711', 'desk'],
    ['/chat/style/popup?/chat/17/4711', 'desk'],
    ['/chat/style/popup/../../17/4711', 'desk'],
    ['/eng/chat/style/popup', 'other'],
  ] as const)
    t.equal(read(routes, target).replace(/ .*/, ''), expected, target);
});

t.test('an exception belongs to its own route, and is a path', async (t) => {
  const two: readonly RouteOptions[] = [...routes, { path: '/chat/style', bot: 'sales' }];
  t.equal(read(two, '/chat/style/popup'), 'sales', 'which another one guards all the same');
  t.equal(compileRoutes(two).guarded.length, 2);
  const broken = (option: RouteOptions) => () => compileRoutes([option]);
  t.throws(broken({ path: '/a/:botId', except: ['a'] }), RouteError);
  t.throws(broken({ path: '/a', open: true, except: ['/a/b'] }), /"except" means nothing there/);
});

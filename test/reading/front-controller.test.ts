import t from 'tap';
import { loginLocation } from '../../src/gateway/login.ts';
import { compileRoutes, type TableOptions } from '../../src/reading/route.ts';
import { readTarget } from '../../src/reading/target.ts';
import { inWords } from './table.ts';

const routes = [
  { path: '{/index.php}{/:site}/chat/printchat/:conversationId/:key', bot: 'desk' },
  { path: '/t/:botId/:conversationId' },
];

function read(target: string, how: TableOptions = {}): string {
  const resource = readTarget(compileRoutes(routes, how), { target, host: undefined, formBody: false });
  return inWords(resource);
}

/** As eZ Publish and Live Helper Chat find their path: all up to the name falls away, before the query does. */
function served(target: string): string {
  const at = target.indexOf('index.php');
  const rest = (at < 0 ? target : target.slice(at + 9)).replace(/[?#].*$/s, '');
  const path = `/${decodeURIComponent(rest.replace(/^[/ ]+|[/ ]+$/g, ''))}`.replaceAll('//', '/');
  const again = path.indexOf('index.php');
  return (again < 0 ? path : path.slice(again + 9)).replace(/^\/?/, '/');
}

const shown = [
  '/?index.php/chat/printchat/1/k',
  '/?x=index.php/chat/printchat/1/k',
  '/start?a=b&index.php/chat/printchat/1/k',
  '/start?a=/b/index.php/chat/printchat/1/k',
  '/?index.php%2Fchat%2Fprintchat%2F1%2Fk',
  '/?index.php/eng/chat/printchat/1/k',
  '/?index.php/index%2ephp/chat/printchat/1/k',
  '/?index.phpchat/printchat/1/k',
  '/?index.php/chat/printchat/1/k?x=1',
  '/login?return_to=%2Findex.php%2Fchat%2Fprintchat%2F1%2Fk',
  '/?index.php/&x/chat/printchat/1/k',
  '/?index.php/chat/printchat/1/k&x=1',
  '/a/b/index.phpchat/printchat/1/k',
  '/index.phpchat/printchat/1/k',
  '/index.php%20chat/printchat/1/k',
  '/xindex.phpchat/printchat/1/k',
];

t.test('what stands behind the program, in the query too, is a path', (t) => {
  for (const target of shown) {
    t.match(served(target), /^\/(?:eng\/|&x\/| )?chat\/printchat\/1\/k/, `such a platform shows ${target}`);
    t.equal(read(target), 'desk 1', target);
  }
  t.equal(read('/?INDEX.PHP/t/a/1'), 'a 1', 'in any case');
  t.equal(read('/t/a/1?back=/index.php/t/b/1'), 'ambiguous', 'two bots');
  t.equal(read('/t/a/1?back=/index.php/t/a/2'), 'a 1,2');
  t.end();
});

t.test('what is no path stays data', (t) => {
  const others = ['/?x=index.php', '/?index.php', '/?x=index.php/chat/list', '/?page=index.phpx&a=/t/a/1'];
  for (const target of others) t.equal(read(target), 'other', target);
  t.equal(read('/?x=/t/a/1'), 'other');
  t.end();
});

t.test('the program has the name that is configured, or none', (t) => {
  const target = '/?x=main.cfm/t/a/1';
  t.equal(read(target), 'other');
  t.equal(read(target, { frontController: 'main.cfm' }), 'a 1');
  t.equal(read('/?x=index.php/t/a/1', { frontController: null }), 'other');
  t.end();
});

t.test('the way back to a page is no way to it', (t) => {
  const login = { url: '/login', mode: 'redirect', returnParam: 'return_to', switchUrl: null } as const;
  const target = '/index.php/chat/printchat/1/k?page=1.5';
  const location = loginLocation({ login, publicUrl: null } as never, target) ?? '';
  t.equal(new URL(location, 'http://chat.example').searchParams.get('return_to'), target);
  t.equal(served(location), '/login', 'such a platform shows the login page');
  t.equal(read(location), 'other', location);
  t.end();
});

import { generateKeyPairSync } from 'node:crypto';
import t from 'tap';
import { least, lines, load, mistakes } from '../support/config.ts';
import type { Given } from '../support/config.ts';

const base = 'upstream: { url: "http://127.0.0.1:3000" }\nroutes: [{ path: "/t/:botId" }]\n';
const issuer = (more: string): string =>
  `${base}identity: { issuers: [{ name: a, issuer: i, audience: x, ${more} }] }`;
const hs = 'keys: [{ algorithm: HS256, secret: x1234567890123456789012345678901 }]';

const wrong: readonly [name: string, given: Given, ...expected: RegExp[]][] = [
  ['nothing at all', { argv: [] }, /^upstream.url \| is required/, /^routes \| is required/],
  ['unknown key', { file: 'public: { prot: 1 }' }, /^public.prot \| unknown key; .*"port"/],
  ['unknown key of another place', { file: 'timeoutMs: 1' }, /^timeoutMs \| unknown key; .*"upstream.timeoutMs"/],
  ['prototype names', { file: '__proto__: { port: 1 }\nconstructor: 2' }, /^__proto__ \| unknown/, /^constructor/],
  ['unknown flag', { argv: [...least, '--puplic-port', '3'] }, /unknown flag --puplic-port; .*--public-port/],
  ['stray argument', { argv: [...least, 'stray'] }, /unexpected argument "stray"/],
  ['flag without value', { argv: [...least, '--public-url', '--log-level=info'] }, /^public.url \| needs a value/],
  ['number in words', { env: { TGW_PUBLIC_PORT: '8o' } }, /^public.port \| must be a whole number/],
  ['number out of range', { env: { TGW_PUBLIC_PORT: '65536' } }, /^public.port \| must be from 0 to 65535/],
  ['not YAML', { env: { TGW_ROUTES: '[{' } }, /^routes \| is not YAML/],
  ['not true or false', { argv: [...least, '--admin-public=yes'] }, /^admin.public \| must be true or false/],
  ['duplicate keys', { file: 'public: { port: 1, port: 2 }' }, /the same key twice/],
  ['broken file', { file: 'public: [' }, / \| ./],
  ['broken file, and nothing else is known', { file: 'upstream:\n url: x\n  routes: y\n', argv: [] }, /^ \| Nested mappings/],
  ['two documents', { file: 'public: {}\n---\npublic: {}' }, / \| .*document/],
  ['a list', { file: '- a' }, /must hold keys and values/],
  ['an alias bomb', { file: bomb() }, /alias/i],
  ['two spellings of a secret', { file: 'admin: { token: a-long-static-token, tokenFile: x }' }, /^admin.tokenFile \| .*only one/],
  ['also from two sources', { file: 'admin: { token: a-long-static-token }', env: { TGW_ADMIN_TOKEN_FILE: 'x' } }, /only one/],
  ['no such file', { file: 'admin: { tokenFile: nowhere }' }, /^admin.tokenFile \| .*no such file/],
  ['an empty secret', { file: 'admin: { tokenFile: e }', beside: { e: '\n' } }, /^admin.tokenFile \| is empty/],
  ['a short token', { file: 'admin: { token: short }' }, /^admin.token \| needs at least 16/],
  ['a path upstream', { file: 'upstream: { url: "http://h:1/x" }', argv: [] }, /^upstream.url \| .*no place for a path/],
  ['userinfo upstream', { file: 'upstream: { url: "http://u:p@h:1" }', argv: [] }, /^upstream.url \| .*user name/],
  ['another scheme', { file: 'upstream: { url: "ftp://h" }', argv: [] }, /^upstream.url \| must start with http/],
  ['itself upstream', { argv: [...least, '--upstream-url', 'http://localhost:8080'] }, /own public door/],
  ['one port for both', { env: { TGW_PRIVATE_PORT: '8080' } }, /^private.port \|/],
  ['login elsewhere', { env: { TGW_LOGIN_URL: 'https://idp.example/login' } }, /^login.url \| .*public.url/],
  ['login with a host in disguise', { env: { TGW_LOGIN_URL: '//evil.example' } }, /^login.url \|/],
  ['proxies without cidrs', { file: 'trustedProxies: { source: forwarded }' }, /^trustedProxies.cidrs \| is required/],
  ['a source with an underscore', { file: 'trustedProxies: { cidrs: [], source: "header:x_y" }' }, /^trustedProxies.source/],
  ['headers that are never passed on', { file: 'trustedProxies: { cidrs: [10.0.0.1], passHeaders: [X-Remote-User, X-Gateway-Bot, Cookie] }' }, /passHeaders\[1\] \| .*never/, /passHeaders\[2\] \| .*nothing/],
  ['a header that cannot be', { file: 'trustedProxies: { cidrs: [10.0.0.1], passHeaders: [a b] }' }, /passHeaders\[0\] \| .*name of a header/],
  ['headers of a proxy that only passes bytes on', { file: 'trustedProxies: { cidrs: [10.0.0.1], source: proxy-protocol, passHeaders: [X-Remote-User] }' }, /^trustedProxies.passHeaders \|/],
  ['headers from proxies only, and from everybody', { file: 'upstream: { allowHeaders: [x_remote_user, X-Url] }\ntrustedProxies: { cidrs: [10.0.0.1], passHeaders: [X-Remote-User] }' }, /^upstream.allowHeaders\[0\] \| .*too/, /^upstream.allowHeaders\[1\] \| .*never/],
  ['hashed without a key that replicas share', { file: 'log: { subject: hashed }\nstore: { redis: { url: "redis://r" } }' }, /^log.hashKey \| is needed/],
  ['a short key for hashing', { file: 'log: { subject: hashed, hashKey: short }' }, /^log.hashKey \| needs at least 16/],
  ['a log that must be whole and is not written', { file: 'log: { whenFull: refuse, level: warn }' }, /^log.whenFull \| .*info/],
  ['a login template that is none', { env: { TGW_LOGIN_URL: '/in/{back}' } }, /^login.url \| .*template/],
  ['a way back that nothing fills in', { env: { TGW_LOGIN_URL: '/in/{return}' } }, /^login.url \| .*pathParameter/],
  ['a path parameter without its place', { env: { TGW_LOGIN_MODE: 'pathParameter' } }, /^login.url \| must hold/],
  ['texts of a key that is none', { file: 'pages: { texts: { de: { no-acess.title: x } } }' }, /texts.de.* \| unknown key.*no-access.title/],
  ['a logo that is none', { file: 'pages: { logoFile: l }', beside: { l: 'text' } }, /^pages.logoFile \| is no PNG/],
  ['a route that is none', { argv: [...least, '--routes', '[{path: t}, {path: /ok/:botId}, {path: /x/}]'] }, /^routes\[0\] \|/, /^routes\[2\] \|.*bot id/],
  ['a login page that is a template', { env: { TGW_LOGIN_URL: '/login?r={return_to}' } }, /^login.url \| is no template, and holds "{"/],
  ['one with a name', { env: { TGW_LOGIN_URL: '/login/(r)/:target' } }, /^login.url \| is no template/],
  ['one that is formatted', { env: { TGW_LOGIN_URL: '/login?r=%s' } }, /^login.url \| is no template/],
  ['a route beside one with an unknown key', { argv: [...least, '--routes', '[{path: /ok/:botId, opne: true}, {path: "/x/:"}, {path: /x/}]'] }, /^routes\[0\].opne \| unknown/, /^routes\[1\] \| .*Missing parameter name/, /^routes\[2\] \| .*bot id/],
  ['a body that is no expression', { argv: [...least, '--routes', '[{path: /x, body: {botId: "a["}}]'] }, /^routes\[0\] \| .*no JMESPath/],
  ['a cidr that is none', { file: 'trustedProxies: { cidrs: [10.0.0.0/33] }' }, /^trustedProxies.cidrs\[0\] \|/],
  ['two stores in one source', { file: 'store: { file: a, redis: { url: "redis://r" } }' }, /^store \| has both/],
  ['redis without a place', { file: 'store: { redis: { prefix: x } }' }, /^store.redis \| needs exactly one/],
  ['workers on one file', { env: { TGW_WORKERS: '2' } }, /^workers \|/],
  ['a short secret', { file: issuer('keys: [{ algorithm: HS256, secret: short }]'), argv: [] }, /keys\[0\].secret \| .*32/],
  ['a secret for RS256', { file: issuer('keys: [{ algorithm: RS256, secret: x }]'), argv: [] }, /keys\[0\].algorithm \|/],
  ['no key at all', { file: issuer('keys: [{ algorithm: RS256 }]'), argv: [] }, /keys\[0\] \| needs exactly one/],
  ['two keys in one', { file: issuer('keys: [{ jwksUrl: "https://i", secret: x }]'), argv: [] }, /keys\[0\] \| .*jwksUrl and secret/],
  ['a file that is no key', { file: issuer('keys: [{ algorithm: RS256, publicKeyFile: k }]'), argv: [], beside: { k: 'x' } }, /publicKeyFile \| is no public key/],
  ['a private key', { file: issuer('keys: [{ algorithm: ES256, publicKeyFile: k }]'), argv: [], beside: { k: pem('privateKey') } }, /publicKeyFile \| is a private key/],
  ['a key of another kind', { file: issuer('keys: [{ algorithm: ES256, publicKeyFile: k }]'), argv: [], beside: { k: pem('publicKey') } }, /publicKeyFile \| ./],
  ['one name twice', { file: `${base}identity: { issuers: [{ name: a, issuer: i, audience: x, ${hs} }, { name: a, issuer: j, audience: x, ${hs} }] }`, argv: [] }, /issuers\[1\].name \| two issuers/],
  ['an audience unsaid', { file: `${base}identity: { issuers: [{ name: a, issuer: i, ${hs} }] }`, argv: [] }, /audience \| is required/],
  ['an issuer unsaid', { file: `${base}identity: { issuers: [{ name: a, audience: x, ${hs} }] }`, argv: [] }, /issuer \| is required, or `discover`/],
  ['an issuer beside discover', { file: `${base}identity: { issuers: [{ name: a, issuer: i, discover: "https://i.example/", audience: x }] }`, argv: [] }, /issuer \| has no place beside discover/],
  ['discovery without TLS', { file: `${base}identity: { issuers: [{ name: a, discover: "http://i.example/", audience: x }] }`, argv: [] }, /discover \| must be the issuer.*https/],
  ['an issuer with two names in braces', { file: `${base}identity: { issuers: [{ name: a, issuer: "https://{a}/{b}", audience: x, ${hs} }] }`, argv: [] }, /issuer \| has more than one name/],
  ['tenants of no pattern', { file: issuer(`${hs}, tenants: [t1]`), argv: [] }, /tenants \| needs an issuer with a name in braces/],
  ['a claim that is no expression', { file: issuer(`${hs}, claims: { bots: "groups[?" }`), argv: [] }, /claims.bots \| is no JMESPath expression/],
  ['a place for tokens that is none', { file: issuer(`${hs}, from: ["body:t"]`), argv: [] }, /from\[0\] \| must be bearer/],
  ['a header of another meaning', { file: issuer(`${hs}, from: ["header:X-Forwarded-For"]`), argv: [] }, /from\[0\] \| .*another meaning/],
  ['a parameter that is id and token', { file: `${base.replace('"/t/:botId"', '/t, query: {botId: t}, tokenPlaces: [query]')}identity: { issuers: [{ name: a, issuer: i, audience: x, ${hs}, from: ["query:t"] }] }`, argv: [] }, /routes\[0\].query \| t holds tokens/],
];

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`);
  return ['a0: &a0 [x, x]', ...levels].join('\n');
}

function pem(which: 'publicKey' | 'privateKey'): string {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return which === 'publicKey'
    ? pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    : pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

t.test('mistakes, each with its path', async (t) => {
  for (const [name, given, ...expected] of wrong) {
    const found = lines(mistakes(load(t.testdir(), given)));
    for (const one of expected) t.ok(found.some((line) => one.test(line)), `${name}: ${one}`, { found });
  }
});

t.test('all mistakes at once, and where each was said', async (t) => {
  const file = 'public:\n  port: x\nupstream: { url: nope }\nroutes: [{ path: t }]\n';
  const found = mistakes(load(t.testdir(), { file, env: { TGW_LOG_LEVEL: 'loud' }, argv: ['--private-port', '-1'] }));
  t.strictSame(
    found.map((one) => `${one.path} ${one.origin ?? ''}`).sort(),
    [
      'log.level environment TGW_LOG_LEVEL',
      'private.port flag --private-port',
      'public.port file config/gateway.yaml:2:3',
      'routes[0] file config/gateway.yaml:4:10',
      'upstream.url file config/gateway.yaml:3:13',
    ],
  );
  t.notMatch(JSON.stringify(mistakes(load(t.testdir(), { env: { TGW_ADMIN_TOKEN: 'hunter2' } }))), /hunter2/);
});

t.test('a login page that helps nobody', async (t) => {
  const warned = (file: string, argv: string[]) => lines(load(t.testdir(), { file, argv }).warnings).join('\n');
  t.match(warned(issuer(hs), ['--login-url', '/t/login']), /^login.url \| .*guarded/m);
  t.match(warned(issuer(hs), ['--other-paths', 'reject']), /^login.url \| .*reject/m);
  t.match(warned(issuer(hs), ['--other-paths', 'guard']), /^login.url \| .*guard/m);
  t.notMatch(warned(issuer(hs), []), /^login.url/m);
});

t.test('an open route that opens nothing', async (t) => {
  const warned = (routes: string): string =>
    lines(load(t.testdir(), { argv: [...least, '--routes', routes] }).warnings).join('\n');
  const dead = /^routes\[1\] \| is open, and opens nothing/m;
  t.match(warned('[{path: /t/:botId}, {path: /t/a/assets, open: true}]'), dead);
  t.match(warned('[{path: "{/:lang}/t/:botId"}, {path: /eng/T/x, open: true, exact: true}]'), dead);
  t.match(warned('[{path: /t, bot: x}, {path: "/t{/:any}/css", open: true}]'), dead);
  t.notMatch(warned('[{path: /t/:botId, exact: true}, {path: /t/a/assets, open: true}]'), dead);
  t.notMatch(warned('[{path: /t/:botId/x}, {path: /t/a, open: true}]'), dead);
});

t.test('warnings', async (t) => {
  const file = `${issuer(`${hs}`).replace('issuer: i, audience: x', 'issuer: null, audience: null')}
private: { host: 0.0.0.0 }
trustedProxies: { cidrs: [0.0.0.0/0] }
policy: { defaults: { mode: report } }
`;
  const env = { TGW_SERVICE_PORT: '1', TGW_UPSTREAM_ULR: 'x', TGW_PUBLIC_URL: '' };
  const found = lines(load(t.testdir(), { file, env, argv: [] }).warnings).join('\n');
  for (const one of [/\.issuer \| is null/, /\.audience \| is null/, /^private.host/m, /cidrs\[0\]/, /defaults.mode/]) t.match(found, one);
  t.match(found, /TGW_UPSTREAM_URL/, 'an unknown name, with the nearest');
  t.match(found, /^public.url \| set to nothing/m);
  t.match(found, /^admin \| nobody can manage/m);
  const nowhere = lines(load(t.testdir(), { file: issuer(`${hs}, from: ["query:t"]`), argv: [] }).warnings).join('\n');
  t.match(nowhere, /from\[0\] \| is looked at nowhere/);
  const unsaid = lines(load(t.testdir(), {}).warnings).join('\n');
  t.match(unsaid, /^trustedProxies \| is not set.*X-Forwarded-For.*https becomes http/m);
  const allowed = lines(load(t.testdir(), { file: 'upstream: { allowHeaders: [Remote-User, X-Mine] }' }).warnings).join('\n');
  t.match(allowed, /allowHeaders\[0\] \| .*from everybody[^]*allowHeaders\[1\] \| .*anyway/);
});

import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import t from 'tap';
import type { Config } from '../../src/config/index.ts';
import { keys } from '../../src/config/schema/keys.ts';
import type { IdentityOptions } from '../../src/identity/options.ts';
import type { RedisOptions } from '../../src/policy-store/options.ts';
import type { PolicyDefaults } from '../../src/policy/policy.ts';
import type { TrustOptions } from '../../src/reading/forwarded.ts';
import type { RouteOptions } from '../../src/reading/route.ts';
import { needRestart, shownConfig, type ReloadSettings, type StartOptions } from '../../src/config/index.ts';
import { good, least } from '../support/config.ts';

/** The rooms' own option types are satisfied: this only has to compile. */
export const satisfied = (config: Config): Rooms => ({
  identity: config.identity,
  defaults: config.policy.defaults,
  routes: config.routes,
  trust: config.trustedProxies,
  redis: config.store.redis,
});

interface Rooms {
  readonly identity: Omit<IdentityOptions, 'hmacContacts'>;
  readonly defaults: PolicyDefaults;
  readonly routes: readonly RouteOptions[];
  readonly trust: TrustOptions | undefined;
  readonly redis: RedisOptions | undefined;
}

t.test('precedence: flags, environment, file, defaults', async (t) => {
  const file = 'upstream: { url: "http://file:1", timeoutMs: 1 }\nroutes: [{ path: /f/:botId }]\npublic: { port: 1 }';
  const env = { TGW_UPSTREAM_TIMEOUT_MS: '2', TGW_PUBLIC_PORT: '2', TGW_PUBLIC: '{host: 127.0.0.9, port: 9}' };
  const config = good(t.testdir(), { file, env, argv: ['--public-port=3'] });
  t.equal(config.public.port, 3, 'a flag beats all');
  t.equal(config.public.host, '127.0.0.9', 'an object is merged key by key');
  t.equal(config.upstream.timeoutMs, 2, 'the environment beats the file');
  t.equal(config.upstream.url, 'http://file:1', 'the file beats the defaults');
  t.equal(config.private.port, 8081, 'the default');
  t.equal(good(t.testdir(), { file, env, argv: [] }).public.port, 2, 'a key of its own beats its object');
  t.equal(good(t.testdir(), { file, argv: ['--routes', '[{path: /g/:botId}]'] }).routes[0]?.path, '/g/:botId');
});

t.test('every key has one environment name and one flag', async (t) => {
  t.equal(new Set(keys.map((key) => key.env)).size, keys.length);
  t.equal(new Set(keys.map((key) => key.flag)).size, keys.length);
  const named = Object.fromEntries(keys.map((key) => [key.name, [key.env, key.flag]]));
  t.strictSame(named['upstream.url'], ['TGW_UPSTREAM_URL', 'upstream-url']);
  t.strictSame(named['shutdown.drainMs'], ['TGW_SHUTDOWN_DRAIN_MS', 'shutdown-drain-ms']);
  t.strictSame(named['admin.tokenFile'], ['TGW_ADMIN_TOKEN_FILE', 'admin-token-file']);
  t.strictSame(named['routes'], ['TGW_ROUTES', 'routes']);
});

t.test('defaults are those of the interface', async (t) => {
  const config = good(t.testdir({ x: {} }), {});
  t.match(config, {
    public: { host: '127.0.0.1', port: 8080, url: null, corsOrigins: [] },
    private: { host: '127.0.0.1', port: 8081 },
    upstream: { host: 'client', timeoutMs: 60_000, websockets: true },
    otherPaths: 'forward',
    botIdCase: 'exact',
    identity: { issuers: [], clockToleranceSeconds: 30, forwardCredentials: true },
    login: { url: '/login', returnParam: 'return_to' },
    policy: { maxStalenessSeconds: 300, defaults: { mode: 'enforce', requireLogin: false } },
    admin: { public: false },
    shutdown: { drainMs: 10_000 },
    log: { level: 'info', clientIp: 'full', subject: 'full' },
  });
  t.equal(config.trustedProxies, undefined, 'unset is not an empty list');
  t.match(config.store.file, /\/data$/);
  t.ok(Object.isFrozen(config) && Object.isFrozen(config.routes[0]), 'frozen all through');
});

t.test('files, secrets and paths', async (t) => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const secret = Buffer.from([...Array(31).fill(0xff), 0x0a, 0x0a]);
  const file = `
upstream: { url: "http://127.0.0.1:3000" }
routes: [{ path: "/contacts/:contactId", bot: support }, { path: "/t/:botId" }, { path: /a, open: true }]
store: { file: ./data }
admin: { tokenFile: token }
identity:
  issuers:
    - name: one
      issuer: x
      audience: [a, b]
      keys:
        - { algorithm: HS256, secretFile: hs }
        - { algorithm: HS256, secretBase64: "${Buffer.alloc(32, 7).toString('base64')}" }
        - { algorithm: RS256, publicKeyFile: ./rs.pem }
`;
  const dir = t.testdir();
  const beside = { hs: secret, token: 'a-long-static-token\n', 'rs.pem': publicKey.export({ type: 'spki', format: 'pem' }) };
  const config = good(dir, { file, beside, argv: [] });
  t.equal(config.store.file, join(dir, 'config', 'data'), "from the file's folder");
  t.equal(good(dir, { file, argv: ['--store-file', './data'] }).store.file, join(dir, 'data'), 'from the working directory');
  t.equal(config.admin.token, 'a-long-static-token');
  const issuerKeys: readonly object[] = config.identity.issuers[0]?.keys ?? [];
  t.same(issuerKeys[0], { algorithm: 'HS256', secret: secret.subarray(0, -1) }, 'one newline is stripped, no more');
  t.same(issuerKeys[1], { algorithm: 'HS256', secret: Buffer.alloc(32, 7) });
});

t.test('a higher source may choose the other store', async (t) => {
  const file = 'store: { file: ./data }';
  const config = good(t.testdir(), { file, env: { TGW_STORE_REDIS_URL: 'redis://r:1' } });
  t.match(config.store, { redis: { url: 'redis://r:1', prefix: 'gateway', snapshotDir: null } });
  t.equal(config.store.file, undefined);
});

t.test('a reload takes what the schema says, and names the rest', async (t) => {
  const before = good(t.testdir({ a: {} }), {});
  const argv = [...least, '--public-port', '1', '--login-url', '/in', '--log-level', 'debug', '--limits', '{headerBytes: 2048}'];
  const after = good(t.testdir({ b: {} }), { argv, env: { TGW_STORE_FILE: before.store.file ?? '' } });
  t.strictSame(needRestart(before, after), ['public.port', 'limits.headerBytes']);
  t.strictSame(needRestart(before, before), []);
  // By type: what a reload takes is no start option, and no start option is among what a reload takes.
  type Has<T, Key extends string> = Key extends keyof T ? true : false;
  const captured: readonly false[] = [
    false satisfies Has<StartOptions['policy'], 'maxStalenessSeconds'>,
    false satisfies Has<StartOptions, 'trustedProxies' | 'routes' | 'identity' | 'log'>,
    false satisfies Has<StartOptions['public'], 'url'>,
    false satisfies Has<ReloadSettings['public'], 'port'>,
    false satisfies Has<ReloadSettings, 'store' | 'limits' | 'upstream' | 'workers'>,
  ];
  t.notOk(captured.some(Boolean));
  const kept: readonly true[] = [
    true satisfies Has<StartOptions['public'], 'port'>,
    true satisfies Has<ReloadSettings['policy'], 'maxStalenessSeconds'>,
  ];
  t.ok(kept.every(Boolean));
});

t.test('shown without its secrets', async (t) => {
  const env = {
    TGW_ADMIN_TOKEN: 'a-long-static-token',
    TGW_STORE_REDIS: '{url: "redis://u:hunter2@r:1", sentinel: null}',
    TGW_IDENTITY_ISSUERS: `[{name: a, issuer: i, audience: x, keys: [{algorithm: HS256, secret: ${'s'.repeat(32)}}]}]`,
  };
  const text = JSON.stringify(shownConfig(good(t.testdir(), { env })));
  t.notMatch(text, /a-long-static|hunter|sss/);
  t.match(text, /"name":"a"/);
});

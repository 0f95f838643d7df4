import t from 'tap';
import type { Diagnosis } from '../../src/cli/doctor/diagnosis.ts';
import { judgeMetrics, readMetrics } from '../../src/cli/doctor/metrics.ts';
import { STATIC_TOKEN, superAdmin } from '../admin/scene.ts';
import { createSigner } from '../support/tokens.ts';
import { openDesk, run, serve } from './scene.ts';

/** `health what` of each diagnosis. */
const lines = (list: readonly Diagnosis[]): string =>
  list.map(({ health, what }) => `${health} ${what}`).join('\n');

const routes = ['--routes', '[{path: /t/:botId}]'];

t.test('dependencies that work, dependencies that do not', async (t) => {
  const platform = await serve(t, (_, response) => response.end('hello'));
  const empty = await serve(t, (request, response) => {
    const self = { issuer: 'https://elsewhere.example', jwks_uri: 'https://elsewhere.example/keys' };
    response.end(JSON.stringify(request.url?.includes('well-known') === true ? self : { keys: [] }));
  });
  const issuers = `[{name: staff, issuer: "${empty}", audience: a, keys: [{jwksUrl: "${empty}/keys"}]}]`;
  const cwd = t.testdir();
  const ill = await run(
    ['doctor', '--upstream-url', platform, ...routes, '--identity-issuers', issuers, '--private-port', '1'],
    { cwd },
  );
  t.equal(ill.code, 1);
  t.match(ill.out, /ok +upstream: .* answers 200/);
  t.match(ill.out, /BAD +keys: staff: .* no key that can verify/);
  t.match(ill.out, /BAD +keys: staff: it calls itself "https:\/\/elsewhere\.example"/);
  t.match(ill.out, /how it shows: .*\n +how to mend it: /);
  t.match(ill.out, /\? +running: no gateway answers at http:\/\/127\.0\.0\.1:1/);
  const away = ['doctor', '--upstream-url', 'http://127.0.0.1:2', ...routes, '--private-port', '1', '--json'];
  const dark = await run([...away, '--store-redis-url', 'redis://127.0.0.1:3'], { cwd });
  t.match(dark.json(), { ok: false });
  const list = lines(dark.json().checks as Diagnosis[]);
  for (const one of [/bad http:.*:2: nothing listens there/, /bad it cannot be reached: .*ECONNREFUSED/])
    t.match(list, one);
  const wrong = await run(['doctor', '--upstream-url', 'nope', ...routes, '--private-port', '1'], { cwd });
  t.match(
    wrong,
    { code: 2, out: /BAD +configuration: upstream.url/ },
    'a mistake in the configuration is one more finding',
  );
});

t.test('sessions, introspection, discovery and logout', async (t) => {
  const platform = await serve(t, (request, response) => {
    const { url = '', headers } = request;
    if (url === '/strict') response.writeHead(401).end('{}');
    else if (url === '/lax') response.end('{}');
    else if (url === '/introspect') {
      response.writeHead(headers.authorization === `Basic ${btoa('gw:good')}` ? 200 : 401);
      response.end('{"active":false}');
    } else if (url === '/issuer/jwks')
      response.end(JSON.stringify({ keys: [createSigner('ES256', 'k').jwk] }));
    else if (url.startsWith('/issuer/.well-known')) {
      const issuer = `http://${headers.host ?? ''}/issuer`;
      const can = { backchannel_logout_supported: true, backchannel_logout_session_supported: true };
      response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/jwks`, ...can }));
    } else response.writeHead(500).end();
  });
  const sessions = [
    { name: 'strict', from: ['cookie:s'], check: { url: '/strict' } },
    { name: 'lax', from: ['cookie:l', 'header:X-L'], check: { url: '/lax' } },
    { name: 'ill', from: ['cookie:i'], check: { url: '/ill' } },
    ...['good', 'bad'].map((secret) => ({
      ...{ name: `opaque-${secret}`, from: ['bearer'] },
      introspection: { url: `${platform}/introspect`, clientId: 'gw', clientSecret: secret },
    })),
  ];
  const issuers = [{ name: 'idp', discover: `${platform}/issuer`, audience: 'a' }];
  const said = await run(
    [
      ...['doctor', '--upstream-url', platform, ...routes, '--private-port', '1', '--json'],
      ...['--identity-sessions', JSON.stringify(sessions), '--identity-issuers', JSON.stringify(issuers)],
    ],
    { cwd: t.testdir() },
  );
  const list = lines(said.json().checks as Diagnosis[]);
  for (const one of [
    /^good strict: \S+\/strict answers, and knows nobody by a made-up session$/m,
    /^bad lax: \S+\/lax takes a session that was made up for somebody$/m,
    /^bad ill: \S+\/ill: it answered 500$/m,
    /^good opaque-good: \S+\/introspect answers/m,
    /^bad opaque-bad: \S+\/introspect: it gave no introspection response$/m,
    /^good idp: it can tell who signs out \(back-channel, with the session\)/m,
    /^good idp: \S+\/issuer has 1 usable key$/m,
  ])
    t.match(list, one);
  const metrics = readMetrics('gateway_backchannel_logouts_total{result="refused"} 2\n');
  t.match(lines(judgeMetrics(metrics, true)), /look 2 logout tokens were refused/);
});

t.test('the running gateway is asked what it has seen', async (t) => {
  const dependencies = [{ name: 'store', state: 'down', detail: 'gone' }];
  const state = { ready: false, status: 'draining', degraded: true, dependencies };
  const replicas = [
    { id: 'a', revision: 7, ageSeconds: 0, self: true },
    { id: 'b', revision: 6, ageSeconds: 200, self: false },
  ];
  const pages: Readonly<Record<string, string>> = {
    '/readyz': JSON.stringify(state),
    '/metrics': 'gateway_clients_total{status="unknown"} 3\n',
    '/_gateway/api/v1/replicas': JSON.stringify({ replicas }),
  };
  const door = await serve(t, (request, response) => response.end(pages[request.url ?? ''] ?? ''));
  const line = ['doctor', '--json', '--url', door, '--upstream-url', door, ...routes];
  const seen = lines((await run(line, { cwd: t.testdir() })).json().checks as Diagnosis[]);
  t.match(seen, /bad http:.* is draining/);
  t.match(seen, /bad store is down: gone/);
  t.match(seen, /bad 3 of 3 guarded requests had an unknown address/);
  t.match(seen, /look b serves revision 6 of 7, confirmed 200 s ago/);
});

t.test('replicas of a real admin API, as who may and as who may not', async (t) => {
  const { url, dir } = await openDesk(t, superAdmin);
  const door = await serve(t, (request, response) => {
    if (request.url === '/readyz')
      return void response.end('{"ready":true,"status":"ready","degraded":false,"dependencies":[]}');
    const headers = { authorization: request.headers.authorization ?? '' };
    void fetch(`${url}${request.url ?? ''}`, { headers }).then(async (answer) => {
      response.writeHead(answer.status).end(await answer.text());
    });
  });
  const line = ['doctor', '--url', door, '--upstream-url', door, ...routes];
  const may = await run(line, { cwd: dir, env: { TGW_ADMIN_TOKEN: STATIC_TOKEN } });
  t.match(may.out, /ok +replicas: 1 of 1 serve revision 0/);
  t.match((await run(line, { cwd: dir })).out, /\? +replicas: .*\n.*--token-file/);
});

const prometheus = `# HELP x
gateway_clients_total{status="ipv4"} 5
gateway_clients_total{status="ipv6"} 2
gateway_clients_total{status="unknown"} 3
gateway_untrusted_forwarding_headers_total 4
gateway_decisions_total{outcome="login",reason="token-foreign",mode="enforce"} 6
gateway_policy_lineage_alarms_total 1
`;

t.test('figures of the running gateway', async (t) => {
  const unset = lines(judgeMetrics(readMetrics(prometheus), false));
  t.match(unset, /bad 3 of 10 guarded requests had an unknown address/);
  t.match(unset, /look 4 of 10 .* forwarding header from a peer that is no trusted proxy/);
  t.match(unset, /look 2 of 10 guarded requests came over IPv6/);
  t.match(unset, /look 6 tokens of an issuer that is not configured/);
  t.match(unset, /bad the policy's history broke 1 times/);
  t.match(
    lines(judgeMetrics(readMetrics(prometheus), true)),
    /look 3 of 10/,
    'with proxies set it may be a visitor',
  );
  t.strictSame(judgeMetrics(readMetrics(''), true), [], 'nothing seen, nothing said');
  const fine = 'gateway_clients_total{status="ipv4"} 5\ngateway_clients_total{status="ipv6"} 0\n';
  t.match(lines(judgeMetrics(readMetrics(fine), true)), /^good each of 5/);
});

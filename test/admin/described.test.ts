import { Ajv } from 'ajv';
import t from 'tap';
import { lineOf, toRow } from '../../src/activity/event.ts';
import { decided, openScene, owner, SITE } from './scene.ts';
import type { Call, Reply } from './scene.ts';

const V1 = '/_gateway/api/v1';

type Schema = Record<string, unknown>;
type Described = Record<
  string,
  Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
>;

/** The same, but what is not described may not be there either. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}

/** Every call, as the tests make it: the path as described, and the reply. */
async function* everyCall(call: Call): AsyncGenerator<readonly [method: string, path: string, reply: Reply]> {
  const one = '/whitelists/{scope}';
  const at = (path: string): string => path.replace('{scope}', 'bot%3Asales');
  const range = { start: '198.51.100.1', end: '198.51.100.9', note: 'a', expiresAt: '2090-01-01T00:00:00Z' };
  const added = await call('POST', at(`${one}/ranges`), { body: range });
  yield ['post', `${one}/ranges`, added];
  yield ['post', `${one}/ranges`, await call('POST', at(`${one}/ranges`), { body: { ...range, end: 'x' } })];
  yield ['post', `${one}/ranges`, await call('POST', at(`${one}/ranges`), { body: range })];
  yield [
    'put',
    `${one}/ranges/{id}`,
    await call('PUT', at(`${one}/ranges/${String(added.body.id)}`), { body: { ...range, note: 'b' } }),
  ];
  const review = { ids: [String(added.body.id)], action: 'keep', reason: 'still there' };
  yield ['post', `${one}/review`, await call('POST', at(`${one}/review`), { body: review })];
  yield ['post', `${one}/review`, await call('POST', at(`${one}/review`), { body: { ...review, ids: [] } })];
  const list = { list: 'ip;expires\n192.0.2.1;2090-01-01T00:00:00Z\n192.0.2.0/30;' };
  yield ['post', `${one}/import`, await call('POST', at(`${one}/import?dryRun=true`), { body: list })];
  yield ['post', `${one}/import`, await call('POST', at(`${one}/import`), { body: list })];
  yield [
    'post',
    `${one}/import`,
    await call('POST', at(`${one}/import`), { body: { list: 'ip,until\n1.1.1.1,x' } }),
  ];
  yield [
    'post',
    `${one}/import`,
    await call('POST', at(`${one}/import?dryRun=true`), {
      body: { ranges: [{ ...range, note: 'c' }, 5], replace: true },
    }),
  ];
  yield ['patch', one, await call('PATCH', at(one), { body: { enabled: true, mode: 'report' } })];
  yield ['patch', one, await call('PATCH', at(one), { body: { enabled: 'x' } })];
  yield ['get', one, await call('GET', at(one))];
  yield ['get', one, await call('GET', '/whitelists/platform?use=true&sort=id')];
  yield ['get', one, await call('GET', at(one), { token: undefined })];
  yield ['get', '/whitelists', await call('GET', '/whitelists?limit=1')];
  yield ['get', '/whitelists', await call('GET', '/whitelists', { token: owner })];
  yield ['delete', `${one}/ranges/{id}`, await call('DELETE', at(`${one}/ranges/${String(added.body.id)}`))];
  yield ['delete', `${one}/ranges/{id}`, await call('DELETE', at(`${one}/ranges/${String(added.body.id)}`))];
  yield ['get', '/changes', await call('GET', '/changes?limit=2')];
  yield ['get', '/changes/{revision}', await call('GET', '/changes/1')];
  yield ['get', '/changes/{revision}', await call('GET', '/changes/99')];
  yield ['post', '/changes/{revision}/revert', await call('POST', '/changes/1/revert')];
  yield ['post', '/changes/{revision}/revert', await call('POST', '/changes/4/revert')];
  yield ['post', '/identity', await call('POST', '/identity', { body: { credential: 'a.b.c' } })];
  yield ['post', '/identity', await call('POST', '/identity', { body: { credential: '' } })];
  yield [
    'post',
    '/explain',
    await call('POST', '/explain', { body: { target: '/transcripts/sales/1', clientIp: '192.0.2.1' } }),
  ];
  yield [
    'post',
    '/explain',
    await call('POST', '/explain', { body: { target: ' ', clientIp: '192.0.2.1' } }),
  ];
  const revoke = { issuer: 'staff', subject: 'someone', note: 'left' };
  const revoked = await call('POST', '/revocations', { body: revoke });
  yield ['post', '/revocations', revoked];
  yield ['post', '/revocations', await call('POST', '/revocations', { body: { issuer: 'staff', jti: '' } })];
  yield ['get', '/revocations', await call('GET', '/revocations?limit=1')];
  yield ['get', '/revocations', await call('GET', '/revocations', { token: owner })];
  const lifted = `/revocations/${String(revoked.body.id)}`;
  yield ['delete', '/revocations/{id}', await call('DELETE', lifted)];
  yield ['delete', '/revocations/{id}', await call('DELETE', lifted)];
  yield ['get', '/activity', await call('GET', '/activity?limit=1')];
  yield ['get', '/activity', await call('GET', '/activity?after=x')];
  yield ['get', '/activity/summary', await call('GET', '/activity/summary')];
  yield ['get', '/activity/summary', await call('GET', '/activity/summary?buckets=x')];
  yield ['get', '/readings', await call('GET', '/readings?limit=1')];
  yield ['get', '/readings', await call('GET', '/readings?from=x')];
  yield ['get', '/lookup', await call('GET', '/lookup?q=192.0.2.1')];
  yield ['get', '/lookup', await call('GET', '/lookup?q=11111111')];
  yield ['get', '/lookup', await call('GET', '/lookup')];
  yield ['get', '/refusals', await call('GET', '/refusals?days=366')];
  yield ['get', '/refusals', await call('GET', '/refusals?days=x')];
  const refusal = { address: '192.0.2.1', bot: 'sales' };
  for (const what of ['/refusals/dismiss', '/refusals/recall']) {
    yield ['post', what, await call('POST', what, { body: refusal })];
    yield ['post', what, await call('POST', what, { body: { ...refusal, address: 'x' } })];
  }
  yield ['get', '/reports/access', await call('GET', '/reports/access?bot=sales')];
  yield ['get', '/reports/access', await call('GET', '/reports/access')];
  yield ['get', '/reports/review', await call('GET', '/reports/review?scope=bot%3Asales')];
  yield ['get', '/reports/review', await call('GET', '/reports/review?scope=sales')];
  const foreseen = { scope: 'bot:sales', changes: { settings: { whenOff: 'anyone' } } };
  const tried = await call('PATCH', `${at(one)}?confirmWithin=5m`, { body: { requireLogin: true } });
  yield ['patch', one, tried];
  yield ['get', '/trials', await call('GET', '/trials')];
  const confirm = `/changes/${String(tried.body.revision)}/confirm`;
  yield ['post', '/changes/{revision}/confirm', await call('POST', confirm)];
  yield ['get', `${one}/compare`, await call('GET', `${at(one)}/compare?from=1&to=3`)];
  const now = { at: new Date().toISOString() };
  yield ['post', `${one}/restore/preview`, await call('POST', `${at(one)}/restore/preview`, { body: now })];
  const back = await call('POST', confirm.replace('confirm', 'revert/preview'), { body: {} });
  yield ['post', '/changes/{revision}/revert/preview', back];
  yield ['post', `${one}/restore`, await call('POST', `${at(one)}/restore`, { body: now })];
  yield ['get', '/changes', await call('GET', '/changes?limit=2')];
  yield ['post', '/forecast', await call('POST', '/forecast', { body: foreseen })];
  yield ['post', '/forecast', await call('POST', '/forecast', { body: { ...foreseen, scope: 'sales' } })];
  yield ['post', '/audit/verify', await call('POST', '/audit/verify', { body: {} })];
  yield ['post', '/audit/verify', await call('POST', '/audit/verify', { body: {}, token: owner })];
  yield ['post', '/audit/verify', await call('POST', '/audit/verify', { body: { digests: [7] } })];
  yield ['get', '/me', await call('GET', '/me')];
  yield ['get', '/me', await call('GET', '/me', { headers: { 'x-forwarded-for': 'garbage' } })];
  yield ['get', '/replicas', await call('GET', '/replicas')];
  yield ['get', '/replicas', await call('GET', '/replicas', { token: owner })];
  for (const token of [undefined, owner]) {
    const who = token === undefined ? {} : { token };
    yield ['get', '/alerts', await call('GET', '/alerts', who)];
    yield ['post', '/alerts/test', await call('POST', '/alerts/test', { ...who, body: {} })];
  }
  yield ['get', '/unguarded', await call('GET', '/unguarded')];
  yield ['get', '/unguarded', await call('GET', '/unguarded', { token: owner })];
}

async function* sessionCalls(
  call: Call,
): AsyncGenerator<readonly [method: string, path: string, reply: Reply]> {
  const ask = { token: undefined, headers: { origin: SITE, host: 'chat.example.com' } };
  yield ['post', '/session', await call('POST', '/session', { ...ask, body: { token: owner } })];
  yield ['post', '/session', await call('POST', '/session', { ...ask, body: { token: 'x' } })];
  yield ['delete', '/session', await call('DELETE', '/session', ask)];
}

void t.test('every call answers as the description says, and no more', async (t) => {
  const { call, publicCall, recorded, unguarded, alerts } = await openScene(t);
  // A port that nobody listens on.
  alerts.tell([{ name: 'away', url: 'http://127.0.0.1:1/', secret: 'whsec_', timeoutMs: 1_000 }]);
  t.teardown(() => alerts.close());
  alerts.raise({ kind: 'log.unavailable', subject: '', summary: 'It was.', of: { scope: 'platform' } });
  const lost = { kind: 'lost', fromMs: 1, toMs: 2, count: 3, replica: 'one' } as const;
  const now = { atMs: Date.now(), route: '/transcripts/:botId/:conversationId', rangeId: '1' };
  const shown = { clientIp: '192.0.2.1', durationMs: 0.5, cause: 'expired' };
  const asked = 'transcript w anonymous:no-credential';
  const events = [decided({}), decided({ ...shown, asked })];
  events.push(
    decided({ ...now, requestId: '11111111-1', subject: 'ann', reason: 'bot-access', scope: 'bot:sales' }),
  );
  const lines = events.map((event) => lineOf(toRow(event)));
  recorded({ replica: 'one', firstSeq: 1, lines, marks: [lost] });
  const seen = { method: 'GET', shape: '/print/:id', open: false };
  unguarded.passed(seen);
  unguarded.canary({ ...seen, canary: 'print', action: 'alarm' });
  unguarded.notSearched('coding');
  const { body } = await call('GET', '//_gateway/api/openapi.json', { token: undefined });
  const paths = body.paths as Described;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const made = new Set<string>();
  const check = (method: string, path: string, reply: Reply): void => {
    const name = `${method} ${path} ${String(reply.status)}`;
    const { responses } = paths[`${V1}${path}`]?.[method] ?? { responses: {} };
    const response =
      responses[String(reply.status)] ?? (reply.status >= 400 ? responses['default'] : undefined);
    if (response === undefined) return void t.fail(`${name} is not described`);
    if (reply.status < 400) made.add(`${method} ${path}`);
    if (reply.status === 204) return void t.equal(reply.text, '', name);
    const [[type = '', { schema }] = ['', { schema: {} }]] = Object.entries(response.content ?? {});
    t.equal(String(reply.headers['content-type']).split(';')[0], type, name);
    t.ok(
      ajv.validate(strict(schema) as object, reply.body),
      `${name}: ${ajv.errorsText()} ${reply.text.slice(0, 200)}`,
    );
  };
  for await (const [method, path, reply] of everyCall(call)) check(method, path, reply);
  for await (const [method, path, reply] of sessionCalls(publicCall)) check(method, path, reply);
  // It has no end.
  made.add('get /activity/stream');
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.slice(V1.length)}`),
  );
  t.strictSame(described.sort(), [...made].sort(), 'each was asked with success');
});

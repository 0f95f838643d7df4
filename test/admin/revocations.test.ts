import t from 'tap';
import type { Question } from '../../src/access/question.ts';
import { seconds } from '../support/tokens.ts';
import { STATIC_TOKEN, errorsOf, onBothStores, openScene, owner, staffToken, superAdmin } from './scene.ts';
import type { Scene } from './scene.ts';

const on = onBothStores(t);
const iat = seconds(-60);
const ada = (more: object = {}): string => staffToken({ sub: 'ada', bots: ['sales'], iat, ...more });

function question(headers: readonly string[]): Question {
  const peer = { address: '198.51.100.9' };
  return {
    method: 'GET',
    target: '/transcripts/sales/1',
    headers: ['Host', 'a.example', ...headers],
    peer,
    upgrade: false,
  };
}

/** What a visitor with these tokens is answered. */
async function reason(
  scene: Scene,
  token: string,
  how: 'bearer' | 'cookie' = 'bearer',
  more = '',
): Promise<string> {
  const headers =
    how === 'bearer' ? ['Authorization', `Bearer ${token}`] : ['Cookie', `session=${token}${more}`];
  return (await scene.authorize(question(headers))).decision.reason;
}

const revoke = (scene: Scene, body: object, ask: object = {}) =>
  scene.call('POST', '/revocations', { token: superAdmin, body: { issuer: 'staff', ...body }, ...ask });

on(
  'of a person everything that was issued before now ends at once, and a new login works',
  async (t, how) => {
    const scene = await openScene(t, how);
    const [old, other, ageless] = [
      ada(),
      staffToken({ sub: 'bob', bots: ['sales'], iat }),
      ada({ iat: undefined }),
    ];
    for (const token of [old, other, ageless]) t.equal(await reason(scene, token), 'bot-access', 'before');
    const done = await revoke(scene, { subject: 'ada', note: 'left' });
    t.match(done, {
      status: 201,
      body: { revision: 1, live: { replicas: 1, of: 1 }, issuer: 'staff', subject: 'ada' },
    });
    t.equal(await reason(scene, old), 'token-revoked', 'a token that is remembered');
    t.equal(await reason(scene, old, 'cookie'), 'session-revoked');
    t.equal(
      await reason(scene, ageless),
      'token-revoked',
      'what does not say when it was issued is taken back whole',
    );
    t.equal(await reason(scene, other), 'bot-access', 'nobody else');
    const fresh = ada({ iat: seconds(2) });
    t.equal(await reason(scene, fresh), 'bot-access', 'a new login');
    t.equal(
      await reason(scene, old, 'cookie', `; session=${fresh}`),
      'bot-access',
      'the old cookie beside the new one',
    );
    const explained = await scene.call('POST', '/explain', {
      body: { target: '/transcripts/sales/1', clientIp: '198.51.100.9', token: old },
    });
    t.match(explained.body, { decision: { reason: 'token-revoked' } });
    const claims = { sub: 'ada', bots: ['sales'], iat };
    const imagined = await scene.call('POST', '/explain', {
      body: { target: '/transcripts/sales/1', clientIp: '198.51.100.9', claims, issuer: 'staff' },
    });
    t.match(imagined.text, String(done.body['id']), 'explain names the revocation');
    t.match(scene.changed, [{ scope: 'revocations', added: 1 }]);
    const [issuedBefore, expiresAt] = [iat * 1000, Date.now() + 9_000].map((ms) =>
      new Date(ms).toISOString(),
    );
    const again = await revoke(scene, { subject: 'ada', issuedBefore, expiresAt });
    t.match(
      again,
      { status: 201, body: { revision: 1, id: done.body['id'] } },
      'what is covered changes nothing',
    );
    const lifted = await scene.call('DELETE', `/revocations/${String(done.body['id'])}`);
    t.match(lifted, { status: 200, body: { revision: 2, subject: 'ada' } });
    t.equal(await reason(scene, old), 'bot-access', 'lifted');
    t.equal((await scene.call('DELETE', `/revocations/${String(done.body['id'])}`)).status, 404);
    t.match(
      (await scene.call('POST', '/changes/1/revert')).status,
      409,
      'a revocation is lifted, not reverted',
    );
    t.match((await scene.call('GET', '/changes')).body['changes'], [
      { revision: 2 },
      { revision: 1, scope: 'revocations' },
    ]);
  },
);

on('a session, one token, everything before a time', async (t, how) => {
  const scene = await openScene(t, how);
  const [phone, laptop, bare] = [ada({ sid: 's1', jti: 'j1' }), ada({ sid: 's2', jti: 'j2' }), ada()];
  const answers = (): Promise<string[]> =>
    Promise.all([phone, laptop, bare].map((token) => reason(scene, token)));
  const [yes, no] = ['bot-access', 'token-revoked'];
  const after = async (body: object, expected: string[], what: string): Promise<void> => {
    const { status, body: made } = await revoke(scene, body);
    t.equal(status, 201);
    t.same(await answers(), expected, what);
    // An issuer's own admins are taken back with it: the static token is nobody's.
    const lifted = await scene.call('DELETE', `/revocations/${String(made['id'])}`, { token: STATIC_TOKEN });
    t.equal(lifted.status, 200);
    t.same(await answers(), [yes, yes, yes]);
  };
  await after({ sid: 's1' }, [no, yes, yes], 'one session');
  await after({ sid: 's1', subject: 'ada' }, [no, yes, no], 'and what of the person could be of it');
  await after({ sid: 's1', subject: 'bob' }, [yes, yes, yes], 'of another person');
  await after({ jti: 'j2' }, [yes, no, yes], 'one token');
  await after({ issuedBefore: new Date().toISOString() }, [no, no, no], 'all of an issuer');
  await after({ issuedBefore: new Date((iat - 1) * 1000).toISOString() }, [yes, yes, yes], 'none is older');
  await after({ subject: 'ada', issuer: 'partner' }, [yes, yes, yes], 'another issuer');
});

on('it ends by itself, and is listed until then', async (t, how) => {
  let ahead = 0;
  const scene = await openScene(t, { ...how, now: () => Date.now() + ahead });
  const expiresAt = new Date(Date.now() + 5_000).toISOString();
  await revoke(scene, { subject: 'ada', expiresAt });
  await revoke(scene, { subject: 'bob' });
  const listed = async (query = ''): Promise<unknown> =>
    (await scene.call('GET', `/revocations${query}`)).body['total'];
  t.same(
    [await listed(), await listed('?subject=ada'), await listed('?q=BO'), await listed('?issuer=widget')],
    [2, 1, 1, 0],
  );
  const first = await scene.call('GET', '/revocations?limit=1');
  const rest = await scene.call(
    'GET',
    `/revocations?limit=1&after=${encodeURIComponent(String(first.body['next']))}`,
  );
  t.match(
    [first.body['revocations'], rest.body['revocations']],
    [[{ issuer: 'staff' }], [{ issuer: 'staff' }]],
  );
  t.equal(rest.body['next'], undefined);
  ahead = 6_000;
  t.equal(await reason(scene, ada()), 'bot-access', 'its time is over');
  t.equal(await listed(), 1);
  await revoke(scene, { subject: 'eve' });
  t.equal((await scene.store.revocations()).record.entries.length, 2, 'and it leaves with the next change');
});

on('who may, and what can be', async (t, how) => {
  const scene = await openScene(t, how);
  const id = '0123456789abcdef';
  for (const [method, path, body] of [
    ['GET', '/revocations'],
    ['POST', '/revocations', { issuer: 'staff', subject: 'ada' }],
    ['DELETE', `/revocations/${id}`],
  ] as const) {
    const status = async (token: string | undefined): Promise<number> =>
      (await scene.call(method, path, { token, ...(body && { body }) })).status;
    t.same(
      [await status(undefined), await status(owner), await status(ada())],
      [401, 403, 403],
      `${method} ${path}`,
    );
  }
  const rows: readonly (readonly [object, string])[] = [
    [{ issuer: 'nobody', subject: 'a' }, 'issuer must be one of staff, partner, widget'],
    [{}, 'subject must be given, or sid, jti or issuedBefore'],
    [{ subject: '' }, 'subject is empty'],
    [{ subject: 'a\nb' }, 'subject must be one line without control characters'],
    [{ subject: 'a', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt must be in the future'],
    [{ subject: 'a', issuedBefore: 'yesterday' }, 'issuedBefore must be a time with its offset (RFC 3339)'],
  ];
  for (const [body, expected] of rows) {
    const answer = await revoke(scene, body);
    t.equal(answer.status, 422, expected);
    t.same(errorsOf(answer), [expected]);
  }
  t.equal((await revoke(scene, { subject: 'a', sub: 'b' })).status, 400, 'an unknown member');
  const keyed = { headers: { 'idempotency-key': 'k1' } };
  const [one, two] = [
    await revoke(scene, { subject: 'a' }, keyed),
    await revoke(scene, { subject: 'a' }, keyed),
  ];
  t.same([one.body['revision'], one.body['id']], [two.body['revision'], two.body['id']], 'made once');
  t.equal((await revoke(scene, { subject: 'b' }, { headers: { 'if-match': '"0"' } })).status, 412);
  t.equal((await revoke(scene, { subject: 'root' })).status, 201);
  const root = staffToken({ sub: 'root', roles: ['super_admin'], iat });
  t.match(await scene.call('GET', '/revocations', { token: root }), {
    status: 401,
    body: { reason: 'token-revoked' },
  });
  t.equal((await scene.call('GET', '/revocations', { token: STATIC_TOKEN })).status, 200);
});

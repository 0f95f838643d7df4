import t from 'tap';
import { createAuthorize } from '../../src/access/authorize.ts';
import { letsThrough } from '../../src/access/leases.ts';
import type { Answer } from '../../src/access/question.ts';
import type { Rules } from '../../src/access/rules.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import { compileTrust } from '../../src/reading/forwarded.ts';
import { compileRoutes } from '../../src/reading/route.ts';
import type { Delegation } from '../../src/policy/decide.ts';
import type { Principal } from '../../src/policy/principal.ts';
import * as f from '../policy/facts.ts';
import { bearer, contact, cookie, expired, from, member, told, world } from './scene.ts';

t.test('one question, from bytes to a decision', async (t) => {
  const ask = world();
  const rows: [string, string, string[], string][] = [
    ['a member by bearer', '/transcripts/a/1', [...bearer(member), ...from('192.0.2.1')], 'forward bot-access'],
    ['a member by cookie', '/transcripts/a/1', [...cookie(member), ...from('192.0.2.1')], 'forward bot-access'],
    ['a member in an encoded spelling', '/TRANSCRIPTS/%61/1;x=y/', [...bearer(member), ...from('192.0.2.1')], 'forward bot-access'],
    ['a member of a at b', '/transcripts/b/1', [...bearer(member), ...from('192.0.2.1')], 'deny no-access'],
    ['two bots in one target', '/transcripts/b/..%2f..%2ftranscripts/a/1', [...bearer(member), ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a listed address', '/transcripts/a/1', from('203.0.113.7'), 'forward whitelisted-bot'],
    ['the same, said by a stranger to the right of it', '/transcripts/a/1', from('203.0.113.7, 192.0.2.9'), 'login no-credential'],
    ['a bad bearer never falls back', '/transcripts/a/1', [...bearer('a.b.c'), ...cookie(member), ...from('203.0.113.7')], 'login token-invalid'],
    ['an expired bearer', '/transcripts/a/1', [...bearer(expired), ...from('192.0.2.1')], 'login token-expired'],
    ['an expired cookie', '/transcripts/a/1', [...cookie(expired), ...from('192.0.2.1')], 'login session-expired'],
    ['somebody else’s authorization', '/transcripts/a/1', ['Authorization', 'Basic YTpi', ...cookie(member), ...from('192.0.2.1')], 'forward bot-access'],
    ['a bot in the query', '/history?botId=a', [...bearer(member), ...from('192.0.2.1')], 'forward bot-access'],
    ['none in the query', '/history', [...bearer(member), ...from('192.0.2.1')], 'deny bot-unresolved'],
    ['a form beside it', '/history?botId=a', [...bearer(member), 'Content-Type', 'Application/X-WWW-Form-Urlencoded; charset=utf-8', 'Content-Length', '3', ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a multipart form beside it', '/history?botId=a', [...bearer(member), 'Content-Type', ' multipart/form-data; boundary=x', 'Transfer-Encoding', 'chunked', ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a form in a second type', '/history?botId=a', [...bearer(member), 'Content-Type', 'text/plain', 'Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '3', ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a body without a type', '/history?botId=a', [...bearer(member), 'Content-Length', '3', ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a body of an empty type', '/history?botId=a', [...bearer(member), 'Content-Type', ' ; charset=utf-8', 'Transfer-Encoding', 'chunked', ...from('192.0.2.1')], 'deny path-ambiguous'],
    ['a body of another type', '/history?botId=a', [...bearer(member), 'Content-Type', 'text/plain', 'Content-Length', '3', ...from('192.0.2.1')], 'forward bot-access'],
    ['no body and no type', '/history?botId=a', [...bearer(member), 'Content-Length', '0', ...from('192.0.2.1')], 'forward bot-access'],
    ['a type without a body', '/history?botId=a', [...bearer(member), 'Content-Type', 'application/x-www-form-urlencoded', ...from('192.0.2.1')], 'forward bot-access'],
    ['a type with an empty body', '/history?botId=a', [...bearer(member), 'Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '0', ...from('192.0.2.1')], 'forward bot-access'],
    ['a contact', '/contacts/u1/conversations', [...bearer(contact), ...from('192.0.2.1')], 'forward own-history'],
    ['another contact', '/contacts/u2/conversations', [...bearer(contact), ...from('203.0.113.7')], 'deny no-access'],
    ['not guarded', '/about', [...bearer('a.b.c')], 'forward not-guarded'],
  ]; // prettier-ignore
  for (const [name, target, headers, expected] of rows)
    t.equal(told(await ask(target, headers)), expected, name);
});

t.test('a preflight asks for nothing and nobody', async (t) => {
  const ask = world();
  const preflight = ['Origin', 'https://chat.example', 'Access-Control-Request-Method', 'GET'];
  const answer = await ask('/transcripts/a/1', [...preflight, ...bearer(member)], {}, { method: 'OPTIONS' });
  t.equal(told(answer), 'forward preflight');
  t.equal(answer.principal.kind, 'anonymous', 'its credential is not looked at');
  t.equal(told(await ask('/transcripts/a/1', preflight)), 'login no-credential', 'only OPTIONS is one');
  for (const half of [preflight.slice(0, 2), preflight.slice(2)])
    t.equal(told(await ask('/transcripts/a/1', half, {}, { method: 'OPTIONS' })), 'login no-credential');
});

t.test('an answer grants where it forwards, or where it only reports', async (t) => {
  const open = await world()('/transcripts/a/1', bearer(member));
  t.ok(letsThrough(open));
  t.notOk(letsThrough(await world()('/transcripts/a/1')));
  const reported = await world({ mode: 'report' })('/transcripts/a/1', from('192.0.2.1'));
  t.match(reported, { enforced: false, mode: 'report', decision: { outcome: 'login' } });
  t.ok(letsThrough(reported));
  const ambiguous = await world({ view: f.policy({ mode: 'report' }) })('/a\\b');
  t.match(ambiguous, { enforced: true, mode: 'enforce' }, 'what has no single bot goes by the platform');
  t.notOk(letsThrough(ambiguous));
  const lost = await world({ mode: 'report', view: f.unloaded })('/transcripts/a/1', from('192.0.2.1'));
  t.match(lost, { enforced: true, stale: true, revision: 0 }, 'an unknown policy enforces');
});

t.test('what names no single bot is enforced as soon as one that it could name is', async (t) => {
  const view = f.policy({ mode: 'enforce' }, { mode: 'report' });
  const ask = world({ view, mode: 'report' });
  const form = ['Content-Type', 'application/x-www-form-urlencoded', 'Content-Length', '3'];
  const rows: readonly (readonly [target: string, mode: string, headers?: readonly string[]])[] = [
    ['/transcripts/x/../a/1', 'enforce'],
    ['/transcripts/b/..%2fa/1', 'enforce'],
    ['/transcripts/b/1?botId=a', 'enforce'],
    ['/transcripts/b/1&bot=a', 'enforce'],
    ['/transcripts/b/1?x=1;botId=a', 'enforce'],
    ['/history?botId=a&botId=a', 'enforce'],
    ['/history?botId=b&botId=a', 'enforce'],
    ['/history?botId=b&BOTID=a', 'enforce'],
    ['/history?botId=b', 'enforce', form],
    ['/history', 'enforce'],
    ['/history?botId=', 'enforce'],
    ['/transcripts/%c3%a9/1', 'enforce'],
    ['/a\\b', 'enforce'],
    ['/contacts//conversations', 'enforce'],
    ['/transcripts/x/../b/1', 'report'],
    ['/history?botId=b&botId=b', 'report'],
    ['/history?botId=b&botId=c', 'report'],
    ['/transcripts/b/1?botId=c', 'report'],
    ['/transcripts/b/1', 'report'],
  ];
  for (const [target, mode, headers] of rows) {
    const answer = await ask(target, [...from('192.0.2.1'), ...(headers ?? [])]);
    t.match(answer, { mode, enforced: mode === 'enforce' }, target);
  }
  const closed = await world({ view, mode: 'report', otherPaths: 'reject' })('/elsewhere');
  t.same([told(closed), closed.mode], ['deny not-open', 'enforce'], 'what no route names could be any');
  const watched = world({ view: f.policy({ mode: 'report' }, { mode: 'report' }), mode: 'enforce' });
  t.match(await watched('/a\\b'), { mode: 'report', enforced: false }, 'nothing enforces');
});

t.test('report forwards what cannot be known now, as the last good policy says', async (t) => {
  const { policy } = f.policy({ mode: 'report' }, { mode: 'enforce' });
  const old: PolicyView = { known: false, why: 'stale', policy };
  const ask = world({ view: old, mode: 'enforce' });
  const answer = await ask('/transcripts/a/1', from('203.0.113.7'));
  t.equal(told(answer), 'unavailable policy-unavailable', 'it would not have been let in');
  t.match(answer, { mode: 'report', enforced: false, stale: true });
  t.ok(letsThrough(answer), 'and is forwarded all the same');
  const other = await ask('/transcripts/b/1', from('203.0.113.7'));
  t.match(other, { mode: 'enforce', enforced: true }, 'the platform enforced then');
  t.notOk(letsThrough(other));
  t.match(await ask('/transcripts/a/../b/1'), { mode: 'enforce' });
});

t.test('the way to the upstream is told as it was read', async (t) => {
  const ask = world();
  const answer = await ask('/about', [
    ...from('192.0.2.1, 10.0.0.9'),
    'X-Forwarded-Proto',
    'https',
    'X-Forwarded-Host',
    'chat.example',
  ]);
  t.match(answer.forwarding, {
    chain: ['192.0.2.1', '10.0.0.9', '10.0.0.1'].slice(0, answer.forwarding.chain.length),
    peerTrusted: true,
    proto: 'https',
    host: 'chat.example',
  });
  t.same((await ask('/about', from('garbage'))).forwarding.chain, []);
});

t.test('the platform is asked for its proof only where somebody brings a session', async (t) => {
  const { policy } = f.policy();
  const view: PolicyView = { known: true, policy, staleSeconds: 0 };
  const ask = async (
    principal: Principal,
    state: () => Delegation | Promise<Delegation>,
  ): Promise<Answer> => {
    const rules: Rules = {
      routes: compileRoutes([{ path: '/transcripts/:botId/:conversationId', members: 'platform' }]),
      trust: compileTrust(undefined),
      identity: {
        cookieNames: new Set(),
        readSessions: () => [],
        identify: () => Promise.resolve(principal),
      },
      options: { otherPaths: 'forward', canLogIn: true, defaults: { mode: 'enforce', requireLogin: false } },
    };
    const authorize = createAuthorize({
      rules: () => rules,
      policy: () => view,
      now: () => f.NOW,
      delegating: { stateOf: state },
    });
    const peer = { address: '192.0.2.1' };
    return authorize({ method: 'GET', target: '/transcripts/a/1', headers: [], peer, upgrade: false });
  };
  const bringing = { kind: 'anonymous', reason: 'no-credential', brings: 'agents' } as const;
  const never = (): never => t.fail('asked') as never;
  t.equal(told(await ask(bringing, () => 'proven')), 'forward platform-decides');
  t.equal(told(await ask(bringing, () => Promise.resolve('proven'))), 'forward platform-decides');
  t.equal(told(await ask(bringing, () => 'open')), 'unavailable platform-unproven');
  t.equal(told(await ask({ kind: 'anonymous', reason: 'no-credential' }, never)), 'login no-credential');
  t.equal(told(await ask({ kind: 'refused', reason: 'token-invalid' }, never)), 'login token-invalid');
});

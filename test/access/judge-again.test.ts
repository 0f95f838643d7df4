import t from 'tap';
import { judgeAgain, type Judged } from '../../src/access/judge-again.ts';
import { judges, told } from './scene.ts';

const { authorize, rules } = judges();
const transcript = '/transcripts/:botId/:conversationId';
const history = '/contacts/:contactId/conversations';
const asked = { method: 'GET', route: transcript, bot: 'a', conversation: '1' };

const rows: readonly (readonly [name: string, judged: Partial<Judged>, now: string | undefined])[] = [
  ['a member is one still', { reason: 'bot-access', subject: 'ann', issuer: 'staff' }, 'forward bot-access'],
  ['by a session too', { reason: 'bot-access', subject: 'ann', session: 'crm' }, 'forward bot-access'],
  ['of a kind that nobody wrote down', { reason: 'bot-access', subject: 'ann' }, 'forward bot-access'],
  [
    'a contact sees their own',
    { reason: 'own-history', subject: 'u1', route: history, contact: 'u1' },
    'forward own-history',
  ],
  ['and their conversation', { reason: 'own-history', subject: 'u1' }, 'forward own-history'],
  ['who had no access has none', { reason: 'no-access', subject: 'bob', issuer: 'staff' }, 'deny no-access'],
  [
    'a listed address is listed',
    { reason: 'whitelisted-bot', clientIp: '203.0.113.7' },
    'forward whitelisted-bot',
  ],
  [
    'one that was taken off the list',
    { reason: 'whitelisted-bot', clientIp: '192.0.2.1' },
    'login no-credential',
  ],
  [
    'an IPv6 address is in no list',
    { reason: 'no-credential', clientIp: '2001:db8::1' },
    'login no-credential',
  ],
  ['a network of which a part is listed', { reason: 'no-credential', clientIp: '203.0.113.0' }, undefined],
  [
    'its first address, recorded whole',
    { reason: 'no-credential', clientIp: '203.0.113.0', asked: 'transcript w anonymous:no-credential' },
    'forward whitelisted-bot',
  ],
  ['a network of which none is', { reason: 'no-credential', clientIp: '192.0.2.0' }, 'login no-credential'],
  [
    'an IPv6 network is in no list',
    { reason: 'no-credential', clientIp: '2001:db8::' },
    'login no-credential',
  ],
  ['an address that is none', { reason: 'no-credential', clientIp: '203.0.113' }, 'login no-credential'],
  ...(['token-invalid', 'token-expired', 'token-revoked', 'token-foreign'] as const).map(
    (reason) => [reason, { reason, clientIp: '203.0.113.7' }, `login ${reason}`] as const,
  ),
  ...(['session-expired', 'session-revoked', 'session-ended', 'session-invalid'] as const).map(
    (reason) => [reason, { reason }, `login ${reason}`] as const,
  ),
  ['the platform decided', { reason: 'platform-decides' }, undefined],
  ['a route that is gone', { reason: 'no-credential', route: '/gone' }, undefined],
  ['no single bot', { reason: 'bot-unresolved', bot: undefined }, undefined],
  [
    'no conversation was named',
    { reason: 'own-history', subject: 'u1', conversation: undefined },
    'deny no-access',
  ],
];

t.test('what was judged before is judged by what holds now', async (t) => {
  for (const [name, judged, now] of rows) {
    const answer = await judgeAgain(authorize, rules, Date.now(), { reason: '', ...asked, ...judged });
    t.equal(answer && told(answer), now, name);
  }
});

import t from 'tap';
import { askedText, readAsked } from '../../src/policy/asked-text.ts';
import { decide, type DecisionInput } from '../../src/policy/decide.ts';
import { conversationToShow, resourceToShow, type Link } from '../../src/policy/link.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import type { Resource } from '../../src/policy/resource.ts';
import * as f from './facts.ts';
import { contact, maybe, member, nobody, policy, refused } from './decide-rows.ts';

const day = 86_400;
const whole: Link = { keys: ['k'], keyless: false };
const links = {
  held: whole,
  keyless: { keys: [], keyless: true },
  fresh: { ...whole, maxAgeSeconds: day, firstSeenMs: f.NOW - day * 1000 + 1 },
  old: { ...whole, maxAgeSeconds: day, firstSeenMs: f.NOW - day * 1000 },
  unknown: { ...whole, maxAgeSeconds: day, firstSeenMs: 'unknown' },
  'not asked': { ...whole, maxAgeSeconds: day },
  'keyless and old': { keys: [], keyless: true, maxAgeSeconds: day, firstSeenMs: 0 },
} as const satisfies Record<string, Link>;
type Name = keyof typeof links;
const every = Object.keys(links) as Name[];

const open = policy({ enabled: false, whenOff: 'anyone' }, { enabled: false });
const listed = { client: f.inBot };

/** What each link is decided, asked alike. */
const rows: readonly [
  name: string,
  asked: Partial<DecisionInput>,
  expected: Partial<Record<Name, string>> & { other: string },
  view?: PolicyView,
][] = [
  ['a stranger', {}, { other: 'no-credential' }],
  ['a member', { principal: member('a') }, { other: 'bot-access' }],
  ['a listed member', { principal: member('a'), ...listed }, { other: 'bot-access' }],
  ['a contact, on what is theirs', { principal: contact('u1', 'c1') }, { other: 'own-history' }],
  ['a bad bearer', { principal: refused('token-expired'), ...listed }, { other: 'token-expired' }],
  [
    'a listed address',
    listed,
    {
      held: 'whitelisted-bot',
      fresh: 'whitelisted-bot',
      keyless: 'no-credential',
      'keyless and old': 'no-credential',
      old: 'link-expired',
      other: 'links-unavailable',
    },
  ],
  [
    'a listed member of another bot',
    { principal: member('b'), ...listed },
    {
      held: 'whitelisted-bot',
      fresh: 'whitelisted-bot',
      keyless: 'no-access',
      'keyless and old': 'no-access',
      old: 'link-expired',
      other: 'links-unavailable',
    },
  ],
  [
    'the link alone',
    {},
    {
      held: 'open-link',
      fresh: 'open-link',
      keyless: 'no-credential',
      'keyless and old': 'no-credential',
      old: 'link-expired',
      other: 'links-unavailable',
    },
    open,
  ],
  [
    'a listed address, and a cookie that cannot be checked',
    { principal: maybe('cookie', member('a'), nobody('session-invalid')), ...listed },
    { held: 'whitelisted-bot', fresh: 'whitelisted-bot', other: 'keys-unavailable' },
  ],
  ['no policy', listed, { other: 'policy-unavailable' }, { known: false, why: 'not-loaded' }],
];

t.test('what opens a link: a login, or an address with its key while it is not too old', async (t) => {
  for (const [name, over, expected, view = policy()] of rows)
    for (const which of every) {
      const resource = { ...f.transcript, link: links[which] } as Resource;
      const { reason } = decide(f.asked({ ...over, resource }), view, f.options, f.NOW);
      t.equal(reason, expected[which] ?? expected.other, `${name}, ${which}`);
    }
});

t.test('the same of what is of any bot', async (t) => {
  const at = (link: Link) =>
    decide(f.asked({ resource: { ...f.ofAnyBot, link } as Resource, ...listed }), policy(), f.options, f.NOW)
      .reason;
  t.equal(at(links.held), 'whitelisted-bot');
  t.equal(at(links.keyless), 'no-credential');
  t.equal(at(links.old), 'link-expired');
});

t.test('the record says of a link what decided, and nothing of it', async (t) => {
  for (const [which, isOldLink, reason] of [
    ['held', false, 'whitelisted-bot'],
    ['keyless', false, 'no-credential'],
    ['old', true, 'link-expired'],
  ] as const) {
    const asked = f.asked({ resource: { ...f.transcript, link: links[which] } as Resource, ...listed });
    const text = askedText(asked, isOldLink) ?? '';
    const again = readAsked(text, 'a', asked.client);
    t.equal(again && decide(again, policy(), f.options, f.NOW + 1).reason, reason, text);
  }
});

t.test('a conversation is shown where it cannot be the key', async (t) => {
  const shown = (link: Link | undefined, ...conversations: string[]) =>
    conversationToShow({ ...f.transcript, conversations, ...(link && { link }) } as Resource);
  t.equal(shown(undefined, 'c1', 'c2'), 'c1', 'as ever where there is no link');
  t.equal(shown({ ...whole, keys: ['Se-cret'] }, 'c1'), 'c1');
  t.equal(shown({ ...whole, keys: ['Se-cret'] }, 'c1', 'c2'), undefined, 'two: one could be the key');
  t.equal(shown({ ...whole, keys: ['Se-cret'] }, 'Se-cret'), undefined);
  t.equal(
    shown({ ...whole, keys: ['Se-cret'] }, '17/SECRET'),
    undefined,
    'a part of it, in another spelling',
  );
  t.equal(shown({ ...whole, beside: ['c1'] }, 'c1'), 'c1', 'nobody hides what they read by a parameter');
  const sought = { kind: 'sought', lookup: 'chats', conversation: 'secret', route: f.route } as const;
  t.equal(conversationToShow(sought), 'secret');
  t.equal(conversationToShow({ ...sought, link: { ...whole, keys: ['secret'] } }), undefined);
  t.equal(conversationToShow(f.other), undefined);
});

t.test('explain is told no key, and nothing that could be one', async (t) => {
  const link: Link = { ...whole, keys: ['secret'], beside: ['secret too'] };
  const resources: object[] = [
    { ...f.transcript, conversations: ['secret'], link },
    { ...f.transcript, conversations: ['c1', 'secret'], link },
    { kind: 'sought', lookup: 'chats', conversation: 'secret', route: f.route, link },
    { ...f.ambiguous, bots: ['a', 'secret'], link },
    { ...f.ofAnyBot, link },
  ];
  for (const resource of resources)
    t.notMatch(JSON.stringify(resourceToShow(resource as Resource)), /secret/);
  t.match(resourceToShow({ ...f.transcript, link } as Resource), {
    conversations: ['c1'],
    link: { keyless: false },
  });
  t.equal(resourceToShow(f.transcript), f.transcript, 'what is no link is shown as it is');
});

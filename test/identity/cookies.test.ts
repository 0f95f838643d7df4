import t from 'tap';
import { createBudget } from '../../src/identity/budget.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import {
  bearer,
  claims,
  cookies,
  issuer,
  options,
  publicOf,
  quiet,
  secretOf,
  signers,
  word,
} from './scene.ts';

const { hs } = signers;
const keys = [secretOf(hs)];

const session = (more: object = {}): string => `session=${hs.sign(claims(more))}`;
const old = (sub = 'ada'): string => session({ sub, exp: seconds(-3600) });
const staff = issuer({ keys, from: ['bearer', 'cookie:session', 'cookie:__Host-session'] });
const other = createSigner('ES256', 'o');
const partner = issuer({
  name: 'partner',
  issuer: 'https://partner.example/',
  keys: [publicOf(other)],
  from: ['cookie:partner'],
});

t.test('cookies: exactly one person', async (t) => {
  const verifier = createVerifier(options([staff, partner]), { log: quiet });
  const ofPartner = other.sign(claims({ iss: 'https://partner.example/' }));
  const [ada, again, eve] = [session(), session({ nonce: 2 }), session({ sub: 'eve' })];
  const rows: (readonly [name: string, expected: string, ...texts: string[]])[] = [
    ['none', 'no-credential'],
    ['another cookie', 'no-credential', 'theme=dark', `Session=${ada}`, `session2=${ada}`],
    ['an empty one', 'no-credential', 'session='],
    ['two empty ones', 'no-credential', 'session=', 'session='],
    ['a good one', 'ada', ada],
    ['a good one and an empty one', 'ada', 'session=', ada],
    ['a good one and nonsense', 'ada', 'session=x', ada],
    ['a good one and an expired one', 'ada', old('eve'), ada],
    [
      'a good one and a forged one',
      'ada',
      `session=${createSigner('HS256', 'hs-1').sign(claims({ sub: 'eve' }))}`,
      ada,
    ],
    ['the same twice', 'ada', ada, ada],
    ['two of one person', 'ada', ada, again],
    ['two of one person under two names', 'ada', ada, again.replace('session', '__Host-session')],
    ['two people', 'session-invalid', ada, eve],
    ['two people, the other way round', 'session-invalid', eve, ada],
    ['two people and nonsense', 'session-invalid', ada, 'session=x', eve],
    ['one subject of two issuers is two people', 'session-invalid', ada, `partner=${ofPartner}`],
    ['the other issuer alone', 'ada', `partner=${ofPartner}`],
    ["the other issuer in this issuer's cookie", 'session-invalid', `session=${ofPartner}`],
    ["this issuer in the other's cookie", 'session-invalid', ada.replace('session', 'partner')],
    ['an expired one', 'session-expired', old()],
    ['expired and nonsense', 'session-expired', 'session=x', old()],
    ['two expired people', 'session-expired', old(), old('eve')],
    ['nonsense', 'session-invalid', 'session=x'],
    ['quoted', 'ada', ada.replace('=', '="') + '"'],
    ['with a space', 'session-invalid', `${ada} `],
    ['percent-encoded', 'ada', ada.replaceAll('.', '%2E')],
    ['split in two cookies', 'session-invalid', ada.slice(0, 80), `session=${ada.slice(80)}`],
    ['a prefixed name', 'no-credential', ada.replace('session', '__Secure-session')],
    ['a foreign token', 'session-invalid', session({ iss: 'https://evil.example/' })],
    ['of another kind', 'session-invalid', session({ typ: 'Refresh' })],
    ['seven bad ones and a good one', 'ada', ...'abcdefg'.split('').map((x) => `session=${x}`), ada],
    ['too many', 'session-invalid', ada, ...'abcdefgh'.split('').map((x) => `session=${x}`)],
    ['the same text very often is one', 'ada', ...Array.from({ length: 50 }, () => ada)],
  ];
  for (const [name, expected, ...texts] of rows)
    for (const round of ['first', 'again']) {
      const principal = await cookies(verifier, ...texts);
      const who = principal.kind === 'known' ? principal.subject : word(principal);
      t.equal(who, expected, `${name}, ${round}`);
    }
});

t.test('a bearer beats every cookie', async (t) => {
  const verifier = createVerifier(options([staff]), { log: quiet });
  const with_ = async (token: string): Promise<string> => {
    const cookie = { name: 'session', value: hs.sign(claims()) };
    const principal = await verifier.identify({ bearer: token, cookies: [cookie] }, Date.now());
    return principal.kind === 'known' ? `${principal.via} ${principal.subject}` : word(principal);
  };
  t.equal(await with_(hs.sign(claims({ sub: 'eve' }))), 'bearer eve');
  t.equal(await with_('a.b.c'), 'token-invalid');
  t.equal(await with_(''), 'token-invalid');
  t.equal(await with_(hs.sign(claims({ exp: 1 }))), 'token-expired');
  t.equal(await with_(hs.sign(claims({ iss: 'x' }))), 'token-foreign');
  const none = createVerifier(options([]), { log: quiet });
  t.equal(word(await bearer(none, hs.sign(claims()))), 'no-credential', 'without issuers nobody signs in');
});

t.test('what one request costs, whatever it carries', async (t) => {
  const strange = createSigner('HS256', 'hs-1');
  const places = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => `cookie:${name}` as const);
  const secrets = Array.from({ length: 3 }, () => createSigner('HS256'));
  const three = ['one', 'two', 'three'].map((name) =>
    issuer({ name, keys: secrets.map(secretOf), from: ['bearer', ...places] }),
  );
  const many = createVerifier(options(three), { log: quiet });
  const forged = (n: number): string => createSigner('HS256').sign(claims({ sub: String(n) }));
  const checks = async (ask: () => unknown): Promise<number> => {
    const before = many.stats().verifications;
    await ask();
    return many.stats().verifications - before;
  };
  const eight = places.map((place, n) => `${place.slice('cookie:'.length)}=${forged(n)}`);
  t.ok((await checks(() => cookies(many, ...eight))) <= 8, 'eight cookies, three issuers, three keys');
  t.ok((await checks(() => bearer(many, forged(9)))) <= 8, 'one bearer');

  const verifier = createVerifier(options([issuer({ keys })]), { log: quiet });
  const failed: string[] = [];
  const ask = async (left: number, ...values: string[]): Promise<string> => {
    const budget = createBudget(left, () => failed.push('failed'));
    const pairs = values.map((value) => ({ name: 'session', value }));
    return word(await verifier.identify({ cookies: pairs }, Date.now(), undefined, { budget }));
  };
  const [good, other, late] = [
    hs.sign(claims()),
    hs.sign(claims({ sub: 'grace' })),
    hs.sign(claims({ exp: seconds(-60) })),
  ];
  const rotated = strange.sign(claims());
  t.equal(await ask(0, good), 'session-invalid', 'nothing to spend: nothing is believed');
  t.equal(verifier.stats().verifications, 0);
  t.equal(await ask(4, good), 'known', 'and nothing is remembered of it');
  t.equal(await ask(0, good), 'known', 'what was verified before costs nothing');
  t.equal(await ask(0, good, other), 'session-invalid', 'what was not checked could be another person');
  t.equal(await ask(4, good, other), 'session-invalid');
  t.equal(await ask(4, late), 'session-expired');
  t.same(failed, [], 'an expired session is no failure');
  for (let n = 0; n < 3; n += 1) t.equal(await ask(4, rotated), 'session-invalid');
  t.same(failed, ['failed'], 'one that no key verifies is one, however often it comes');
  t.equal(await ask(4, 'garbage', 'a.b.c'), 'session-invalid');
  t.same(failed, ['failed'], 'what costs no check is none');
  const shared = [ask(1, strange.sign(claims({ sub: 'x' })), hs.sign(claims({ sub: 'y' })))];
  const whole = ask(4, hs.sign(claims({ sub: 'y' })));
  await Promise.all(shared);
  t.equal(await whole, 'known', "another request's empty purse is not this one's");
});

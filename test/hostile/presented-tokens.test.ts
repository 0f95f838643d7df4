import t from 'tap';
import '../support/uncounted.ts';
import type { IssuerOptions, KeyOptions } from '../../src/identity/options.ts';
import { claims, signers } from '../identity/scene.ts';
import { issuers } from '../identity/token-rows.ts';
import { encode, hmacSigner, seconds } from '../support/tokens.ts';
import { shows, startScene } from './scene.ts';

/** An issuer as the configuration file says it. */
function written({ keys, ...rest }: IssuerOptions): object {
  return { ...rest, keys: keys.map(writtenKey) };
}

function writtenKey(key: KeyOptions): object {
  if ('secret' in key) {
    const { secret, ...rest } = key;
    return { ...rest, secretBase64: Buffer.from(secret).toString('base64') };
  }
  if (!('publicKey' in key)) return key;
  return { ...key, publicKey: Buffer.from(key.publicKey).toString() };
}

const limited = hmacSigner('HS256', 'limited-1');
const scene = await startScene({
  identity: {
    issuers: [
      ...issuers.map(written),
      {
        ...{ name: 'limited', issuer: 'https://limited.example/', audience: 'transcript-gateway' },
        ...{ from: ['bearer', 'cookie:session'], grants: ['member', 'contact'], bots: ['sales'] },
        keys: [{ kid: 'limited-1', algorithm: 'HS256', secretBase64: limited.secret.toString('base64') }],
      },
    ],
  },
});
t.teardown(() => scene.stop());
const { upstream } = scene;

/** The bot that all rows' claims name; the only transcript that any of them may open. */
const TARGET = '/transcripts/sales/1';
let rows = 0;

/** True where the platform was asked for the transcript; more than once is a fault of its own. */
async function opens(headers: readonly string[], target = TARGET): Promise<boolean> {
  const row = `t${rows++}`;
  const outcome = await scene.send({ row, target, headers });
  const times = upstream.of(row).length;
  if (times > 1) throw new Error(`${row} reached the platform ${times} times`);
  if (outcome !== 'closed' && shows(outcome) !== (times === 1)) throw new Error(`${row}: answered by whom?`);
  return times === 1;
}

const good = signers.rs.sign(claims());
const eve = signers.rs.sign(claims({ sub: 'eve', bots: ['hr'] }));
const only = (bots: unknown): string => signers.rs.sign(claims({ bots }));
const of = (changes: object): string =>
  limited.sign({ ...claims({ iss: 'https://limited.example/', ...changes }) });

/** Whether these headers open the transcript of `sales`. */
const presented: readonly (readonly [name: string, opens: boolean, ...headers: string[]])[] = [
  ['the scheme in other letters', true, `Authorization: bEARER ${good}`],
  ['a tab after the scheme', true, `Authorization: Bearer\t${good}`],
  ['spaces after the scheme', true, `Authorization: Bearer   ${good}`],
  ['no space after the scheme', false, `Authorization: Bearer${good}`],
  ['another scheme', false, `Authorization: Token ${good}`],
  ['the scheme in its user name', false, `Authorization: Basic ${encode(`Bearer:${good}`)}`],
  ['DPoP', false, `Authorization: DPoP ${good}`],
  ['a token alone', false, `Authorization: ${good}`],
  ['two headers, both good', false, `Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`],
  ['two headers, one of Basic', false, 'Authorization: Basic eDp5', `Authorization: Bearer ${good}`],
  ['two headers, one empty', false, 'Authorization:', `Authorization: Bearer ${good}`],
  ['two in one header', false, `Authorization: Bearer ${eve}, Bearer ${good}`],
  ['an underscore name', false, `Author_ization: Bearer ${good}`],
  ['a proxy’s header', false, `Proxy-Authorization: Bearer ${good}`],
  ['another header', false, `X-Authorization: Bearer ${good}`, `X-Access-Token: ${good}`],
  [
    'the gateway’s own names',
    false,
    'X-Gateway-Subject: ada',
    'X-Gateway-Decision: bot-access',
    'X-Gateway-Bot: sales',
  ],
  ['a bad bearer beside a good cookie', false, `Authorization: Bearer ${good}x`, `Cookie: session=${good}`],
  [
    'a bearer without access beside a cookie with',
    false,
    `Authorization: Bearer ${eve}`,
    `Cookie: session=${good}`,
  ],
  ['an opaque bearer beside a good cookie', true, 'Authorization: Bearer opaque', `Cookie: session=${good}`],
  ['a good cookie', true, `Cookie: session=${good}`],
  ['a quoted cookie', true, `Cookie: session="${good}"`],
  ['half a quote', false, `Cookie: session="${good}`],
  ['the name in other letters', false, `Cookie: Session=${good}`],
  ['the name with a prefix', false, `Cookie: __Host-session=${good}`, `Cookie: xsession=${good}`],
  ['the name with an ending', false, `Cookie: session2=${good}; session.x=${good}; session[]=${good}`],
  ['the name percent-encoded', false, `Cookie: %73ession=${good}`],
  ['the value percent-encoded', true, `Cookie: session=${good.replaceAll('.', '%2e')}`],
  ['split over two', true, `Cookie: session.0=${good.slice(0, 50)}; session.1=${good.slice(50)}`],
  ['in the value of another', false, `Cookie: theme="; session=${good}`.replace('; ', '%3b ')],
  ['separated by a comma', false, `Cookie: theme=dark, session=${good}`],
  ['the same twice', true, `Cookie: session=${good}; session=${good}`],
  ['in two headers', true, 'Cookie: theme=dark', `Cookie: session=${good}`],
  ['two people', false, `Cookie: session=${good}; session=${eve}`],
  ['two people in two headers', false, `Cookie: session=${eve}`, `Cookie: session=${good}`],
  ['after an empty one', true, `Cookie: session=; session=${good}`],
  ['behind eight bad ones', false, `Cookie: ${'session=a.b.c; '.repeat(8)}session=${good}`],
  ['a Cookie2 header', false, `Cookie2: session=${good}`],
  ['spaces around its name', true, `Cookie:   session = ${good}  `],
  ['no bots', false, `Authorization: Bearer ${only([])}`],
  ['bots in other letters', false, `Authorization: Bearer ${only(['Sales', 'SALES'])}`],
  ['a prefix of the bot', false, `Authorization: Bearer ${only(['sale', 'sales-2', 'xsales'])}`],
  ['a wildcard', false, `Authorization: Bearer ${only(['*', 'sal*', '.*', '%', 'all'])}`],
  ['bots joined by commas', false, `Authorization: Bearer ${only('sales,hr')}`],
  ['bots as words', false, `Authorization: Bearer ${only('hr sales')}`],
  ['one bot', true, `Authorization: Bearer ${only('sales')}`],
  ['a bot in a sentence', false, `Authorization: Bearer ${only('former sales team')}`],
  ['bots as words, with tabs', false, `Authorization: Bearer ${only('hr\tsales')}`],
  ['bots as an object', false, `Authorization: Bearer ${only({ sales: true, 0: 'sales' })}`],
  ['bots with a number among them', false, `Authorization: Bearer ${only(['sales', 1])}`],
  ['bots in a list in a list', false, `Authorization: Bearer ${only([['sales']])}`],
  ['bots true', false, `Authorization: Bearer ${only(true)}`],
  ['a bot with a space', false, `Authorization: Bearer ${only([' sales', 'sales '])}`],
  ['a bot percent-encoded', false, `Authorization: Bearer ${only(['%73ales'])}`],
  ['a bot with NUL', false, `Authorization: Bearer ${only(['sales\0'])}`],
  ['a bot full-width', false, `Authorization: Bearer ${only(['\uff53ales'])}`],
  [
    'a super admin reads nothing',
    false,
    `Authorization: Bearer ${signers.rs.sign(claims({ bots: [], roles: ['super_admin'] }))}`,
  ],
  [
    'an owner reads nothing',
    false,
    `Authorization: Bearer ${signers.rs.sign(claims({ bots: [], owned_bots: ['sales'] }))}`,
  ],
  [
    'an e-mail address reads nothing',
    false,
    `Authorization: Bearer ${signers.rs.sign(claims({ bots: [], email: 'sales@bots.example', contact_id: 'sales' }))}`,
  ],
  [
    'conversations where the issuer may not say so',
    false,
    `Authorization: Bearer ${signers.rs.sign(claims({ bots: [], conversations: ['1'] }))}`,
  ],
  ['an issuer for this bot', true, `Authorization: Bearer ${of({ bots: ['sales'] })}`],
  [
    'its contact with this conversation',
    true,
    `Authorization: Bearer ${of({ bots: [], conversations: ['1'] })}`,
  ],
  [
    'its contact with another',
    false,
    `Authorization: Bearer ${of({ bots: [], conversations: ['11', '1 ', '01'] })}`,
  ],
  ['its contact with all', false, `Authorization: Bearer ${of({ bots: [], conversations: ['*'] })}`],
  ['its contact by id only', false, `Authorization: Bearer ${of({ bots: [], contact_id: '1' })}`],
];

t.test('where and how a token is presented', async (t) => {
  const bad: string[] = [];
  for (const [name, expected, ...headers] of presented) {
    const opened = await opens(headers);
    if (opened !== expected) bad.push(`${name}: ${opened ? 'opened' : 'refused'}`);
  }
  t.same(bad, [], `${presented.length} ways`);
  t.equal(await scene.health(), '200');
});

t.test('an issuer speaks of its own bots only', async (t) => {
  const token = of({ bots: ['sales', 'support'], conversations: ['1'] });
  t.equal(await opens([`Authorization: Bearer ${token}`]), true, 'of this bot');
  t.equal(await opens([`Authorization: Bearer ${token}`], '/transcripts/support/1'), false, 'not of another');
  t.equal(await opens([`Authorization: Bearer ${of({ exp: seconds(-60) })}`]), false, 'not for ever');
});

import t from 'tap';
import '../support/uncounted.ts';
import { startGateway } from '../support/gateway-process.ts';
import { host, raw, cases, request, verdictOf, type Case, type Verdict } from './http11/case.ts';
import { compliance } from './http11/compliance.ts';
import { differs } from './http11/differs.ts';
import { malformed } from './http11/malformed.ts';
import { startOrigin } from './http11/origin.ts';
import { run } from './http11/run.ts';
import { semantics } from './http11/semantics.ts';
import { sequences } from './http11/sequences.ts';
import { smuggling } from './http11/smuggling.ts';

const origin = await startOrigin();
const gateway = await startGateway({
  config: {
    upstream: { url: origin.url },
    routes: [{ path: '/transcripts/:botId/:conversationId' }],
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
  },
});
t.teardown(async () => {
  await gateway.stop();
  await origin.stop();
});
const port = Number(new URL(gateway.publicUrl).port);

const judge = (all: readonly Case[]): Promise<readonly Verdict[]> =>
  Promise.all(all.map(async (one) => verdictOf(one, await run(port, one))));

t.test('the cases of Http11Probe', async (t) => {
  const all = [...compliance, ...smuggling, ...sequences, ...malformed, ...semantics];
  t.equal(new Set(all.map(({ id }) => id)).size, 215);
  const verdicts = await judge(all);
  for (const [index, { id }] of all.entries()) {
    const [verdict = 'pass', why = ''] = differs[id] ?? [];
    t.equal(verdicts[index], verdict, `${id} ${why}`);
  }
  const count = (scored: boolean, verdict: Verdict): number =>
    all.filter((one, index) => one.scored === scored && verdicts[index] === verdict).length;
  const of = (scored: boolean) =>
    (['pass', 'warn', 'fail'] as const).map((verdict) => count(scored, verdict));
  t.comment(`scored: ${of(true).join(', ')}; unscored: ${of(false).join(', ')} (pass, warn, fail)`);
  t.ok(count(true, 'pass') >= 153, `${count(true, 'pass')} of 161 scored pass`);
  t.equal(count(true, 'fail'), 0, 'no scored one fails');
  t.equal(gateway.logs.filter(({ level }) => Number(level) >= 50).length, 0, 'nothing breaks');
});

t.test('a body goes to the platform as it came, with the one length that all read alike', async (t) => {
  const before = origin.count();
  const body = '5\r\nhello\r\n0\r\n\r\n';
  const codings = [
    'gzip, chunked',
    'gzip\r\nTransfer-Encoding: chunked',
    ', chunked',
    'chunked\r\nTransfer-Encoding:',
    '',
  ];
  const rows = [
    ...codings.map((coding) => [`Transfer-Encoding: ${coding}`]),
    ...['00', '05', '010'].map((length) => [`Content-Length: ${length}`]),
    ['Content-Length: 05', 'Connection: Upgrade', 'Upgrade: h2c'],
    ['Content-Length: 00', 'Connection: Upgrade', 'Upgrade: websocket'],
    ['Transfer-Encoding: gzip, chunked', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c'],
  ];
  const refused = cases(
    true,
    rows.map((lines) => raw(lines.join(), request('POST / HTTP/1.1', host, ...lines) + body, '400')),
  );
  t.same(
    await judge(refused),
    refused.map(() => 'pass'),
  );
  t.equal(origin.count(), before, 'none of them has reached it');
});

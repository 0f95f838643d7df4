import t, { type Test } from 'tap';
import '../support/uncounted.ts';
import { sendRaw } from '../support/raw.ts';
import * as tables from './address-rows.ts';
import { LISTED, shows, startScene } from './scene.ts';

const cidrs = ['127.0.0.1', '10.0.0.0/8', '2001:db8:ffff::/48'];
const trusting = (source: string) => ({ cidrs, source });
const scene = await startScene({ trustedProxies: trusting('x-forwarded-for') });
t.teardown(() => scene.stop());
const { upstream } = scene;

let rows = 0;
let checked = 0;

const parts = (target: string, headers: readonly string[]) => ({
  row: `a${rows++}`,
  target,
  headers,
  from: null,
});

/** The visitor's address as the platform is told it: the left end of the chain; null where it is not told. */
function toldOf(row: string): string | null | undefined {
  const [reached] = upstream.of(row);
  return reached === undefined ? undefined : (reached.headers['x-forwarded-for']?.split(', ')[0] ?? null);
}

/** What a row proves wrong, if anything: who the platform is told it is, and whether that opens a transcript. */
async function wrongOf([client, ...lines]: tables.AddressRow): Promise<string[]> {
  const free = parts('/echo', lines);
  const guarded = parts('/transcripts/a/1', lines);
  const [, outcome] = [await scene.send(free), await scene.send(guarded)];
  const told = toldOf(free.row);
  const opened = upstream.of(guarded.row).length;
  const name = lines.join(' | ').slice(0, 90);
  const wrong: string[] = [];
  if (told !== client) wrong.push(`${name}: ${String(told)}, not ${String(client)}`);
  if (opened !== (client === LISTED ? 1 : 0) || shows(outcome) !== (opened === 1))
    wrong.push(`${name}: ${opened === 1 ? 'opened the transcript' : 'did not open it'}`);
  checked++;
  return wrong;
}

async function check(t: Test, table: readonly tables.AddressRow[], trustedProxies: unknown): Promise<void> {
  await scene.reload({ trustedProxies });
  t.same((await Promise.all(table.map(wrongOf))).flat(), [], `${table.length} rows`);
  t.equal(await scene.health(), '200');
}

t.test('X-Forwarded-For', (t) => check(t, tables.forwardedFor, trusting('x-forwarded-for')));
t.test('Forwarded', (t) => check(t, tables.forwarded, trusting('forwarded')));
t.test('one header', (t) => check(t, tables.oneHeader, trusting('header:X-Visitor')));
t.test('nobody is trusted', (t) => check(t, tables.nobodyTrusted, { cidrs: [], source: 'x-forwarded-for' }));
t.test('nothing is configured', (t) => check(t, tables.unset, undefined));

t.test('PROXY protocol', async (t) => {
  const other = await startScene({ trustedProxies: trusting('proxy-protocol') });
  t.teardown(() => other.stop());
  const port = Number(new URL(other.gateway.publicUrl).port);
  const wrong: string[] = [];
  await Promise.all(
    tables.proxyProtocol.map(async ([client, ...packets]) => {
      const row = `p${rows++}`;
      const bytes = ['/echo', '/transcripts/a/1']
        .map((target, i) =>
          other.request({ row: `${row}-${i}`, target, headers: i === 1 ? ['Connection: close'] : [] }),
        )
        .join('');
      const text = await sendRaw(port, [...packets.slice(0, -1), `${packets.at(-1)}${bytes}`], {
        end: true,
        idleMs: 2_000,
      });
      const name = JSON.stringify(packets.join('|').slice(0, 60));
      const [reached] = other.upstream.of(`${row}-0`);
      const told =
        reached === undefined ? 'closed' : (reached.headers['x-forwarded-for']?.split(', ')[0] ?? null);
      if (told !== client) wrong.push(`${name}: ${told}, not ${client}`);
      const opened = other.upstream.of(`${row}-1`).length;
      if (opened !== (client === LISTED ? 1 : 0)) wrong.push(`${name}: opened ${opened} times`);
      if (client === 'closed' && text !== '') wrong.push(`${name}: was answered`);
      checked++;
    }),
  );
  t.same(wrong, [], `${tables.proxyProtocol.length} rows`);
});

t.test('there are as many as there should be', async (t) => {
  t.ok(checked >= 150, `${checked} rows`);
});

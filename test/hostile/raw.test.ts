import t from 'tap';
import '../support/uncounted.ts';
import { sendRaw } from '../support/raw.ts';
import { tables, type RawRow } from './raw-rows.ts';
import { startScene } from './scene.ts';
import { SECRET, type Reached } from './upstream.ts';

const scene = await startScene();
t.teardown(() => scene.stop());
const { upstream, host } = scene;
const port = Number(new URL(scene.gateway.publicUrl).port);
let rows = 0;
/** Names of what the platform may take for the gateway's word, or for another target or method. */
const forbidden =
  /^x[^a-z0-9](?:original|rewrite|rewritten|override|http|method|host|waws|envoy[^a-z0-9]original|proxy[^a-z0-9]url|request[^a-z0-9]uri|forwarded[^a-z0-9](?:uri|prefix|path|server))/;
const own = /^x[^a-z0-9]gateway|^x[^a-z0-9]forwarded|^forwarded|^x[^a-z0-9]request[^a-z0-9]id/;

/** What is wrong with a request that reached the platform. */
function faultsOf({ target, method, headers, upgrade, rawHeaders }: Reached): string[] {
  const faults: string[] = [];
  if (/transcripts/i.test(target)) faults.push(`reached ${target}`);
  if (headers['x-gateway-decision'] !== 'not-guarded')
    faults.push(`decision ${headers['x-gateway-decision']}`);
  if (headers['x-forwarded-for'] !== '192.0.2.200, 127.0.0.1' && headers['x-forwarded-for'] !== undefined)
    faults.push(`client ${headers['x-forwarded-for']}`);
  if (headers['x-request-id'] === undefined || headers['host'] === undefined)
    faults.push('without id or Host');
  if ('content-length' in headers && 'transfer-encoding' in headers) faults.push('two framings');
  if (!upgrade && 'upgrade' in headers) faults.push('an upgrade');
  if (/evil/.test(JSON.stringify(rawHeaders)) || /forged/.test(JSON.stringify(rawHeaders)))
    faults.push('a forged header');
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  faults.push(...names.filter((name) => forbidden.test(name)));
  for (const name of names.filter((one) => own.test(one)))
    if (
      names.filter((other) => other.replace(/[^a-z0-9]/g, '-') === name.replace(/[^a-z0-9]/g, '-')).length > 1
    )
      faults.push(`${name} twice`);
  if (method === '') faults.push('without a method');
  return faults;
}

/** What is wrong with what became of a row. */
function faultsOfRow({ most = 1 }: RawRow, reached: readonly Reached[], text: string): string[] {
  const faults = reached.flatMap(faultsOf);
  if (reached.length > most) faults.push(`${reached.length} requests`);
  const answers = text.split(SECRET).length - 1;
  if (answers > reached.length) faults.push(`${answers} answers of the platform`);
  if (/127\.0\.0\.1:\d+|node_modules|at [A-Z]\w+\.|fastify|undici|llhttp/i.test(text.replaceAll(host, '')))
    faults.push('says what it is');
  return faults;
}

t.test('no bytes reach a transcript, and one request in is at most one out', async (t) => {
  let count = 0;
  for (const [name, table] of Object.entries(tables)) {
    const shown = new Map<string, string>();
    for (const [index, { bytes }] of table.entries()) {
      const row = `${name}${index}.`;
      const sent = bytes.replaceAll('HOST', host).replaceAll('ROW', row);
      shown.set(row, await sendRaw(port, sent, { idleMs: 25, end: true }));
    }
    // What was sent on when its answer was no longer waited for counts as well.
    await new Promise((resolve) => setTimeout(resolve, 200));
    const wrong = table.flatMap((one, index) => {
      const row = `${name}${index}.`;
      return faultsOfRow(one, upstream.of(row), shown.get(row) ?? '').map((fault) => `${one.name}: ${fault}`);
    });
    count += table.length;
    t.same(wrong, [], `${name}: ${table.length} requests`);
  }
  t.same(
    upstream.reached.filter(({ row }) => row === undefined).map(({ target }) => target),
    [],
    'no request of nobody',
  );
  t.ok(count >= 100, `${count} requests`);
  t.equal(await scene.health(), '200', 'the process lives, and no bytes were left over');
});

t.test('a header cannot take away what another visitor or the gateway said', async (t) => {
  const [reached] = await (async () => {
    const headers = [
      'Connection: Cookie, Authorization, X-Forwarded-For',
      'Cookie: a=b',
      'Authorization: Basic eDp5',
    ];
    await scene.send({ row: 'nominated', target: '/echo', headers });
    return upstream.of('nominated');
  })();
  t.equal(reached?.headers['cookie'], 'a=b');
  t.equal(reached?.headers['authorization'], 'Basic eDp5');
  t.equal(reached?.headers['x-forwarded-for'], '192.0.2.200, 127.0.0.1');
});

t.test('a form body cannot name another bot than the query does', async (t) => {
  const form = 'application/x-www-form-urlencoded';
  const member = `Authorization: Bearer ${scene.member}`;
  for (const types of [
    [form],
    [form.toUpperCase()],
    [`${form}; charset=utf-8`],
    [`\t${form}`],
    ['multipart/form-data; boundary=x'],
    ['text/plain', form],
    [form, 'text/plain'],
    [`text/plain, ${form}`],
    [`text/plain;${form}`],
    [`${form};`],
  ]) {
    const row = `f${rows++}`;
    const headers = [member, ...types.map((type) => `Content-Type: ${type}`)];
    const answer = await scene.send({
      row,
      target: '/history?botId=a',
      method: 'POST',
      headers,
      body: 'botId=b',
    });
    t.same([upstream.of(row).length, answer === 'closed' ? 0 : answer.status], [0, 400], types.join(' and '));
  }
  const empty = await scene.send({
    row: 'f-empty',
    target: '/history?botId=a',
    headers: [member, `Content-Type: ${form}`],
  });
  t.equal(empty === 'closed' ? 0 : empty.status, 200, 'a type without a body is legal');
});

t.test('no header costs more than its length', async (t) => {
  const spaces = ' '.repeat(14_000);
  const headers: Readonly<Record<string, string>> = {
    'a bearer with spaces in it': `Authorization: Bearer x${spaces}y`,
    'an address with spaces in it': `X-Forwarded-For: 192.0.2.9${spaces}x`,
    'a cookie with spaces in it': `Cookie: session=x${spaces}y; a${spaces}b`,
    'cookies of nothing': `Cookie: ${';'.repeat(14_000)}`,
    'addresses of nothing': `X-Forwarded-For: ${','.repeat(14_000)}`,
    'an Accept of many': `Accept: ${'text/html;q=1,'.repeat(1_000)}`,
    'a Connection of many': `Connection: ${'a,'.repeat(7_000)}`,
    'a host of dots': `X-Forwarded-Host: ${'a.'.repeat(7_000)}!`,
  };
  for (const [name, line] of Object.entries(headers)) {
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const since = performance.now();
      await scene.send({ row: 'cost', target: '/transcripts/a/1', headers: [line], from: null });
      times.push(performance.now() - since);
    }
    t.ok(Math.min(...times) < 60, `${name}: ${Math.min(...times).toFixed(1)} ms`);
  }
});

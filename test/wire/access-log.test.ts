import { createHmac } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { startGateway } from '../support/gateway-process.ts';
import { createAccessLog, type AccessLogOptions } from '../../src/audit/access-log.ts';
import { startPlatform } from '../support/platform.ts';
import { sendRaw } from '../support/raw.ts';
import { sceneConfig } from './scene.ts';
import { get, page } from './page-visit.ts';

const platform = await startPlatform();
t.teardown(() => platform.stop());

const truncations: readonly (readonly [address: string, truncated: string])[] = [
  ['203.0.113.7', '203.0.113.0'],
  ['203.0.113.255', '203.0.113.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
  ['2001:DB8:001:2:3:4:5:6', '2001:db8:1::'],
  ['2a00::dead:beef', '2a00::'],
  ['2a00:0:0:1::1', '2a00::'],
  ['2a00:1::dead:beef', '2a00:1::'],
  ['2a00:0:5::1', '2a00:0:5::'],
  ['2a00:1:2:3::', '2a00:1:2::'],
  ['2a00:1:2::', '2a00:1:2::'],
  ['::1', '::'],
  ['::', '::'],
  ['::dead:beef:1:2:3:4:5', '0:dead:beef::'],
  ['64:ff9b::203.0.113.7', '64:ff9b::'],
  ['1:2:3:4:5:6:203.0.113.7', '1:2:3::'],
  ['fe80::1%eth0', 'fe80::'],
];

t.test('what the log leaves of a visitor', (t) => {
  const lineOf = (options: AccessLogOptions, address: string, contact = 'c-1') => {
    let line: Readonly<Record<string, unknown>> = {};
    const sink = { isLevelEnabled: () => true, debug: () => undefined };
    const write = createAccessLog({ ...sink, info: (fields) => (line = { ...fields }) }, options);
    const client = address.includes(':')
      ? ({ status: 'ipv6', address } as const)
      : ({ status: 'ipv4', address, value: 0 } as const);
    const known = { kind: 'known', via: 'bearer', issuer: 'staff', subject: 'ann', expiresAtMs: 0 } as const;
    const resource = { kind: 'transcript', bot: 'a', contact, conversations: [] } as const;
    const answer = {
      decision: { outcome: 'forward', reason: 'own-history' },
      resource: { ...resource, route: { path: '/', whitelist: true } },
      principal: { ...known, issuerBots: 'all' },
      client,
      ...({ mode: 'enforce', enforced: true, revision: 1, stale: false } as const),
    } as const;
    write({ answer, refusal: undefined, requestId: 'r', method: 'GET', durationMs: 1 });
    return line;
  };
  for (const [address, truncated] of truncations) {
    t.equal(lineOf({ clientIp: 'truncated', subject: 'full' }, address)['clientIp'], truncated, address);
    t.equal(lineOf({ clientIp: 'full', subject: 'full' }, address)['clientIp'], address);
  }
  const hashed = (key: string) =>
    lineOf({ clientIp: 'full', subject: 'hashed', hashKey: Buffer.from(key) }, '1.2.3.4', 'ann');
  const [one, other] = [hashed('one key'), hashed('another key')];
  t.match(one['subject'], /^[0-9a-f]{20}$/);
  t.equal(one['contact'], one['subject'], 'a contact’s id and a subject are told by the same key');
  t.not(one['subject'], other['subject'], 'another key, another hash');
  t.equal(hashed('one key')['subject'], one['subject'], 'one key, one hash');
  t.match(lineOf({ clientIp: 'full', subject: 'hashed' }, '1.2.3.4'), {
    subject: undefined,
    contact: undefined,
  });
  t.end();
});

t.test(
  'hashed subjects: a key that outlives the process, or the configured one, rotated by a reload',
  async (t) => {
    const gateway = await startGateway({ config: sceneConfig(platform, { log: { subject: 'hashed' } }) });
    t.teardown(() => gateway.stop());
    const token = await platform.token('member');
    const subjects = async (): Promise<readonly unknown[]> => {
      const before = gateway.logs.length;
      await get(gateway.publicUrl, '/transcripts/support/1001', `${page}\r\nAuthorization: Bearer ${token}`);
      await gateway.line((line) => line['msg'] === 'access' && gateway.logs.indexOf(line) >= before);
      return gateway.logs
        .slice(before)
        .flatMap((line) => (line['msg'] === 'access' ? [line['subject']] : []));
    };
    const [first] = await subjects();
    const key = readFileSync(`${gateway.dir}/data/log-hash-key`, 'utf8').trim();
    const expected = (by: string) =>
      createHmac('sha256', by).update('person-member').digest('hex').slice(0, 20);
    t.equal(first, expected(key), 'by the key in the store’s folder');
    t.match(statSync(`${gateway.dir}/data/log-hash-key`).mode & 0o777, 0o600);
    writeFileSync(`${gateway.dir}/key`, 'rotated-by-the-operator\n');
    const config = readFileSync(gateway.configFile, 'utf8');
    writeFileSync(
      gateway.configFile,
      config.replace('subject: hashed', `subject: hashed\n  hashKeyFile: ${gateway.dir}/key`),
    );
    gateway.signal('SIGHUP');
    await gateway.line((line) => line['msg'] === 'reloaded');
    t.strictSame(await subjects(), [expected('rotated-by-the-operator')]);
  },
);

t.test('a transcript that cannot be recorded is not shown, where the operator wants it so', async (t) => {
  const token = await platform.token('member');
  const asMember = `Host: chat.example\r\nConnection: close\r\nAuthorization: Bearer ${token}`;
  const refusing = await startGateway({ config: sceneConfig(platform, { log: { whenFull: 'refuse' } }) });
  const dropping = await startGateway({ config: sceneConfig(platform) });
  const shown = async (url: string) =>
    (await get(url, '/transcripts/support/1001', asMember)).headers['x-gateway-reason'];
  for (const gateway of [refusing, dropping]) {
    t.equal(await shown(gateway.publicUrl), undefined, 'shown');
    gateway.hold(true);
    // Long lines, of refused strangers: nobody reads them, and 16 MiB may wait.
    const target = `/transcripts/support/${'x'.repeat(16_000)}`;
    const { port } = new URL(gateway.publicUrl);
    const one = `GET ${target} HTTP/1.1\r\nHost: chat.example\r\n\r\n`;
    for (let i = 0; i < 55; i += 1)
      await sendRaw(Number(port), one.repeat(20), { idleMs: 2_000, until: enough });
    const reason = gateway === refusing ? 'log-unavailable' : undefined;
    t.equal(await shown(gateway.publicUrl), reason, 'nobody reads');
    if (gateway === refusing)
      t.equal((await get(gateway.publicUrl, '/')).status, 200, 'what is not guarded goes on');
    gateway.hold(false);
    for (let i = 0; i < 200 && (await shown(gateway.publicUrl)) !== undefined; i += 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
    t.equal(await shown(gateway.publicUrl), undefined, 'read again');
    await gateway.stop();
  }
});

const enough = (text: string): boolean => text.split('HTTP/1.1 401').length > 20;

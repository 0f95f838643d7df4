import t from 'tap';
import { createHmac } from 'node:crypto';
import { createChangeLog, type ChangeEvent } from '../../src/audit/change-log.ts';
import type { AccessLogOptions } from '../../src/audit/access-log.ts';
import { startGateway } from '../support/gateway-process.ts';
import { startPlatform } from '../support/platform.ts';
import { sceneConfig } from '../wire/scene.ts';

const key = 'sixteen bytes of it';
const hash = (subject: string) => createHmac('sha256', key).update(subject).digest('hex').slice(0, 20);

function lineOf(options: AccessLogOptions, more: Partial<ChangeEvent>): Readonly<Record<string, unknown>> {
  let line: Readonly<Record<string, unknown>> = {};
  const write = createChangeLog({ info: (fields) => (line = { ...fields }) }, () => options);
  const event = { revision: 1, scope: 'platform', added: 1, removed: 0, settings: [], requestId: 'r' };
  write({ ...event, by: { subject: 'ann', issuer: 'staff' }, ...more });
  return line;
}

t.test('the line of a change shows an admin no more than log.subject and log.clientIp say', (t) => {
  const full = { clientIp: 'full', subject: 'full' } as const;
  const hashed = { clientIp: 'full', subject: 'hashed', hashKey: Buffer.from(key) } as const;
  const truncated = { clientIp: 'truncated', subject: 'full' } as const;
  t.match(lineOf(full, { from: '203.0.113.7' }), {
    by: 'ann (staff)',
    from: '203.0.113.7',
    scope: 'platform',
  });
  t.match(lineOf(truncated, { from: '203.0.113.7' }), { by: 'ann (staff)', from: '203.0.113.0' });
  t.match(lineOf(truncated, { from: '2a00:1:2:3::4' }), { from: '2a00:1:2::' });
  t.match(lineOf(hashed, { from: '203.0.113.7' }), { by: `${hash('ann')} (staff)`, from: '203.0.113.7' });
  t.match(
    lineOf(hashed, { by: { subject: 'static-token' } }),
    { by: 'static-token' },
    'a token is no person',
  );
  const keyless = lineOf({ clientIp: 'full', subject: 'hashed' }, {});
  t.equal(keyless['by'], '(staff)', 'without a key nothing of the person is logged');
  t.notOk('from' in lineOf(full, {}), 'an address that is not known is left out');
  t.end();
});

t.test('a gateway whose log truncates and hashes does so for what admins do, too', async (t) => {
  const platform = await startPlatform();
  const admin = { token: 'first-token-'.repeat(4) };
  const log = { clientIp: 'truncated', subject: 'hashed', hashKey: key };
  const gateway = await startGateway({ config: sceneConfig(platform, { admin, log }) });
  t.teardown(async () => {
    await gateway.stop();
    await platform.stop();
  });
  const write = (bearer: string, body: object) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/platform`, {
      method: 'PATCH',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bearer}`,
        'x-forwarded-for': '203.0.113.7',
      },
      body: JSON.stringify(body),
    });
  t.equal((await write(await platform.token('super-admin'), { enabled: true })).status, 200);
  const line = await gateway.line(({ msg }) => msg === 'change');
  t.match(line, { from: '203.0.113.0', by: `${hash('person-super-admin')} (staff)` });
  t.equal((await write(admin.token, { enabled: false })).status, 200);
  const used = await gateway.line(({ msg }) => msg === 'static admin token used');
  t.equal(used['from'], '203.0.113.0');
  t.notMatch(JSON.stringify(gateway.logs), /203\.0\.113\.7|person-super-admin/, 'nowhere else either');
});

// Records until it is killed, as a gateway does, and tells each time how much was written down.
import { openActivity } from '../../dist/activity/activity.js';
import { createRecordStream } from '../../dist/app/record-stream.js';

const [folder = '', replica = '', url] = process.argv.slice(2);
const redis = {
  url,
  tls: false,
  snapshotDir: null,
  connectTimeoutMs: 1000,
  commandTimeoutMs: 1000,
  prefix: 'site',
};
const limits = { retentionDays: 30, maxBytes: 1e9 };
const stream = url === undefined ? {} : { stream: createRecordStream(redis, limits) };
const options = { folder, replica, ...limits };
const log = { warn: (_fields, message) => process.stdout.write(`${message}\n`) };
const activity = openActivity(options, { log, now: Date.now, ...stream });
const event = {
  ...{
    outcome: 'forward',
    reason: 'bot-access',
    enforced: true,
    mode: 'enforce',
    method: 'GET',
    revision: 1,
  },
  ...{ stale: false, clientIpStatus: 'ipv4', bot: 'support' },
};
for (let count = 20; ; count += 20) {
  for (let at = count - 19; at <= count; at++)
    activity.record({ ...event, atMs: Date.now(), requestId: `${replica}-${at}`, subject: `s${at}` });
  await activity.settled();
  process.stdout.write(`${count}\n`);
}

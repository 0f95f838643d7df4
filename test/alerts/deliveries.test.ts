import t from 'tap';
import { Webhook } from 'standardwebhooks';
import type { Alert } from '../../src/alerts/alert.ts';
import { createDeliveries } from '../../src/alerts/deliveries.ts';
import { createPoster, signatureOf } from '../../src/alerts/webhook.ts';
import { startReceiver, webhookSecret as secret } from '../support/receiver.ts';

const alertOf = (id: string): Alert => ({
  ...{ id, kind: 'range.first_use', at: '2030-01-01T00:00:00.000Z', summary: 'It was used.' },
  of: { scope: 'platform' },
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function deliveriesTo(url: string, { firstRetryMs = 20, timeoutMs = 300 } = {}) {
  const said: string[] = [];
  const say = (fields: object, message: string): void =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  const webhook = { name: 'operations', url, secret, timeoutMs };
  const log = { warn: say, error: say };
  return { ...createDeliveries(webhook, { log, now: Date.now, firstRetryMs }), said };
}

t.test('a signature is that of the specification, and of no other body, time or id', (t) => {
  const now = new Date();
  const seconds = Math.floor(now.getTime() / 1000);
  const body = '{"type":"x"}';
  t.equal(signatureOf(secret, 'm1', seconds, body), new Webhook(secret).sign('m1', now, body));
  for (const other of [
    signatureOf(secret, 'm2', seconds, body),
    signatureOf(secret, 'm1', seconds + 1, body),
    signatureOf(secret, 'm1', seconds, `${body} `),
    signatureOf(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, 'm1', seconds, body),
  ])
    t.not(other, signatureOf(secret, 'm1', seconds, body));
  t.end();
});

t.test('500, then 204: the same alert comes again, signed anew, and is told once', async (t) => {
  const receiver = await startReceiver((response, before) =>
    response.writeHead(before < 2 ? 500 : 204).end(),
  );
  const deliveries = deliveriesTo(receiver.url);
  t.teardown(() => (deliveries.close(), receiver.stop()));
  deliveries.add(alertOf('a'));
  await receiver.until(3);
  await pause(200);
  t.same(
    receiver.told.map(({ id, signed, type }) => [id, signed, type]),
    [1, 2, 3].map(() => ['a', true, 'range.first_use']),
  );
  t.match(deliveries.stats(), { delivered: 1, dropped: 0, failedAttempts: 2, waiting: 0 });
  t.equal(deliveries.said.length, 2);
  t.notMatch(deliveries.said.join(), /hidden|whsec/, 'neither URL nor secret is said');
});

t.test('who hangs is given up after the time, and holds no other alert up for longer', async (t) => {
  const receiver = await startReceiver((response, before) => before > 0 && response.writeHead(200).end());
  const deliveries = deliveriesTo(receiver.url, { firstRetryMs: 60_000 });
  t.teardown(() => (deliveries.close(), receiver.stop()));
  deliveries.add(alertOf('hangs'));
  deliveries.add(alertOf('next'));
  await receiver.until(2);
  await pause(100);
  t.same(
    receiver.told.map(({ id }) => id),
    ['hangs', 'next'],
  );
  t.match(deliveries.said, [/no answer within 300 ms/]);
  t.match(deliveries.stats(), { delivered: 1, waiting: 1 });
});

t.test('a redirect is not followed, and a Retry-After waited for', async (t) => {
  const other = await startReceiver();
  const receiver = await startReceiver((response, before) =>
    before === 0
      ? response.writeHead(307, { location: other.url }).end()
      : response.writeHead(before === 1 ? 503 : 204, { 'retry-after': '1' }).end(),
  );
  const deliveries = deliveriesTo(receiver.url);
  t.teardown(() => (deliveries.close(), receiver.stop(), other.stop()));
  deliveries.add(alertOf('a'));
  await receiver.until(2);
  const atMs = Date.now();
  await receiver.until(3);
  t.ok(Date.now() - atMs > 800, 'one second, not the pause of its own');
  t.equal(other.told.length, 0);
});

t.test('410: it is left alone', async (t) => {
  const receiver = await startReceiver((response) => response.writeHead(410).end());
  const deliveries = deliveriesTo(receiver.url);
  t.teardown(() => (deliveries.close(), receiver.stop()));
  for (const id of ['a', 'b', 'c']) deliveries.add(alertOf(id));
  await receiver.until(1);
  await pause(300);
  deliveries.add(alertOf('d'));
  t.equal(receiver.told.length, 1);
  t.match(deliveries.stats(), { gone: true, dropped: 4, waiting: 0 });
});

t.test(
  'who is not there is tried again; beyond a hundred the newer ones are dropped and counted',
  async (t) => {
    const receiver = await startReceiver();
    receiver.stop();
    const deliveries = deliveriesTo(receiver.url, { firstRetryMs: 60_000 });
    for (let i = 0; i < 130; i += 1) deliveries.add(alertOf(String(i)));
    t.match(deliveries.stats(), { waiting: 100, dropped: 30 });
    await pause(200);
    t.match(deliveries.said[0], /ECONNREFUSED/);
    t.equal(deliveries.close().length, 100, 'what was not taken');
  },
);

t.test('it is given up in the end', async (t) => {
  const receiver = await startReceiver((response) => response.writeHead(400).end('who are you?'));
  const deliveries = deliveriesTo(receiver.url, { firstRetryMs: 0.01 });
  t.teardown(() => (deliveries.close(), receiver.stop()));
  t.match(await deliveries.attempt(alertOf('test')), { status: 400, text: 'who are you?' });
  deliveries.add(alertOf('a'));
  await receiver.until(15);
  await pause(100);
  t.match(deliveries.stats(), { waiting: 0, dropped: 1, delivered: 0, failedAttempts: 14 });
  t.match(deliveries.said.at(-1), /given up/);
});

t.test('an answer without end is read to a bound', async (t) => {
  const receiver = await startReceiver((response) => {
    const timer = setInterval(() => response.write('\u0007x'.repeat(5_000)), 1);
    response.on('close', () => clearInterval(timer));
  });
  const poster = createPoster({ name: 'a', url: receiver.url, secret, timeoutMs: 5_000 });
  t.teardown(() => (poster.close(), receiver.stop()));
  const { status, text } = await poster.post(alertOf('a'), Date.now());
  t.equal(status, 200);
  t.ok(text !== undefined && text.length <= 200 && !text.includes('\u0007'));
});

import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import '../support/uncounted.ts';
import { until } from '../faults/world.ts';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';

const adminToken = 'an-admin-token-of-the-test';
const phrase = 'the parcel is behind the red door';
const platform = createServer((request, response) =>
  response.end(request.url?.includes('print') === true ? phrase : 'nothing'),
);
await once(platform.listen(0, '127.0.0.1'), 'listening');
t.teardown(() => (platform.closeAllConnections(), platform.close()));

interface Answer {
  readonly gateways: number;
  readonly partial: boolean;
  readonly shapes: readonly { shape: string; count: number }[];
  readonly canaries: readonly { canary: string; count: number }[];
}

async function listOf({ privateUrl }: GatewayProcess): Promise<Answer> {
  const headers = { authorization: `Bearer ${adminToken}` };
  return (await (await fetch(`${privateUrl}/_gateway/api/v1/unguarded`, { headers })).json()) as Answer;
}

t.test('what several gateways passed on unguarded is one list', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.stop());
  const config = {
    upstream: { url: `http://127.0.0.1:${String((platform.address() as AddressInfo).port)}` },
    routes: [{ path: '/guarded', bot: 'support' }],
    trustedProxies: { cidrs: [] },
    admin: { token: adminToken },
    canaries: [{ name: 'parcel', phrase }],
    listUnguarded: 'always',
    store: { redis: { url: redis.url } },
  };
  const start = async (more: object = {}): Promise<GatewayProcess> => {
    const gateway = await startGateway({ config: { ...config, ...more } });
    t.teardown(() => gateway.stop());
    return gateway;
  };
  const [one, two] = await Promise.all([start(), start({ workers: 2 })]);
  const get = async ({ publicUrl }: GatewayProcess, target: string): Promise<void> =>
    void (await (await fetch(`${publicUrl}${target}`, { headers: { connection: 'close' } })).arrayBuffer());
  await get(one, '/eng/print/17');
  for (let i = 0; i < 4; i += 1) await get(two, '/eng/print/18');
  await get(two, '/other?key=very-secret');
  const says = (gateway: GatewayProcess, gateways: number, prints: number): Promise<boolean> =>
    until(async () => {
      const { shapes, canaries, partial, ...sum } = await listOf(gateway);
      return (
        !partial &&
        sum.gateways === gateways &&
        shapes.find(({ shape }) => shape === '/eng/print/:id')?.count === prints &&
        shapes.find(({ shape }) => shape === '/other?key')?.count === 1 &&
        canaries.find(({ canary }) => canary === 'parcel')?.count === prints
      );
    }, 15_000);
  t.ok(await says(one, 3, 5), 'the sum of a gateway and of both workers of another');
  t.ok(await says(two, 3, 5), 'whichever is asked');
  await get(one, '/eng/print/19');
  await one.stop();
  t.ok(await says(two, 3, 6), 'what one told before it ended stays');
  t.notMatch(JSON.stringify(await redis.client.hgetall('{gateway}:unguarded')), /secret|parcel is/);
  await redis.kill();
  t.ok(
    await until(async () => {
      const { gateways, partial } = await listOf(two);
      return gateways === 1 && partial;
    }, 15_000),
    'without the store: its own, and that it is not all',
  );
});

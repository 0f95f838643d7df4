import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { GatewayProcess } from '../support/gateway-process.ts';

/** A balancer as operators have them: TCP, one connection after another to those that say they are ready. */
export async function startBalancer(gateways: () => readonly GatewayProcess[]) {
  let ready: GatewayProcess[] = [...gateways()];
  let turn = 0;
  let checking = true;
  const sockets = new Set<Socket>();
  const isReady = async (gateway: GatewayProcess): Promise<boolean> => {
    try {
      const { statusCode, body } = await request(`${gateway.privateUrl}/readyz`, { headersTimeout: 500 });
      await body.dump();
      return statusCode === 200;
    } catch {
      return false;
    }
  };
  const check = async (): Promise<void> => {
    const all = gateways();
    const states = await Promise.all(all.map(isReady));
    ready = all.filter((_, i) => states[i]);
  };
  const checks = (async () => {
    for (; checking; await sleep(50)) await check();
  })();
  const server = createServer((client) => {
    const gateway = ready[(turn += 1) % Math.max(1, ready.length)];
    if (gateway === undefined) return void client.destroy();
    const upstream = connect(Number(new URL(gateway.publicUrl).port), '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Resolves once every gateway is ready and in use. */
    async settled(): Promise<void> {
      while (ready.length < gateways().length || ready.some((gateway) => !gateways().includes(gateway)))
        await sleep(20);
    },
    async close(): Promise<void> {
      checking = false;
      await checks;
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { writeFileSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startBalancer } from './balancer.ts';
import type { Experiment } from './experiment.ts';
import {
  admin,
  configOf,
  gatewayFor,
  listAddresses,
  percentile,
  SECRET,
  startLoad,
  startOrigin,
  tokenOf,
  until,
  visit,
} from './world.ts';

const slowly = (ms: number) => (_: unknown, response: ServerResponse) =>
  void setTimeout(() => response.end(SECRET), ms);

const residentMiB = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** A connection that is held without being used. */
function hold(port: number, text: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(text);
      resolve(socket);
    });
    socket.on('error', () => resolve(socket));
  });
}

/** What becomes of visitors when the gateway itself stops, reloads, crashes or is loaded. */
export const processFaults: readonly Experiment[] = [
  {
    name: 'process: SIGTERM under load',
    bound: 'what was in flight is answered, exit 0 within drainMs (2 s) + 2 s',
    short: true,
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      origin.answer(slowly(400));
      const gateway = await gatewayFor(origin.url, { shutdown: { drainMs: 2000 } });
      const flights = Array.from({ length: 50 }, () => visit(gateway.publicUrl, 'member'));
      await until(() => origin.hits() >= 50, 5000);
      const started = performance.now();
      const code = await gateway.stop();
      const ms = performance.now() - started;
      const whole = (await Promise.all(flights)).filter(({ status }) => status === 200).length;
      return {
        figure: `${whole} of 50 whole, exit ${code} after ${ms.toFixed(0)} ms`,
        ok: whole === 50 && code === 0 && ms < 4000,
      };
    },
  },
  {
    name: 'process: SIGTERM with stuck clients',
    bound: 'exit 0 within drainMs (1 s) + 2 s',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = await gatewayFor(origin.url, { shutdown: { drainMs: 1000 } });
      const port = Number(new URL(gateway.publicUrl).port);
      const stuck = await Promise.all(
        Array.from({ length: 100 }, () =>
          hold(port, 'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc'),
        ),
      );
      undo(stuck, (sockets) => sockets.forEach((socket) => socket.destroy()));
      await sleep(200);
      const started = performance.now();
      const code = await gateway.stop();
      const ms = performance.now() - started;
      return { figure: `exit ${code} after ${ms.toFixed(0)} ms`, ok: code === 0 && ms < 3000 };
    },
  },
  {
    name: 'process: 10 rolling restarts behind a balancer that watches readiness',
    bound: '0 of 20,000 requests failed',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const over = { shutdown: { drainMs: 3000, delayMs: 300 } };
      const gateways: GatewayProcess[] = [
        await gatewayFor(origin.url, over),
        await gatewayFor(origin.url, over),
      ];
      undo(gateways, (all) => Promise.all(all.map((gateway) => gateway.stop())));
      const balancer = undo(await startBalancer(() => gateways), (it) => it.close());
      const load = startLoad(() => balancer.url, { loops: 16, pauseMs: 1, visitors: ['member', 'stranger'] });
      for (let i = 0; i < 10; i += 1) {
        const index = i % 2;
        await gateways[index]?.stop();
        gateways[index] = await gatewayFor(origin.url, over);
        await balancer.settled();
      }
      await until(() => load.tally.sent >= 20_000, 200_000);
      const { counts, sent, leaks } = await load.stop();
      const failed = sent - (counts['member 200'] ?? 0) - (counts['stranger 401'] ?? 0);
      return {
        figure: `${failed} of ${sent} failed, ${leaks} leaks: ${JSON.stringify(counts)}`,
        ok: failed === 0 && leaks === 0 && sent >= 20_000,
      };
    },
  },
  {
    name: 'process: SIGKILL during admin writes, file store',
    bound: 'no acknowledged write lost, starts again within 10 s, 3 of 3',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      let gateway = await gatewayFor(origin.url);
      const store = { file: `${gateway.dir}/data` };
      const acknowledged: string[] = [];
      let lost = 0;
      for (let round = 0; round < 3; round += 1) {
        const target = gateway;
        const writing = (async () => {
          for (let i = 0; i < 400; i += 1) {
            const start = `10.${round}.${Math.floor(i / 250)}.${i % 250}`;
            const { status, body } = await admin(target, 'POST', '/whitelists/platform/ranges', {
              start,
              end: start,
            });
            if (status === 201) acknowledged.push(String(body['id']));
          }
        })().catch(() => undefined);
        await sleep(300);
        await gateway.kill();
        await writing;
        gateway = await startGateway({ config: configOf(origin.url, { store }) });
        const kept = new Set<string>();
        for (let after = ''; ;) {
          const { body } = await admin(gateway, 'GET', `/whitelists/platform?limit=1000${after}`);
          for (const range of body['ranges'] as { id: string }[]) kept.add(range.id);
          if (typeof body['next'] !== 'string') break;
          after = `&after=${encodeURIComponent(body['next'])}`;
        }
        lost += acknowledged.filter((id) => !kept.has(id)).length;
      }
      undo(gateway, (it) => it.stop());
      return { figure: `${lost} of ${acknowledged.length} lost`, ok: lost === 0 && acknowledged.length > 0 };
    },
  },
  {
    name: 'process: reload with a bad file, then with a good one',
    bound: 'the old configuration stays, then the new one; 0 requests failed',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url, { log: { level: 'info' } }), (it) => it.stop());
      const good = readFileSync(gateway.configFile, 'utf8');
      const load = startLoad(() => gateway.publicUrl, { visitors: ['member', 'stranger'] });
      writeFileSync(gateway.configFile, `${good}\nroutes: nonsense\n`);
      gateway.signal('SIGHUP');
      const refused = await gateway
        .line(({ msg }) => String(msg).startsWith('reload refused'))
        .then(
          () => true,
          () => false,
        );
      writeFileSync(gateway.configFile, good.replace('/transcripts/:botId/:conversationId', '/other/:botId'));
      gateway.signal('SIGHUP');
      await gateway.line(({ msg }) => msg === 'reloaded');
      const moved = (await visit(gateway.publicUrl, 'stranger', { path: '/other/a' })).status;
      writeFileSync(gateway.configFile, good);
      const { counts, leaks } = await load.stop();
      const odd = Object.keys(counts).filter((key) => !/^(member 200|stranger (401|200))$/.test(key));
      // Once the good file no longer guards them, strangers do read those pages: that is what it says.
      return {
        figure: `refused ${refused}, new route ${moved}, odd ${odd.join(', ') || 'none'}, ${leaks} after it`,
        ok: refused && moved === 401 && odd.length === 0,
      };
    },
  },
  {
    name: 'load: 2,000 slow clients',
    bound: 'others are served meanwhile, p99 below 1 s; the slow ones are ended',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url, { limits: { headersTimeoutMs: 2000 } }), (it) =>
        it.stop(),
      );
      const port = Number(new URL(gateway.publicUrl).port);
      const slow = await Promise.all(
        Array.from({ length: 2000 }, () => hold(port, 'GET /transcripts/a/1 HTTP/1.1\r\nHost:')),
      );
      undo(slow, (sockets) => sockets.forEach((socket) => socket.destroy()));
      for (const socket of slow) socket.resume();
      const replies = [];
      for (let i = 0; i < 200; i += 1) replies.push(await visit(gateway.publicUrl, 'member'));
      const p99 = percentile(
        replies.map(({ ms }) => ms),
        0.99,
      );
      const whole = replies.every(({ status }) => status === 200);
      const ended = await until(
        () => slow.every((socket) => socket.destroyed || socket.readableEnded),
        45_000,
      );
      return {
        figure: `p99 ${p99.toFixed(0)} ms, all served: ${whole}, slow ones ended: ${ended}`,
        ok: whole && p99 < 1000 && ended,
      };
    },
  },
  {
    name: 'load: a soak of distinct tokens, addresses and bots',
    bound: 'resident memory grows by less than 64 MiB after warm-up',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url), (it) => it.stop());
      const flood = async (from: number, count: number): Promise<void> => {
        for (let i = from; i < from + count; i += 64) {
          await Promise.all(
            Array.from({ length: 64 }, (_, k) => {
              const n = i + k;
              // Every other one is a token that opens its bot, and is remembered for it.
              const token = n % 2 === 0 ? tokenOf(`person-${n}`, { bots: [`bot${n}`] }) : `a.b${n}.c`;
              const headers = {
                authorization: `Bearer ${token}`,
                'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
              };
              return visit(gateway.publicUrl, 'stranger', { path: `/transcripts/bot${n}/${n}`, headers });
            }),
          );
        }
      };
      await flood(0, 20_000);
      const warm = residentMiB(gateway.pid);
      const total = Number(process.env['SOAK'] ?? 1_000_000);
      await flood(20_000, total);
      const grown = residentMiB(gateway.pid) - warm;
      return { figure: `+${grown.toFixed(0)} MiB over ${total} keys`, ok: grown < 64 };
    },
  },
  {
    name: 'disk: full under the file store',
    bound: 'writes 503, visitors as before, works again when there is room',
    async run(undo) {
      const { mountSmallDisk } = await import('./small-disk.ts');
      const disk = undo(mountSmallDisk(), (it) => it.unmount());
      if (disk.why !== undefined)
        return { figure: `this machine mounts no small disk: ${disk.why}`, ok: false };
      const origin = undo(await startOrigin(), (it) => it.close());
      const gateway = undo(await gatewayFor(origin.url, { store: { file: `${disk.dir}/data` } }), (it) =>
        it.stop(),
      );
      await listAddresses(gateway);
      disk.fill();
      const full = await admin(gateway, 'POST', '/whitelists/platform/import', {
        ranges: Array.from({ length: 2000 }, (_, i) => ({
          start: `10.0.${i >> 8}.${i & 255}`,
          end: `10.0.${i >> 8}.${i & 255}`,
        })),
      });
      const listed = (await visit(gateway.publicUrl, 'listed')).status;
      disk.free();
      const after = await admin(gateway, 'POST', '/whitelists/platform/ranges', {
        start: '10.9.9.9',
        end: '10.9.9.9',
      });
      const { body } = await admin(gateway, 'GET', '/whitelists/platform');
      const half = (body['ranges'] as unknown[]).length;
      const ok = full.status === 503 && listed === 200 && after.status === 201 && half === 1;
      return { figure: `${full.status}, listed ${listed}, then ${after.status}, ranges ${half}`, ok };
    },
  },
  {
    name: 'load: five times the capacity',
    bound: 'at least 80 % of the throughput, the excess refused by 503, health answers within 1 s',
    async run(undo) {
      const origin = undo(await startOrigin(), (it) => it.close());
      origin.answer(slowly(20));
      const upstream = { url: origin.url, connections: 20, queue: 20 };
      const gateway = undo(await gatewayFor(origin.url, { upstream }), (it) => it.stop());
      const measure = async (loops: number): Promise<{ served: number; refused: number; health: number }> => {
        const load = startLoad(() => gateway.publicUrl, { loops, pauseMs: 0, visitors: ['member'] });
        await sleep(2000);
        const started = performance.now();
        const { body } = await request(`${gateway.privateUrl}/healthz`);
        await body.dump();
        const health = performance.now() - started;
        const { counts } = await load.stop();
        return { served: counts['member 200'] ?? 0, refused: counts['member 503'] ?? 0, health };
      };
      const at = await measure(20);
      const over = await measure(100);
      const kept = over.served / at.served;
      return {
        figure: `${(kept * 100).toFixed(0)} % kept, ${over.refused} refused, health in ${over.health.toFixed(0)} ms`,
        ok: kept >= 0.8 && over.refused > 0 && over.health < 1000,
      };
    },
  },
];

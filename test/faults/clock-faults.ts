import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGateway } from '../support/gateway-process.ts';
import { startRedis } from '../support/redis.ts';
import { seconds } from '../support/tokens.ts';
import type { Experiment } from './experiment.ts';
import { admin, configOf, listAddresses, startOrigin, tokenOf, until, visit } from './world.ts';

/** The library that steps the clock of one process. */
function steppingLibrary(): string {
  const tools = fileURLToPath(new URL('../../scripts/tools.mjs', import.meta.url));
  const found = execFileSync(process.execPath, [tools, 'libfaketime'], { encoding: 'utf8' }).trim();
  const folder = dirname(found);
  const name = readdirSync(folder, { recursive: true }).find((file) =>
    String(file).endsWith('/libfaketime.so.1'),
  );
  if (name === undefined) throw new Error('libfaketime is not where it should be');
  return join(folder, String(name));
}

/** A gateway on Redis whose clock can be set. */
async function steppable(undo: Parameters<Experiment['run']>[0]) {
  const redis = undo(await startRedis(), (it) => it.stop());
  const origin = undo(await startOrigin(), (it) => it.close());
  const file = join(redis.dir, 'clock');
  const setClock = (offsetSeconds: number): void =>
    writeFileSync(file, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`);
  setClock(0);
  const policy = { maxStalenessSeconds: 5 };
  const store = { redis: { url: redis.url, prefix: 'gateway' } };
  const env = {
    LD_PRELOAD: steppingLibrary(),
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  const gateway = undo(await startGateway({ config: configOf(origin.url, { store, policy }), env }), (it) =>
    it.stop(),
  );
  await until(async () => (await admin(gateway, 'GET', '/whitelists')).status === 200, 10_000);
  return { gateway, setClock };
}

/** What becomes of visitors when the clock is set. */
export const clockFaults: readonly Experiment[] = [
  {
    name: 'clock: steps two hours ahead, then three back',
    bound:
      'a token and a range that end within an hour open nothing ahead; lists without an end and later tokens go on, the policy is never stale for it',
    async run(undo) {
      const { gateway, setClock } = await steppable(undo);
      await listAddresses(gateway);
      const ending = {
        start: '198.51.100.7',
        end: '198.51.100.7',
        expiresAt: new Date(seconds(3600) * 1000).toISOString(),
      };
      await admin(gateway, 'POST', '/whitelists/bot%3Aa/ranges', ending);
      const tokens = {
        short: tokenOf('soon', { exp: seconds(3600) }),
        long: tokenOf('later', { exp: seconds(36_000) }),
      };
      const look = async (): Promise<string> => {
        const by = async (token: string) =>
          (await visit(gateway.publicUrl, 'stranger', { headers: { authorization: `Bearer ${token}` } }))
            .status;
        const listed = (await visit(gateway.publicUrl, 'listed')).status;
        const ended = (
          await visit(gateway.publicUrl, 'stranger', { headers: { 'x-forwarded-for': '198.51.100.7' } })
        ).status;
        const stranger = (await visit(gateway.publicUrl, 'stranger')).status;
        return [await by(tokens.short), await by(tokens.long), listed, ended, stranger].join(' ');
      };
      const now = await look();
      setClock(7200);
      await sleep(7000);
      const ahead = await look();
      setClock(-3600);
      await sleep(7000);
      const back = await look();
      const write = (await admin(gateway, 'PATCH', '/whitelists/bot%3Aa', { requireLogin: false })).status;
      return {
        figure: `short, long, listed, ending, stranger: ${now}; ahead ${ahead}; back ${back}; write ${write}`,
        ok:
          now === '200 200 200 200 401' &&
          ahead === '401 200 200 401 401' &&
          back === '200 200 200 200 401' &&
          write === 200,
      };
    },
  },
];

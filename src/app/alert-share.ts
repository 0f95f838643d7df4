import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AlertShare } from '../alerts/alerts.ts';
import type { StartOptions } from '../config/index.ts';
import { quietLog } from './quiet-log.ts';
import { connect, type RedisConnections } from '../policy-store/redis/connections.ts';
import { createTurns } from '../policy-store/in-turn.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { writeWhole } from '../policy-store/write-whole.ts';
import { alertKeys } from '../policy-store/redis/keys.ts';

type Redis = NonNullable<StartOptions['store']['redis']>;

const mostKept = 200;

/** Alerts of all gateways on one Redis, on a connection that is made for the first of them. */
export function createAlertShare(redis: Redis, log: StoreLog): AlertShare & { close(): void } {
  const keys = alertKeys(redis.prefix);
  let connections: RedisConnections | undefined;
  const commands = async (): Promise<RedisConnections['commands']> => {
    connections ??= connect(redis, quietLog(log));
    await connections.attempted;
    return connections.commands;
  };
  return {
    claim: async (key, ms) => (await (await commands()).set(keys.claim(key), '1', 'PX', ms, 'NX')) === 'OK',
    async keep(alert) {
      await (await commands()).xadd(keys.recent, 'MAXLEN', '~', mostKept, '*', 'alert', alert);
    },
    async recent(most) {
      const found = await (await commands()).xrevrange(keys.recent, '+', '-', 'COUNT', most);
      return found.flatMap(([, fields]) => fields.slice(1, 2));
    },
    close: () => connections?.close(),
  };
}

/** Alerts of a gateway that is alone, in a file of its store's folder: a restart forgets none of the newest. */
export function createAlertFile(folder: string): AlertShare & { close(): void } {
  const path = join(folder, 'alerts.log');
  const inTurn = createTurns();
  let opening: Promise<void> | undefined;
  let newest: readonly string[] = [];
  let written = newest;
  const open = async (): Promise<void> => {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    newest = text.split('\n').filter((line) => line !== '');
  };
  return {
    claim: async () => true,
    async keep(alert) {
      await (opening ??= open());
      newest = [alert, ...newest].slice(0, mostKept);
      // Of many that come at once the first is written, and then all others together.
      await inTurn(async () => {
        if (written === newest) return;
        const now = newest;
        await writeWhole(path, [now.join('\n')]);
        written = now;
      });
    },
    async recent(most) {
      await (opening ??= open());
      return newest.slice(0, most);
    },
    close: () => undefined,
  };
}

import type { AlertShare } from '../alerts/alerts.ts';
import type { StartOptions } from '../config/index.ts';
import { quietLog } from './quiet-log.ts';
import { connect, type RedisConnections } from '../policy-store/redis/connections.ts';
import type { StoreLog } from '../policy-store/log.ts';
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

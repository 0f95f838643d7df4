import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreLog } from './log.ts';
import type { RedisOptions } from './options.ts';
import { connect } from './redis/connections.ts';
import { keyShelfKey } from './redis/keys.ts';

/** Where the store keeps the keys that gateways sign with, as one text. Both reject where it cannot be reached. */
export interface KeyShelf {
  /** Undefined: there is none yet. */
  read(): Promise<string | undefined>;
  /** False, and nothing is written, where it is not `before` any more. */
  replace(before: string | undefined, after: string): Promise<boolean>;
  close(): void;
}

const READY_MS = 2_000;

/** In the folder of the embedded store, which one gateway owns; nobody else may read it. */
export function createFileShelf(dir: string, name = 'signing-keys.json'): KeyShelf {
  const file = join(dir, name);
  return {
    async read() {
      try {
        const text = readFileSync(file, 'utf8');
        chmodSync(file, 0o600);
        return text;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async replace(_before, after) {
      const beside = `${file}.${randomBytes(4).toString('hex')}`;
      writeFileSync(beside, after, { mode: 0o600, flag: 'wx', flush: true });
      renameSync(beside, file);
      return true;
    },
    close: () => undefined,
  };
}

const REPLACE = `
local now = redis.call('GET', KEYS[1])
if (now or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** One key of Redis, written by whoever is first. */
export function createRedisShelf(redis: RedisOptions, log: StoreLog, name = 'signing-keys'): KeyShelf {
  const connections = connect(redis, { ...log, info: () => undefined, warn: () => undefined });
  const key = keyShelfKey(redis.prefix, name);
  const ready = async (): Promise<void> => {
    if (!(await connections.ready(READY_MS))) throw new Error(connections.problem());
  };
  return {
    async read() {
      await ready();
      return (await connections.commands.get(key)) ?? undefined;
    },
    async replace(before, after) {
      await ready();
      return (await connections.commands.eval(REPLACE, 1, key, before ?? '', after)) === 1;
    },
    close: () => connections.close(),
  };
}

import { randomBytes } from 'node:crypto';
import { readUnguarded, sumUnguarded, writeUnguarded, type UnguardedSum } from '../audit/unguarded-sum.ts';
import type { UnguardedReport } from '../audit/unguarded.ts';
import type { StartOptions } from '../config/index.ts';
import { connect } from '../policy-store/redis/connections.ts';
import { unguardedKey } from '../policy-store/redis/keys.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { quietLog } from './quiet-log.ts';

/** What all gateways on one store passed on unguarded. */
export interface UnguardedShares {
  /** Never rejects: what the others saw is left out where the store cannot be reached. */
  all(): Promise<UnguardedSum>;
  close(): Promise<void>;
}

const tellMs = 3_000;
/** What did not change is told again after so long. What was not told for longer is of a gateway that is gone. */
const renewMs = 3_600_000;
const keptMs = 86_400_000;
const mostGateways = 64;

/** Each tells of its own under a name of its own; alone, there is nobody to tell. */
export function shareUnguarded(
  { store: { redis } }: StartOptions,
  read: () => UnguardedReport,
  log: Pick<StoreLog, 'warn'>,
): UnguardedShares {
  if (redis === undefined)
    return { all: () => Promise.resolve(sumUnguarded([read()], false)), close: () => Promise.resolve() };
  const connections = connect(redis, quietLog(log));
  const hash = unguardedKey(redis.prefix);
  const own = randomBytes(8).toString('hex');
  const told = { text: '', renewedMs: 0 };
  const tell = async (): Promise<void> => {
    const [text, nowMs] = [writeUnguarded(read()), Date.now()];
    const isDue = nowMs - told.renewedMs > renewMs;
    if (text === told.text && !isDue) return;
    await connections.commands.hset(hash, own, `${nowMs} ${text}`);
    told.text = text;
    if (!isDue) return;
    told.renewedMs = nowMs;
    const gone = sharesIn(await connections.commands.hgetall(hash)).filter(({ isKept }) => !isKept);
    if (gone.length > 0) await connections.commands.hdel(hash, ...gone.map(({ id }) => id));
  };
  const telling = setInterval(() => void tell().catch(() => undefined), tellMs).unref();
  return {
    async all() {
      const found = await connections.commands.hgetall(hash).catch(() => undefined);
      const others = sharesIn(found ?? {}).filter(({ id, isKept }) => isKept && id !== own);
      const reports = others.flatMap(({ text }) => readUnguarded(text) ?? []);
      return sumUnguarded([read(), ...reports], found === undefined);
    },
    async close() {
      clearInterval(telling);
      await tell().catch(() => undefined);
      connections.close();
    },
  };
}

interface Share {
  readonly id: string;
  readonly text: string;
  /** It is one of the newest, and was told within a day. */
  readonly isKept: boolean;
}

function sharesIn(hash: Readonly<Record<string, string>>): readonly Share[] {
  return Object.entries(hash)
    .map(([id, share]) => ({
      id,
      atMs: Number(share.split(' ', 1)[0]),
      text: share.slice(share.indexOf(' ') + 1),
    }))
    .sort((one, other) => other.atMs - one.atMs)
    .map(({ id, atMs, text }, at) => ({ id, text, isKept: at < mostGateways && Date.now() - atMs < keptMs }));
}

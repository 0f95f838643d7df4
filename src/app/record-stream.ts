import type { ActivityStream, StreamEntry } from '../activity/stream.ts';
import type { StartOptions } from '../config/index.ts';
import { connect, hangUp } from '../policy-store/redis/connections.ts';
import { activityKeys } from '../policy-store/redis/keys.ts';
import { activityScript, run } from '../policy-store/redis/scripts.ts';

type Redis = NonNullable<StartOptions['store']['redis']>;

export interface StreamLimits {
  readonly retentionDays: number;
  /** Of all entries together, as they were sent. */
  readonly maxBytes: number;
}

const dayMs = 86_400_000;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }; // the store says it

/** The record of all gateways on one Redis, on connections of its own. */
export function createRecordStream(redis: Redis, { retentionDays, maxBytes }: StreamLimits): ActivityStream {
  const connections = connect(redis, silent);
  const feed = connections.openFeed();
  const { stream, head } = activityKeys(redis.prefix);
  return {
    async append(sealed, events) {
      await connections.attempted;
      const args = [sealed, events, retentionDays * dayMs, maxBytes];
      await run(connections.commands, activityScript, [stream, head], args.map(asArgument));
    },
    async read(after, most, waitMs) {
      if (waitMs === 0) {
        const found = await connections.commands.xrangeBuffer(stream, `(${after}`, '+', 'COUNT', most);
        return found.map(readEntry);
      }
      const found = await feed.xreadBuffer('COUNT', most, 'BLOCK', waitMs, 'STREAMS', stream, after);
      return ((found ?? []) as [Buffer, Raw[]][]).flatMap(([, entries]) => entries.map(readEntry));
    },
    newest: async () => (await connections.commands.hget(head, 'last')) ?? undefined,
    close() {
      hangUp(feed);
      connections.close();
    },
  };
}

type Raw = [id: Buffer, fields: Buffer[]];

function readEntry([id, fields]: Raw): StreamEntry {
  const field = (name: string): Buffer =>
    fields[fields.findIndex((one) => one.toString() === name) + 1] ?? NONE;
  const [total, events] = [Number(field('total')), Number(field('events'))];
  return { id: id.toString(), total, events, sealed: field('batch') };
}

const NONE = Buffer.alloc(0);

function asArgument(value: Uint8Array | number): Buffer | string {
  return typeof value === 'number' ? String(value) : Buffer.from(value);
}

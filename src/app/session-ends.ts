import type { StartOptions } from '../config/index.ts';
import { noEnds, type SessionEnd, type Ends } from '../identity/sessions/ends.ts';
import type { KeyLog } from '../identity/key-source.ts';
import { connect, whenReady } from '../policy-store/redis/connections.ts';
import { endsKey } from '../policy-store/redis/keys.ts';

type Redis = NonNullable<StartOptions['store']['redis']>;

/** How long Redis holds a read that finds nothing; and the pause after one that failed. */
const BLOCK_MS = 1_000;
/** As many ends as are kept for gateways that were away for a moment. */
const KEPT = 10_000;
const AT_ONCE = 500;

/** Ends of sessions, told to every gateway on the same Redis; alone, there is nobody to tell. */
export function createSessionEnds({ store: { redis } }: StartOptions, log: KeyLog): Ends {
  return redis === undefined ? noEnds : createRedisEnds(redis, log);
}

/** A stream: a gateway that was away for a moment reads what it missed. Nobody waits for it. */
function createRedisEnds(redis: Redis, log: KeyLog): Ends {
  let connections: ReturnType<typeof connect> | undefined;
  let listener: (end: SessionEnd) => void = () => undefined;
  let closed = false;
  const key = endsKey(redis.prefix);
  const start = (): void => {
    connections = connect(redis, { ...log, info: () => undefined, error: () => undefined });
    const feed = connections.openFeed();
    void follow(
      feed,
      key,
      (end) => listener(end),
      () => closed,
    );
    stop = () => feed.disconnect();
  };
  let stop = (): void => undefined;
  return {
    start(next) {
      listener = next;
      if (connections === undefined && !closed) start();
    },
    publish({ digest, ended }) {
      const field = ended ? 'ended' : 'changed';
      connections?.commands.xadd(key, 'MAXLEN', '~', KEPT, '*', field, digest).catch((error: unknown) => {
        log.warn({ problem: String(error) }, 'other gateways could not be told of the end of a session');
      });
    },
    close() {
      closed = true;
      stop();
      connections?.close();
    },
  };
}

type Feed = ReturnType<ReturnType<typeof connect>['openFeed']>;

/** Reads on from the last that was read; what was written shortly before the start does no harm. */
async function follow(
  feed: Feed,
  key: string,
  tell: (end: SessionEnd) => void,
  isOver: () => boolean,
): Promise<void> {
  let last = `${String(Date.now() - 60_000)}-0`;
  while (!isOver()) {
    if (feed.status !== 'ready') await whenReady(feed, BLOCK_MS);
    try {
      const read = await feed.xread('COUNT', AT_ONCE, 'BLOCK', BLOCK_MS, 'STREAMS', key, last);
      for (const [, entries] of read ?? [])
        for (const [id, fields] of entries) {
          last = id;
          const [field, digest = ''] = fields;
          tell({ digest, ended: field === 'ended' });
        }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, isOver() ? 0 : BLOCK_MS).unref());
    }
  }
}

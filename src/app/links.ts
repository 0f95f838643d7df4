import { createHmac } from 'node:crypto';
import type { LinkAges } from '../access/link-age.ts';
import type { StartOptions } from '../config/index.ts';
import { createBoundedMap } from '../limits/bounded-map.ts';
import { createBuckets } from '../limits/bucket.ts';
import { createFileLinkSights } from '../policy-store/file/link-sights-file.ts';
import type { LinkSights } from '../policy-store/link-sights.ts';
import type { StoreLog } from '../policy-store/log.ts';
import { createRedisLinkSights } from '../policy-store/redis/link-sights-redis.ts';

/** When a link was first seen never changes: most of it is asked of the store once. */
const REMEMBERED = 100_000;
/** New links that one address may bring in a minute: nobody fills the store with what they make up. */
const NEW_PER_MINUTE = 600;
/** A link has one form, or three where it ends like a format; a URL with more in the key's place is so many links. */
const FORMS_OF_ONE = 3;
/** After the store failed, so long it is not asked. */
const RETRY_MS = 1_000;
/** A digest of 128 bits, which is all that is ever kept of a link. */
const DIGEST_LENGTH = 22;

export interface LinkKeeper extends LinkAges {
  close(): void;
}

/** When links were first seen, as the store of all gateways has it; opened when it is first asked. */
export function createLinks({ store: { file, redis } }: StartOptions, log: StoreLog): LinkKeeper {
  const sights = redis ? createRedisLinkSights(redis, log) : createFileLinkSights(file ?? '');
  return createLinkAges(sights, log);
}

export function createLinkAges(sights: LinkSights, log: StoreLog): LinkKeeper {
  const known = createBoundedMap<number>(REMEMBERED);
  const buckets = createBuckets({
    perMinute: NEW_PER_MINUTE,
    maxKeys: 10_000,
    now: () => performance.now(),
  });
  const telling = createTelling(log);
  let secret: string | undefined;
  const find = async (forms: readonly string[], atMs: number | undefined, address: string) => {
    const digests = digestsOf((secret ??= await sights.secret()), forms);
    let first = await sights.find(digests);
    if (first === undefined && atMs !== undefined) {
      for (let n = 0; n < forms.length; n += FORMS_OF_ONE)
        if (!buckets.hit(address)) return 'unknown' as const;
      first = await sights.note(digests, Math.floor(atMs / 1000));
    }
    telling.well();
    if (first === undefined) return undefined;
    for (const digest of digests) known.set(digest, first * 1000);
    return first * 1000;
  };
  return {
    firstSeen(forms, atMs, address) {
      const first = secret === undefined ? undefined : remembered(known, digestsOf(secret, forms));
      if (first !== undefined) return first;
      // A store that hangs holds nobody up for longer than once a second.
      if (telling.isFresh()) return 'unknown';
      return find(forms, atMs, address).catch((error: unknown) => {
        secret = undefined;
        telling.failed(error);
        return 'unknown' as const;
      });
    },
    close: () => sights.close(),
  };
}

function digestsOf(secret: string, forms: readonly string[]): string[] {
  return forms.map((form) =>
    createHmac('sha256', secret).update(form).digest('base64url').slice(0, DIGEST_LENGTH),
  );
}

/** One that is not remembered could be the oldest: then nothing is known. */
function remembered(
  known: { get(digest: string): number | undefined },
  digests: readonly string[],
): number | undefined {
  const times = digests.flatMap((digest) => known.get(digest) ?? []);
  return times.length < digests.length ? undefined : Math.min(...times);
}

/** Tells the log when the store fails, and when it is back. */
function createTelling(log: StoreLog) {
  let failing = false;
  let untilMs = 0;
  return {
    /** True where it failed a moment ago. */
    isFresh: () => performance.now() < untilMs,
    failed(error: unknown) {
      untilMs = performance.now() + RETRY_MS;
      const problem = error instanceof Error ? error.message : String(error);
      if (!failing) log.error({ problem }, 'when links were first seen cannot be read or kept');
      failing = true;
    },
    well() {
      if (failing) log.info({}, 'when links were first seen can be read again');
      failing = false;
    },
  };
}

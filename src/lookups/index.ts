import { isDeepStrictEqual } from 'node:util';
import { createStrangerLimit } from '../identity/sessions/stranger-limit.ts';
import { createFileSource } from './file.ts';
import { createHttpSource } from './http.ts';
import { createLookup, type Lookup, type LookupCounts } from './lookup.ts';
import type { Found, LookupOptions, Source } from './options.ts';
import { createHashSource, type ReadHash } from './redis.ts';

/** All lookups of one configuration. */
export interface Lookups {
  /** Which bot a conversation is of. `name` is one of the configured; a lookup that is none knows nothing. */
  find(name: string, conversation: string, address: string | undefined): Found | Promise<Found>;
  /** By name, for metrics. */
  counts(): ReadonlyMap<string, LookupCounts>;
  /** Ends those that `next` does not go on with, once what they were asked has been answered. */
  close(next?: Lookups): void;
  readonly running: ReadonlyMap<string, RunningLookup>;
}

interface RunningLookup {
  readonly options: LookupOptions;
  readonly lookup: Lookup;
}

export interface LookupsOptions {
  readonly lookups: readonly LookupOptions[];
  /** Conversations that nobody knows which one address may have looked up a minute; 0: no limit. */
  readonly strangerChecksPerMinute: number;
  readonly cacheEntries: number;
}

export interface LookupsParts {
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Undefined where there is no Redis. */
  readonly readHash: ReadHash | undefined;
}

/** Makes them; one that is configured as before goes on with what it remembers. */
export function createLookups(
  options: LookupsOptions,
  { log, readHash }: LookupsParts,
  previous?: Lookups,
): Lookups {
  const clock = (): number => performance.now();
  const strangers = createStrangerLimit(options.strangerChecksPerMinute, clock);
  const running = new Map<string, RunningLookup>();
  for (const one of options.lookups) {
    const before = previous?.running.get(one.name);
    if (before !== undefined && isDeepStrictEqual(before.options, one)) running.set(one.name, before);
    else {
      const noteFailure = createFailureLog(one.name, log);
      const source = sourceOf(one, readHash);
      const parts = { source, strangers, clock, noteFailure, maxEntries: options.cacheEntries };
      running.set(one.name, { options: one, lookup: createLookup(one, parts) });
    }
  }
  return {
    find: (name, conversation, address) =>
      running.get(name)?.lookup.find(conversation, address) ?? {
        kind: 'unavailable',
        why: `no lookup is named ${name}`,
      },
    counts: () => new Map([...running].map(([name, { lookup }]) => [name, lookup.counts])),
    close(next) {
      for (const [name, one] of running)
        if (next?.running.get(name) !== one) closeAfter(one, next === undefined ? 0 : one.options.timeoutMs);
    },
    running,
  };
}

function closeAfter({ lookup }: RunningLookup, ms: number): void {
  setTimeout(() => void lookup.close(), ms).unref();
}

function sourceOf({ source, timeoutMs }: LookupOptions, readHash: ReadHash | undefined): Source {
  switch (source.kind) {
    case 'http':
      return createHttpSource(source, timeoutMs);
    case 'file':
      return createFileSource(source.path);
    case 'redis':
      return createHashSource(source.key, readHash ?? noRedis, timeoutMs);
  }
}

const noRedis: ReadHash = () => Promise.reject(new Error('no Redis is configured'));

/** One line when a lookup begins to fail, and one when it answers again. */
function createFailureLog(name: string, log: LookupsParts['log']): (why: string | undefined) => void {
  let failing = false;
  return (why) => {
    if (why !== undefined && !failing)
      log.warn({ lookup: name, why }, 'a lookup does not answer: what it is for is 503');
    if (why === undefined && failing) log.info({ lookup: name }, 'the lookup answers again');
    failing = why !== undefined;
  };
}

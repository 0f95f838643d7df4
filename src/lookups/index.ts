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
  close(): Promise<void>;
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

export function createLookups(options: LookupsOptions, { log, readHash }: LookupsParts): Lookups {
  const clock = (): number => performance.now();
  const strangers = createStrangerLimit(options.strangerChecksPerMinute, clock);
  const byName = new Map<string, Lookup>();
  for (const one of options.lookups) {
    const source = sourceOf(one, readHash);
    const noteFailure = createFailureLog(one.name, log);
    const parts = { source, strangers, clock, noteFailure, maxEntries: options.cacheEntries };
    byName.set(one.name, createLookup(one, parts));
  }
  return {
    find: (name, conversation, address) =>
      byName.get(name)?.find(conversation, address) ?? { kind: 'unavailable', why: `no lookup is named ${name}` },
    counts: () => new Map([...byName].map(([name, { counts }]) => [name, counts])),
    close: async () => void (await Promise.all([...byName.values()].map((lookup) => lookup.close()))),
  };
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

import type { ReloadSettings, StartOptions } from '../config/index.ts';
import { readHeaderLines } from '../lookups/headers.ts';
import { createLookups, type Lookups, type LookupsParts } from '../lookups/index.ts';
import type { LookupOptions } from '../lookups/options.ts';
import type { ReadHash } from '../lookups/redis.ts';
import { connect } from '../policy-store/redis/connections.ts';
import { quietLog } from './quiet-log.ts';

/** Makes the lookups of one configuration. */
export function lookupsOf(
  start: StartOptions,
  settings: ReloadSettings,
  parts: LookupsParts,
  previous: Lookups | undefined,
): Lookups {
  const named = Object.entries(settings.lookups);
  return createLookups(
    {
      lookups: named.map(([name, lookup]) => optionsOf(name, lookup, start)),
      strangerChecksPerMinute: start.limits.strangerChecksPerMinute,
      cacheEntries: settings.identity.cacheEntries,
    },
    parts,
    previous,
  );
}

function optionsOf(
  name: string,
  { url, headers, redisHash, file = '', bodyBytes, missing, ...rest }: ReloadSettings['lookups'][string],
  { upstream }: StartOptions,
): LookupOptions {
  if (redisHash !== undefined) return { ...rest, name, source: { kind: 'redis', key: redisHash } };
  if (url === undefined) return { ...rest, name, source: { kind: 'file', path: file } };
  const isPath = url.startsWith('/');
  // The placeholder stays as it is: a URL would be encoded.
  const whole = isPath ? `${new URL(upstream.url).origin}${url}` : url;
  const lines = readHeaderLines(headers ?? '');
  const source = {
    kind: 'http' as const,
    url: whole,
    headers: typeof lines === 'string' ? {} : lines,
    host: isPath ? new URL(upstream.url).host : null,
    bodyBytes,
    missing,
    ...(isPath && upstream.ca !== undefined && { ca: upstream.ca }),
  };
  return { ...rest, name, source };
}

/** Reads the store's Redis, on a connection of its own that is opened when it is first needed. */
export function createHashReader(
  { store: { redis } }: StartOptions,
  log: LookupsParts['log'],
): { readonly read: ReadHash | undefined; close(): void } {
  if (redis === undefined) return { read: undefined, close: () => undefined };
  let connections: ReturnType<typeof connect> | undefined;
  return {
    read: async (key, field) => {
      connections ??= connect(redis, quietLog(log));
      if (!connections.isReady()) await connections.ready(redis.commandTimeoutMs);
      return connections.commands.hget(key, field);
    },
    close: () => connections?.close(),
  };
}

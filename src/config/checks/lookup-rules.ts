import { readHeaderLines } from '../../lookups/headers.ts';
import type { Path } from '../findings.ts';
import type { Config } from '../schema/schema.ts';
import type { Rule } from './rule.ts';

type Lookup = Config['lookups'][string];
type Tell = (path: Path, message: string) => void;

const lookups: Rule = {
  reads: ['lookups', 'routes', 'store'],
  check({ config, findings, asWritten }) {
    const { lookups, routes, store } = config;
    const names = Object.keys(lookups);
    for (const [name, lookup] of Object.entries(lookups)) {
      const tell: Tell = (below, message) => findings.mistake(asWritten(['lookups', name, ...below]), message);
      if (!/^[\w-]{1,64}$/.test(name)) tell([], 'must be named by 1 to 64 of A-Z a-z 0-9 _ -');
      checkSource(lookup, store.redis !== undefined, tell);
      if (!routes.some((route) => lookupsOf(route).some(([, asked]) => asked === name))) findings.warn(['lookups', name], 'no route asks it');
      if (lookup.url !== undefined && /^http:\/\/(?!localhost[:/]|127\.|\[::1\])/.test(lookup.url))
        findings.warn(['lookups', name, 'url'], 'is asked without TLS: whoever is on the way can say whose a conversation is');
    }
    const known = names.length === 0 ? 'there is none' : `there is ${names.join(', ')}`;
    routes.forEach((route, index) => {
      for (const [path, lookup] of lookupsOf(route)) {
        if (!names.includes(lookup)) findings.mistake(['routes', index, ...path], `no lookup is named "${lookup}"; ${known}`);
      }
    });
  },
};

/** Every lookup that a route or one of its channels asks, and where it says so. */
function lookupsOf({ lookup, frames }: Config['routes'][number]): (readonly [path: Path, lookup: string])[] {
  const inFrames = (frames?.channels ?? []).map(
    (channel, index) => [['frames', 'channels', index, 'lookup'], channel.lookup] as const,
  );
  return [[['lookup'], lookup] as const, ...inFrames].flatMap(([path, name]) => (name === undefined ? [] : [[path, name] as const]));
}

function checkSource({ url, redisHash, file, headers }: Lookup, hasRedis: boolean, tell: Tell): void {
  const given = [url, redisHash, file].filter((one) => one !== undefined);
  if (given.length !== 1) tell([], 'needs one of `url`, `redisHash` and `file`');
  if (redisHash !== undefined && !hasRedis) tell(['redisHash'], 'needs `store.redis`: that is where the hash is looked for');
  if (headers === undefined) return;
  if (url === undefined) tell(['headers'], 'go with a `url` only');
  const read = readHeaderLines(headers);
  if (typeof read === 'string') tell(['headers'], read);
}

/** What knows the bots of conversations. */
export const lookupRules: readonly Rule[] = [lookups];

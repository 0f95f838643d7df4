import type { Decision } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';
import { linkOf, type Link } from '../policy/link.ts';
import { formsOf } from '../reading/link-key.ts';

export type FirstSeen = number | undefined | 'unknown';

/** Knows when links were first seen. */
export interface LinkAges {
  /**
   * When the first of these forms of a key was seen, in Unix milliseconds; `unknown` where that cannot be had.
   * `atMs`: where none ever was, from then on; undefined: only looked at, and undefined for what never was.
   * At once where it is remembered; never rejects. `address`: whom new ones count for.
   */
  firstSeen(
    forms: readonly string[],
    atMs: number | undefined,
    address: string,
  ): FirstSeen | Promise<FirstSeen>;
}

export interface Aging {
  readonly links: LinkAges | undefined;
  readonly nowMs: number;
  readonly address: string | undefined;
  /** False: nothing is noted; for explain. */
  readonly notes: boolean;
  /** What would be decided. */
  decide(resource: Resource): Decision;
}

/** True for a link that is good for a time only. */
export function hasAge(resource: Resource): boolean {
  const link = linkOf(resource);
  return link?.maxAgeSeconds !== undefined && !link.keyless;
}

/**
 * A link with when it was first seen, where that matters; at once where it is remembered.
 *
 * Of a stranger's nothing is asked and nothing kept: a link is seen when it opens something. A login that opens it
 * begins its time too, but waits for nothing.
 */
export function withAge(resource: Resource, aging: Aging): Resource | Promise<Resource> {
  const link = linkOf(resource);
  if (link === undefined || !hasAge(resource)) return resource;
  const { links, nowMs, address = '', notes } = aging;
  const seenAt = (firstSeenMs: FirstSeen = nowMs): Resource =>
    ({ ...resource, link: { ...link, firstSeenMs } }) as Resource;
  const decision = aging.decide(seenAt());
  if (decision.outcome !== 'forward') return resource;
  if (links === undefined) return seenAt('unknown');
  const found = links.firstSeen(
    formsOf([...link.keys, ...(link.beside ?? [])]),
    notes ? nowMs : undefined,
    address,
  );
  const byLink = decision.reason.startsWith('whitelisted') || decision.reason === 'open-link';
  if (!byLink) return resource;
  return found instanceof Promise ? found.then(seenAt) : seenAt(found);
}

/** A link in words, for explain. */
export function describeLink({ keyless, maxAgeSeconds, firstSeenMs }: Link): string {
  if (keyless) return 'without its key: no address opens it, and no link alone';
  if (maxAgeSeconds === undefined) return 'with its key, good for ever';
  if (firstSeenMs === 'unknown') return 'with its key; how old it is cannot be known now';
  if (firstSeenMs === undefined) return 'with its key; its age does not matter here';
  const [from, until] = [firstSeenMs, firstSeenMs + maxAgeSeconds * 1000].map((ms) =>
    new Date(ms).toISOString(),
  );
  return `with its key, first seen ${from ?? ''}, good until ${until ?? ''}`;
}

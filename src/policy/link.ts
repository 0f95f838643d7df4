import type { Decision } from './reason.ts';
import type { Resource } from './resource.ts';

/** What is known of a link whose URL is itself a key. */
export interface Link {
  /** Every text that some guarded reading has in the key's place. They are secrets: nothing of them is ever written. */
  readonly keys: readonly string[];
  /** Texts that are keys to a platform that keeps the query behind a rewritten path: secrets, too. */
  readonly beside?: readonly string[];
  /** True where some guarded reading has none there. */
  readonly keyless: boolean;
  /** So long it is good from when it was first seen; absent: for ever. */
  readonly maxAgeSeconds?: number;
  /** Unix time in milliseconds; absent: nobody asked yet. */
  readonly firstSeenMs?: number | 'unknown';
}

/** The link of a resource, where its route says that it is one. */
export function linkOf(resource: Resource): Link | undefined {
  return 'link' in resource ? resource.link : undefined;
}

/** How a link stands: it counts, has no key, is too old, or nobody knows how old it is. */
export type LinkStanding = 'counts' | 'keyless' | 'expired' | 'unknown';

export function standingOf({ keyless, maxAgeSeconds, firstSeenMs }: Link, nowMs: number): LinkStanding {
  if (keyless) return 'keyless';
  if (maxAgeSeconds === undefined) return 'counts';
  if (typeof firstSeenMs !== 'number') return 'unknown';
  return nowMs < firstSeenMs + maxAgeSeconds * 1000 ? 'counts' : 'expired';
}

/** What an address, or the link alone, opens: with the link's key only, and while it is not too old. */
export function throughLink(
  resource: Resource,
  nowMs: number,
  granted: Decision | undefined,
): Decision | undefined {
  const link = linkOf(resource);
  if (granted === undefined || link === undefined) return granted;
  switch (standingOf(link, nowMs)) {
    case 'counts':
      return granted;
    case 'keyless':
      return undefined;
    case 'expired':
      return { outcome: 'deny', reason: 'link-expired' };
    case 'unknown':
      return { outcome: 'unavailable', reason: 'links-unavailable' };
  }
}

/** The conversation as it may be written down: of a link, only what cannot be its key in another place. */
export function conversationToShow(resource: Resource): string | undefined {
  if (resource.kind === 'sought')
    return isKey(resource.link, resource.conversation) ? undefined : resource.conversation;
  if (resource.kind !== 'transcript') return undefined;
  const { link, conversations } = resource;
  const [first] = conversations;
  if (link === undefined) return first;
  return conversations.length > 1 || isKey(link, first) ? undefined : first;
}

const bare = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();

function isKey(link: Link | undefined, text = ''): boolean {
  return (
    link?.keys.some((key) => key === text || (bare(key) !== '' && bare(text).includes(bare(key)))) === true
  );
}

/** What is asked for, as it may be shown: of a link without all that could be its key. */
export function resourceToShow(resource: Resource): object {
  const link = linkOf(resource);
  if (link === undefined) return resource;
  const { keys: _, beside: __, ...shown } = link;
  const conversation = conversationToShow(resource) ?? '';
  if (resource.kind === 'transcript')
    return { ...resource, conversations: conversation === '' ? [] : [conversation], link: shown };
  if (resource.kind === 'sought') return { ...resource, conversation, link: shown };
  return { ...resource, bots: undefined, link: shown };
}

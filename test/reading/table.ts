import { compileRoutes, type RouteOptions } from '../../src/reading/route.ts';
import { readTarget, type TargetRequest } from '../../src/reading/target.ts';
import type { Resource } from '../../src/policy/resource.ts';

/** The routes that the rows speak of. */
export const routeOptions: readonly RouteOptions[] = [
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/api/bots/:botId/conversations/:conversationId/transcript', exact: true },
  { path: '/history', query: { botId: 'botId' } },
  { path: '/contacts/:contactId/conversations', bot: 'support', whitelist: false },
  { path: '/c/:contactId/:conversationId', bot: 'support' },
  { path: '/bots/:botId' },
  { path: '/find', query: { botId: 'bot_id', contactId: 'contact', conversationId: 'conv' } },
  { path: '/assets', open: true },
  { path: '/login', open: true, exact: true },
];
export const routes = compileRoutes(routeOptions);

/** Target, and what it asks for: `other`, `open`, `ambiguous`, `unresolved`, or `bot [conversation,…] [@contact]`. */
export type Row = readonly [target: string, expected: string];

/** A resource in the words of a row. */
export function inWords(resource: Resource): string {
  switch (resource.kind) {
    case 'other':
      return resource.open ? 'open' : 'other';
    case 'ambiguous':
    case 'unresolved':
    case 'platform':
    case 'wrong-method':
    case 'no-upgrade':
    case 'sought':
      return resource.kind;
    case 'transcript':
      return [
        resource.bot,
        [...resource.conversations]
          .sort()
          .map((id) => id || "''")
          .join(','),
        resource.contact === undefined ? '' : `@${resource.contact}`,
      ]
        .filter((word) => word !== '')
        .join(' ');
  }
}

export function read(target: string, how: Partial<TargetRequest> = {}): string {
  return inWords(readTarget(routes, { target, host: 'chat.example', formBody: false, ...how }));
}

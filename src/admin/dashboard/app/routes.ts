import { useEffect, useState } from 'preact/hooks';
import type { Scope } from './api/types.ts';
import { filterText, readFilter, type ActivityFilter } from './state/activity-filter.ts';

/** Where in the dashboard one is; lives in the fragment, so that the gateway serves one page only. */
export type PageRoute =
  | { readonly page: 'overview' }
  | { readonly page: 'whitelist'; readonly scope: Scope }
  | { readonly page: 'changes'; readonly scope?: Scope }
  | { readonly page: 'test'; readonly scope?: Scope }
  | { readonly page: 'enforcing'; readonly scope: Scope }
  | { readonly page: 'people'; readonly person?: Person }
  | { readonly page: 'activity'; readonly filter: ActivityFilter }
  | { readonly page: 'refusals'; readonly dismissed: boolean }
  | { readonly page: 'lookup'; readonly q: string }
  | { readonly page: 'missing' };

/** A person is one of an issuer's. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

/** The fragment that leads to a route. */
export function hrefOf(route: PageRoute): string {
  switch (route.page) {
    case 'overview':
    case 'missing':
      return '#/';
    case 'whitelist':
      return `#/${scopePath(route.scope)}`;
    case 'changes':
      return route.scope === undefined ? '#/changes' : `#/changes/${scopePath(route.scope)}`;
    case 'enforcing':
      return `#/enforcing/${scopePath(route.scope)}`;
    case 'people':
      return route.person === undefined ? '#/people' : `#/people/${personPath(route.person)}`;
    case 'activity':
      return `#/activity${filterText(route.filter)}`;
    case 'refusals':
      return route.dismissed ? '#/refusals/dismissed' : '#/refusals';
    case 'lookup':
      return `#/lookup?${new URLSearchParams({ q: route.q }).toString()}`;
    case 'test':
      return route.scope === undefined ? '#/test' : `#/test/${scopePath(route.scope)}`;
  }
}

function personPath({ issuer, subject }: Person): string {
  return `${encodeURIComponent(issuer)}/${encodeURIComponent(subject)}`;
}

function scopePath(scope: Scope): string {
  return scope === 'platform' ? 'platform' : `bots/${encodeURIComponent(scope.slice('bot:'.length))}`;
}

export function readRoute(fragment: string): PageRoute {
  const [path = '', query = ''] = fragment.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const parts = path.split('/');
  const [head, ...rest] = parts;
  if (head === 'activity' && rest.length === 0) return { page: head, filter: readFilter(query) };
  if (head === 'lookup' && rest.length === 0)
    return { page: head, q: new URLSearchParams(query).get('q')?.trim() ?? '' };
  if (head === 'refusals' && (rest.length === 0 || path === 'refusals/dismissed'))
    return { page: head, dismissed: rest.length > 0 };
  if (head === '' || head === undefined) return { page: 'overview' };
  if (head === 'changes' || head === 'test') {
    const scope = scopeInPath(rest);
    if (rest.length > 0 && scope === undefined) return { page: 'missing' };
    return scope === undefined ? { page: head } : { page: head, scope };
  }
  if (head === 'enforcing') {
    const scope = scopeInPath(rest);
    return scope === undefined ? { page: 'missing' } : { page: head, scope };
  }
  if (head === 'people') return readPeople(rest);
  const scope = scopeInPath(parts);
  return scope === undefined ? { page: 'missing' } : { page: 'whitelist', scope };
}

function readPeople(parts: readonly string[]): PageRoute {
  const [issuer = '', subject = '', ...more] = parts;
  if (parts.length === 0) return { page: 'people' };
  if (issuer === '' || subject === '' || more.length > 0) return { page: 'missing' };
  try {
    const person = { issuer: decodeURIComponent(issuer), subject: decodeURIComponent(subject) };
    return { page: 'people', person };
  } catch {
    return { page: 'missing' };
  }
}

function scopeInPath(parts: readonly string[]): Scope | undefined {
  if (parts.length === 1 && parts[0] === 'platform') return 'platform';
  if (parts.length !== 2 || parts[0] !== 'bots') return undefined;
  try {
    return `bot:${decodeURIComponent(parts[1] ?? '')}`;
  } catch {
    return undefined;
  }
}

const leftAt = 'gateway-left-at';

/** The login's way back leads to the dashboard, not to a place in it: that is kept in this tab. */
export function rememberPlace(): void {
  try {
    sessionStorage.setItem(leftAt, location.hash);
  } catch {
    // One comes back to the first page, then.
  }
}

/** Goes where one was before the login. */
export function returnToPlace(): void {
  try {
    const place = sessionStorage.getItem(leftAt);
    sessionStorage.removeItem(leftAt);
    if (place !== null && location.hash === '') location.replace(place);
  } catch {
    // Nothing was kept, then.
  }
}

/** The route of the address bar, followed. */
export function useRoute(): PageRoute {
  const [fragment, setFragment] = useState(location.hash);
  useEffect(() => {
    const follow = (): void => setFragment(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return readRoute(fragment);
}

/** How people call a scope. */
export function scopeName(scope: Scope): string {
  return scope === 'platform' ? 'The platform' : `Bot ${scope.slice('bot:'.length)}`;
}

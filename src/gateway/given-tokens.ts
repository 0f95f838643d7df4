import type { Answer } from '../access/question.ts';
import { routeOf, type RouteFacts } from '../policy/resource.ts';
import {
  isTokenHeader,
  withoutProtocolTokens,
  withoutTokens,
  type TokenPlaces,
} from '../reading/token-places.ts';
import type { GatewaySettings } from './options.ts';

const allows = (route: RouteFacts | undefined, place: 'query' | 'protocol'): boolean =>
  route?.tokenPlaces?.includes(place) === true;

/** True where the target may hold a token: nothing is to tell others of it. */
export function mayHoldToken({ resource }: Pick<Answer, 'resource'>): boolean {
  return allows(routeOf(resource), 'query');
}

/** The target as it may be written into other URLs: a way back does not carry a token. */
export function targetToShow(target: string, answer: Pick<Answer, 'resource'>, places: TokenPlaces): string {
  return mayHoldToken(answer) ? withoutTokens(target, places) : target;
}

/** The target as the platform gets it. */
export function targetToForward(target: string, { resource }: Answer, places: TokenPlaces): string {
  const route = routeOf(resource);
  return route?.forwardTokens === true ? target : targetToShow(target, { resource }, places);
}

type Settings = Pick<GatewaySettings, 'tokenPlaces' | 'forwardCredentials'>;

/** The visitor's headers without tokens that are not for the platform; the same array where there are none. */
export function headersToForward(
  raw: readonly string[],
  { resource }: Answer,
  { tokenPlaces, forwardCredentials }: Settings,
): readonly string[] {
  const route = routeOf(resource);
  const takes = allows(route, 'protocol') && route?.forwardTokens !== true;
  const headers = takes ? withoutProtocolTokens(raw, tokenPlaces) : raw;
  if (forwardCredentials || tokenPlaces.headers.length === 0) return headers;
  const kept: string[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name = '', value = ''] = headers.slice(i, i + 2);
    if (!isTokenHeader(tokenPlaces, name, value)) kept.push(name, value);
  }
  return kept;
}

import type { Link } from './link.ts';

/** What a route says of the URLs below it, as far as a decision needs it. */
export interface RouteFacts {
  /** Its template as configured; names it in the log. */
  readonly path: string;
  /** False: an address never opens it. */
  readonly whitelist: boolean;
  /** `platform`: whoever brings a session is forwarded, and the platform's own answer decides. */
  readonly members?: 'platform';
  /** Where tokens may stand here, beside the places that hold everywhere. */
  readonly tokenPlaces?: readonly ('query' | 'protocol')[];
  /** True: tokens of these places go on to the platform. */
  readonly forwardTokens?: true;
  readonly kind?: RouteKind;
  /** What its sockets speak, where each subscription is judged by itself. */
  readonly frames?: string;
  /** Set where it names no single bot: who may read what is of any. */
  readonly reach?: Reach;
  /** True: of that, a verified contact may too. */
  readonly contacts?: true;
}

/** What stands at a route's URLs. `data`: whoever is refused gets a status and a problem, and is sent nowhere. */
export const routeKinds = ['page', 'data', 'file', 'socket'] as const;
export type RouteKind = (typeof routeKinds)[number];

/**
 * Who opens what is of no single bot: members of some bot, and listed addresses. `platform`: of the platform's own
 * list; `anyBot`: of whatever list, since each opens some bot.
 */
export type Reach = 'platform' | 'anyBot';

/** The route of a resource, where there is one. */
export function routeOf(resource: Resource): RouteFacts | undefined {
  return 'route' in resource ? resource.route : undefined;
}

/** What a target asks for. */
export type Resource =
  | {
      readonly kind: 'transcript';
      readonly bot: string;
      /** The one contact that every guarded reading names; absent where the route names none. */
      readonly contact?: string;
      /** The contact whose conversation it is, where a lookup says so. */
      readonly holder?: string;
      /** Every conversation id that some guarded reading names; empty where the route names none. */
      readonly conversations: readonly string[];
      readonly route: RouteFacts;
      readonly link?: Link;
    }
  /** Not guarded. `route`: of a socket that everybody opens, or what they all may ask for within it. */
  | { readonly kind: 'other'; readonly open: boolean; readonly route?: RouteFacts }
  /** It could mean two things, or cannot be read: nobody is served it. */
  | (Unclear & { readonly kind: 'ambiguous'; readonly route?: RouteFacts })
  /** Guarded, but no single valid bot id. `needsBody`: its body names one, and was not read yet. */
  | (Unclear & { readonly kind: 'unresolved'; readonly route: RouteFacts; readonly needsBody?: true })
  /** Guarded, and of no one bot: for who may see some bot, or comes from a listed address. */
  | { readonly kind: 'platform'; readonly route: RouteFacts; readonly link?: Link }
  /** Guarded, and its bot is the one that a lookup has for its conversation. */
  | (Sought & { readonly kind: 'sought'; readonly route: RouteFacts; readonly link?: Link })
  /** Guarded by routes that list other methods. */
  | { readonly kind: 'wrong-method'; readonly allowed: readonly string[]; readonly route: RouteFacts }
  /** Asked for as a plain request, where only what is said in a WebSocket can be judged. */
  | { readonly kind: 'no-upgrade'; readonly route: RouteFacts };

/** A conversation whose bot has to be looked up. */
export interface Sought {
  /** The lookup's name. */
  readonly lookup: string;
  readonly conversation: string;
  readonly contact?: string;
  /** Why there is no bot: its lookup knows no such conversation, or could not be asked. Absent: nobody asked yet. */
  readonly without?: 'missing' | 'unavailable';
}

/** What names no single bot. */
interface Unclear {
  readonly why: string;
  /** Every bot that some reading names or could be taken to name; absent where it could be any. */
  readonly bots?: readonly string[];
  readonly link?: Link;
}

/** True for an id that is looked up: 1 to 256 of `[A-Za-z0-9._~:@=+-]`, not starting with a dot. */
export function isLookupId(text: string): boolean {
  return /^[A-Za-z0-9_~:@=+-][A-Za-z0-9._~:@=+-]{0,255}$/.test(text);
}

/** True for a bot id: 1 to 128 of `[A-Za-z0-9._~-]`, not starting with a dot. */
export function isBotId(text: string): boolean {
  return /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$/.test(text);
}

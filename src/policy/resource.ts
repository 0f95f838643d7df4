/** What a route says of the URLs below it, as far as a decision needs it. */
export interface RouteFacts {
  /** Its template as configured; names it in the log. */
  readonly path: string;
  /** False: an address never opens it. */
  readonly whitelist: boolean;
}

/** What a target asks for. */
export type Resource =
  | {
      readonly kind: 'transcript';
      readonly bot: string;
      /** The one contact that every guarded reading names; absent where the route names none. */
      readonly contact?: string;
      /** Every conversation id that some guarded reading names; empty where the route names none. */
      readonly conversations: readonly string[];
      readonly route: RouteFacts;
    }
  | { readonly kind: 'other'; readonly open: boolean }
  /** It could mean two things, or cannot be read: nobody is served it. */
  | { readonly kind: 'ambiguous'; readonly why: string; readonly route?: RouteFacts }
  /** Guarded, but no single valid bot id. */
  | { readonly kind: 'unresolved'; readonly why: string; readonly route: RouteFacts };

/** True for a bot id: 1 to 128 of `[A-Za-z0-9._~-]`, not starting with a dot. */
export function isBotId(text: string): boolean {
  return /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$/.test(text);
}

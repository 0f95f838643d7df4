/** Who knows which bot a conversation is of. */
export interface LookupOptions {
  readonly name: string;
  readonly source: HttpSource | HashSource | FileSource;
  /** JMESPath over the answer: the bot's id, as a text or a whole number. */
  readonly bot: string;
  /** JMESPath for the contact's id; null: none is known. */
  readonly contact: string | null;
  /** Value of `bot` → the id that lists and tokens have for it. */
  readonly botNames: Readonly<Record<string, string>>;
  readonly cacheSeconds: number;
  /** How long it counts that there is no such conversation. */
  readonly missSeconds: number;
  /** For one whole question, the wait for its turn included. */
  readonly timeoutMs: number;
}

/** A call over HTTP: its JSON is the answer. */
export interface HttpSource {
  readonly kind: 'http';
  /** With `{conversationId}` where the id stands, percent-encoded. */
  readonly url: string;
  /** Constant headers: the service's own credential. */
  readonly headers: Readonly<Record<string, string>>;
  readonly host: string | null;
  readonly ca?: string | undefined;
  readonly bodyBytes: number;
  /** Statuses that say that there is no such conversation. */
  readonly missing: readonly number[];
}

/** A hash of Redis with a field for each conversation: JSON, or a bot id as it stands. */
export interface HashSource {
  readonly kind: 'redis';
  readonly key: string;
}

/** A JSON object with a member for each conversation, read again when it has changed. */
export interface FileSource {
  readonly kind: 'file';
  readonly path: string;
}

/** What a lookup says of one conversation. */
export type Found =
  | { readonly kind: 'found'; readonly bot: string; readonly contact?: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** The raw answer of a source: JSON, nothing of that id, or why it could not be asked. */
export type SourceAnswer =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unavailable'; readonly why: string };

export interface Source {
  /** Never rejects. */
  ask(conversation: string): Promise<SourceAnswer>;
  close(): Promise<void>;
}

export const defaultLookup = {
  cacheSeconds: 300,
  missSeconds: 5,
  timeoutMs: 2_000,
  bodyBytes: 65_536,
  missing: [404, 410],
};

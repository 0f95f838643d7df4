/** Where the store keeps when links were first seen, by digests of their keys. All of it rejects where it cannot. */
export interface LinkSights {
  /** What digests are made with, in every gateway on this store; made where there is none. */
  secret(): Promise<string>;
  /** When the first of them was seen, in Unix seconds; undefined: none ever was. */
  find(digests: readonly string[]): Promise<number | undefined>;
  /** The same, and where none ever was, they are from now on. Written before it resolves. */
  note(digests: readonly string[], atSeconds: number): Promise<number>;
  close(): void;
}

/**
 * So many are kept. None is ever forgotten, since a link that is would be new again: past this number, new ones
 * cannot be noted.
 */
export const MAX_SIGHTS = 1_000_000;

export const NO_ROOM = `${String(MAX_SIGHTS)} links are kept, and there is no room for more`;

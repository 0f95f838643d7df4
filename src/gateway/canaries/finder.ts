import { PhraseSearch } from '../../reading/phrase-search.ts';
import type { Canaries } from './canaries.ts';

/** Told of each canary once; false where what passes is cut there. */
export type Found = (canary: Canaries['all'][number]) => void;

/** Looks for all canaries in what passes of one answer. */
export class Finder {
  /** True from where a canary was found that is refused. */
  isCut = false;
  readonly #canaries: Canaries;
  readonly #search: PhraseSearch;
  readonly #found: Found;
  #told: Set<string> | undefined;

  constructor(canaries: Canaries, found: Found) {
    this.#canaries = canaries;
    this.#search = new PhraseSearch(canaries.machine);
    this.#found = found;
  }

  /** Bytes at the end of what was looked at that may be the beginning of a canary. */
  get open(): number {
    return this.#search.open;
  }

  look(bytes: Uint8Array): void {
    for (let rest = bytes; rest.length > 0 && !this.isCut;) {
      const found = this.#search.read(rest);
      if (found === undefined) return;
      rest = rest.subarray(this.#search.foundAt);
      const canary = this.#canaries.all[found];
      if (canary === undefined || this.#told?.has(canary.name)) continue;
      this.#told ??= new Set();
      this.#told.add(canary.name);
      this.isCut = canary.action === 'refuse';
      this.#found(canary);
    }
  }
}

import type { PhraseMachine, SearchPlace } from './phrase-machine.ts';

/** A search through bytes that come in pieces. */
export class PhraseSearch {
  /** How many bytes at the end of what was read may be the beginning of a phrase. */
  open = 0;
  /** Where, in what was read last, the phrase ends that was found: the next byte is to be read on from. */
  foundAt = 0;
  readonly #machine: PhraseMachine;
  /** Undefined: at the start. */
  #place: SearchPlace | undefined;

  constructor(machine: PhraseMachine) {
    this.#machine = machine;
  }

  /** Reads on; the place of the first phrase that ends in these bytes, undefined where none does. */
  read(bytes: Uint8Array): number | undefined {
    const machine = this.#machine;
    const { start, idle } = machine;
    const { length } = bytes;
    let { table } = machine;
    let state = this.#place === undefined ? start : machine.stateAt(this.#place);
    let clear = -this.open;
    for (let at = 0; at < length; at += 1) {
      if (state === start) {
        while (at < length && idle[bytes[at] ?? 0] === 1) at += 1;
        clear = at;
        if (at === length) break;
      }
      const byte = bytes[at] ?? 0;
      const known = table[state * 256 + byte] ?? 0;
      if (known !== 0) {
        state = known;
        continue;
      }
      state = machine.step(state, byte);
      ({ table } = machine);
      const found = machine.found(state);
      if (found === undefined) continue;
      this.#place = undefined;
      this.open = 0;
      this.foundAt = at + 1;
      return found;
    }
    this.#place = state === start ? undefined : machine.placeOf(state);
    this.open = state === start ? 0 : length - clear;
    return undefined;
  }
}

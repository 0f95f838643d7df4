/** Follows frames without reading them, to know where one ends: those of a server, which are not masked. */
export class FrameEnds {
  readonly #head: number[] = [];
  #left = 0;

  /** True where all that came so far is whole frames. */
  get isBetween(): boolean {
    return this.#left === 0 && this.#head.length === 0;
  }

  follow(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, chunk.length - at);
        this.#left -= part;
        at += part;
        continue;
      }
      this.#head.push(chunk[at] ?? 0);
      at += 1;
      this.#left = this.#leftAfterHead();
    }
  }

  /** What is left of the frame once its head is there; 0 until then. */
  #leftAfterHead(): number {
    const [, second] = this.#head;
    if (second === undefined) return 0;
    const short = second & 0x7f;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const length = 2 + extended + ((second & 0x80) === 0 ? 0 : 4);
    if (this.#head.length < length) return 0;
    const left = this.#head.slice(2, 2 + extended).reduce((sum, byte) => sum * 256 + byte, 0);
    this.#head.length = 0;
    return extended === 0 ? short : left;
  }
}

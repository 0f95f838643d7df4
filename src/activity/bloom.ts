/**
 * Bloom filters: whether a segment may hold a term, at the cost of a few bits for each term that it holds. A term that
 * it holds is never missed; of a thousand that it does not hold, one or two are thought to be there.
 */
const bitsPerTerm = 14;
/** ln 2 times the bits of a term: the fewest wrong answers. */
const probes = 10;

/** The filter of some terms, each counted once. */
export function bloomOf(terms: ReadonlySet<string>): Uint8Array {
  const filter = new Uint8Array(Math.ceil((terms.size * bitsPerTerm) / 8));
  const bits = filter.length * 8;
  for (const term of terms) {
    const hash = hashOf(term);
    const step = stepOf(hash);
    let place = finish(hash);
    for (let probe = 0; probe < probes; probe++, place = (place + step) >>> 0) {
      const bit = place % bits;
      filter[bit >>> 3] = (filter[bit >>> 3] ?? 0) | (1 << (bit & 7));
    }
  }
  return filter;
}

/** False where the term was certainly not among those of the filter. */
export function mayHold(filter: Uint8Array, term: string): boolean {
  const bits = filter.length * 8;
  if (bits === 0) return false;
  const hash = hashOf(term);
  const step = stepOf(hash);
  let place = finish(hash);
  for (let probe = 0; probe < probes; probe++, place = (place + step) >>> 0) {
    const bit = place % bits;
    if (((filter[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}

/** Between the probes; odd, so that it never stands still. */
function stepOf(hash: number): number {
  return (finish(hash ^ 0x9747b28c) | 1) >>> 0;
}

/** FNV-1a over UTF-16 units. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return hash;
}

/** The end of MurmurHash3: short terms differ in few bits. */
function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Reads a typed array within its bounds; the one place that vouches for an index. */
export function at(array: Uint32Array, index: number): number {
  return array[index] as number;
}

/** The first position from `low` on whose start is above `value`. */
export function firstAbove(starts: Uint32Array, value: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (at(starts, middle) > value) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** From here on counting passes beat comparing. */
const RADIX_FROM = 16_384;

/** Positions of `keys` in ascending order; equal keys keep theirs. Yields now and then, for callers that slice. */
export function* ordering(keys: Uint32Array): Generator<undefined, Uint32Array> {
  let order = new Uint32Array(keys.length).map((_, i) => i);
  if (keys.length < RADIX_FROM) return order.sort((a, b) => at(keys, a) - at(keys, b) || a - b);
  for (const shift of [0, 16]) {
    const counts = new Uint32Array(65_537);
    for (let i = 0; i < keys.length; i += 1) {
      const digit = ((at(keys, i) >>> shift) & 0xffff) + 1;
      counts[digit] = at(counts, digit) + 1;
    }
    for (let digit = 1; digit < counts.length; digit += 1)
      counts[digit] = at(counts, digit) + at(counts, digit - 1);
    yield;
    const sorted = new Uint32Array(keys.length);
    for (let i = 0; i < order.length; i += 1) {
      if (i % 65_536 === 0) yield;
      const digit = (at(keys, at(order, i)) >>> shift) & 0xffff;
      const place = at(counts, digit);
      counts[digit] = place + 1;
      sorted[place] = at(order, i);
    }
    order = sorted;
  }
  return order;
}

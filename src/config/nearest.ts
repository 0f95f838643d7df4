/** Edits (insert, delete, replace, swap two neighbours) from one text to another. */
function distance(from: string, to: string): number {
  let above: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? (above[j - 2] ?? i) + 1 : Infinity;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same, swapped));
    }
    above = row;
    row = next;
  }
  return row[to.length] ?? 0;
}

const plain = (text: string): string => text.toLowerCase().replace(/[-_. ]/g, '');

/** The candidate that was most likely meant; undefined where none is near. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const asked = plain(text.slice(0, 100));
  let best: string | undefined;
  let least = (asked.length < 5 ? 1 : Math.max(2, Math.floor(asked.length / 3))) + 1;
  for (const candidate of candidates) {
    const edits = distance(asked, plain(candidate));
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

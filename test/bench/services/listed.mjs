import { readFileSync } from 'node:fs';

/** Tells whether an address is in the ranges of a file, each of sixteen addresses. */
export function readListed(file) {
  const starts = Uint32Array.from(JSON.parse(readFileSync(file, 'utf8')), ([start]) => start).sort();
  return (address) => {
    const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (starts[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low > 0 && value - starts[low - 1] < 16;
  };
}

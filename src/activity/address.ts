import type { Cell } from './event.ts';

const [ZERO, DOT] = [48, 46] as const;

/** An IPv4 address in its usual form as a number, so that ranges can be asked for; null for every other. */
export function ipValue(address: string): number | null {
  let value = 0;
  let octet = -1;
  let octets = 1;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT && octet >= 0) {
      value = value * 256 + octet;
      octet = -1;
      octets += 1;
      // A zero is the only digit of its octet, since the number must lead back to the same text.
    } else if (code >= ZERO && code <= ZERO + 9 && octet !== 0) {
      octet = Math.max(octet, 0) * 10 + code - ZERO;
      if (octet > 255) return null;
    } else return null;
  }
  return octets === 4 && octet >= 0 ? value * 256 + octet : null;
}

/** An address as segments hold it: IPv4 as a number, all else, and what is not in its usual form, as it is. */
export function packAddress(address: Cell): Cell {
  return typeof address === 'string' ? (ipValue(address) ?? address) : address;
}

export function unpackAddress(packed: Cell): Cell {
  if (typeof packed !== 'number') return packed;
  return `${packed >>> 24}.${(packed >>> 16) & 255}.${(packed >>> 8) & 255}.${packed & 255}`;
}

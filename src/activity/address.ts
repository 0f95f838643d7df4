import type { Cell } from './event.ts';

const OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** An IPv4 address as a number, so that ranges can be asked for; null for every other. */
export function ipValue(address: string): number | null {
  const octets = OCTETS.exec(address)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return null;
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** An address as segments hold it: IPv4 as a number, all else, and what is not in its usual form, as it is. */
export function packAddress(address: Cell): Cell {
  if (typeof address !== 'string') return address;
  const value = ipValue(address);
  return value !== null && unpackAddress(value) === address ? value : address;
}

export function unpackAddress(packed: Cell): Cell {
  if (typeof packed !== 'number') return packed;
  return `${packed >>> 24}.${(packed >>> 16) & 255}.${(packed >>> 8) & 255}.${packed & 255}`;
}

import { formatIpv6, parseIpv6 } from './ipv6.ts';

/** An address as proven by its text; IPv4 in IPv6 (`::ffff:a.b.c.d`) is IPv4. */
export type Address =
  | { readonly family: 4; /** unsigned 32-bit */ readonly value: number; readonly address: string }
  | {
      readonly family: 6;
      /** eight 16-bit groups */ readonly groups: readonly number[];
      readonly address: string;
    };

/**
 * Four decimal octets without leading zeros, as an unsigned 32-bit number; undefined for everything else.
 *
 * By hand, since it runs for every request: octal, hexadecimal and short forms must never mean another address.
 */
export function parseIpv4(text: string): number | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  let value = 0;
  let octet = -1;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      if (octet < 0) return undefined;
      value = value * 256 + octet;
      octet = -1;
      octets++;
    } else {
      if (code < 0x30 || code > 0x39 || octet === 0) return undefined;
      octet = (octet < 0 ? 0 : octet * 10) + (code - 0x30);
      if (octet > 255) return undefined;
    }
  }
  return octets === 4 ? value : undefined;
}

const DOT = 0x2e;

/** The canonical text of an unsigned 32-bit address. */
export function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** Reads a bare address: no port, no brackets, no zone. Undefined for everything else. */
export function parseAddress(text: string): Address | undefined {
  const value = parseIpv4(text);
  if (value !== undefined) return { family: 4, value, address: text };
  const groups = text.includes(':') ? parseIpv6(text, parseIpv4) : undefined;
  return groups === undefined ? undefined : fromGroups(groups);
}

function fromGroups(groups: readonly number[]): Address {
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!mapped) return { family: 6, groups, address: formatIpv6(groups) };
  const value = ((groups[6] ?? 0) * 65536 + (groups[7] ?? 0)) >>> 0;
  return { family: 4, value, address: formatIpv4(value) };
}

/** Networks, ready to be asked. */
export interface Cidrs {
  readonly v4: readonly { readonly base: number; readonly mask: number }[];
  readonly v6: readonly { readonly groups: readonly number[]; readonly bits: number }[];
}

/** Compiles networks or single addresses; throws a sentence that names the first entry that is none. */
export function compileCidrs(list: readonly string[]): Cidrs {
  const v4: { base: number; mask: number }[] = [];
  const v6: { groups: readonly number[]; bits: number }[] = [];
  for (const entry of list) {
    const [text = '', prefix] = entry.split('/', 2);
    const address = parseAddress(text);
    const mapped = address?.family === 4 && text.includes(':');
    const width = address?.family === 4 && !mapped ? 32 : 128;
    const bits = prefix === undefined ? width : /^(?:0|[1-9]\d{0,2})$/.test(prefix) ? Number(prefix) : -1;
    if (address === undefined || bits < 0 || bits > width || entry.split('/').length > 2) {
      throw new Error(`"${entry}" is not an address or a network such as 10.0.0.0/8.`);
    }
    if (address.family === 6) v6.push(checked6(entry, address.groups, bits));
    else if (mapped && bits < 96) throw new Error(`"${entry}" is wider than the IPv4 addresses in IPv6.`);
    else v4.push(checked4(entry, address.value, mapped ? bits - 96 : bits));
  }
  return { v4, v6 };
}

function checked4(entry: string, base: number, bits: number): { base: number; mask: number } {
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  if ((base & mask) >>> 0 !== base) throw new Error(`"${entry}" has bits set behind its prefix.`);
  return { base, mask };
}

function checked6(entry: string, groups: readonly number[], bits: number) {
  if (!groups.every((group, at) => (group & mask16(bits - at * 16)) === group)) {
    throw new Error(`"${entry}" has bits set behind its prefix.`);
  }
  return { groups, bits };
}

/** The mask of one group of 16 bits of which the first `bits` count. */
function mask16(bits: number): number {
  return bits >= 16 ? 0xffff : bits <= 0 ? 0 : (0xffff << (16 - bits)) & 0xffff;
}

/** True if one of the networks has this address. */
export function contains(cidrs: Cidrs, address: Address): boolean {
  if (address.family === 4) {
    return cidrs.v4.some(({ base, mask }) => (address.value & mask) >>> 0 === base);
  }
  return cidrs.v6.some(({ groups, bits }) =>
    groups.every((group, at) => ((address.groups[at] ?? 0) & mask16(bits - at * 16)) === group),
  );
}

import { IPv4, IPv4CidrRange } from 'ip-num';
import { ends, readAddress } from './range.ts';

/** A range as a person wrote it on a line. */
export interface TextRange {
  readonly start: string;
  readonly end: string;
  readonly startValue: number;
  readonly endValue: number;
  readonly note?: string;
}

export type LineResult =
  | { readonly ok: true; /** absent on a blank line */ readonly range?: TextRange }
  | { readonly ok: false; readonly message: string };

/**
 * Reads one line as people write ranges: `a.b.c.d`, `a.b.c.0/24` or `a.b.c.d - e.f.g.h`, with an optional
 * `# note`. A network whose host bits are set is refused, and the network it lies in is named: guessing which
 * of the two was meant would open addresses that nobody wrote.
 */
export function parseRangeLine(line: string): LineResult {
  const hash = line.indexOf('#');
  const text = (hash < 0 ? line : line.slice(0, hash)).trim();
  const note = hash < 0 ? '' : line.slice(hash + 1).trim();
  if (text === '') return { ok: true };
  const read = text.includes('/') ? readNetwork(text) : readEnds(text);
  if (typeof read === 'string') return { ok: false, message: read };
  return { ok: true, range: note === '' ? read : { ...read, note } };
}

function readEnds(text: string): TextRange | string {
  const parts = text.split(/\s*[-\u2013]\s*/);
  if (parts.length > 2) return 'must be one address, a network, or two addresses with a dash between';
  const [first = '', last = first] = parts;
  const start = readAddress(first);
  const end = readAddress(last);
  if (typeof start === 'string') return `${first || 'the first address'} ${start}`;
  if (typeof end === 'string') return `${last || 'the last address'} ${end}`;
  if (start.isGreaterThan(end)) return `the last address ${last} must not be before the first ${first}`;
  return ends(start, end);
}

function readNetwork(text: string): TextRange | string {
  const [base = '', prefix = '', ...rest] = text.split('/');
  const address = readAddress(base);
  if (typeof address === 'string') return `${base || 'the network'} ${address}`;
  if (rest.length > 0 || !/^(?:0|[1-9]|[12][0-9]|3[0-2])$/.test(prefix)) {
    return 'the number after the slash must be from 0 to 32';
  }
  // ip-num takes the bits below the prefix for zero without a word.
  const network = IPv4CidrRange.fromCidr(`${base}/${prefix}`);
  const first = new IPv4(network.getFirst().toString());
  if (!first.isEquals(address)) {
    return `${base} is not the first address of a /${prefix}; the network is ${first.toString()}/${prefix}`;
  }
  return ends(first, new IPv4(network.getLast().toString()));
}

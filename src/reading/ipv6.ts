/**
 * Eight 16-bit groups of an IPv6 text (RFC 4291 section 2.2), with or without a dotted end; undefined for all else.
 *
 * A zone (`%eth0`) names an interface of one machine: no address that two machines could agree on, so none here.
 */
export function parseIpv6(
  text: string,
  parseIpv4: (text: string) => number | undefined,
): number[] | undefined {
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  const [head = '', tail] = halves;
  if (halves.length > 2) return undefined;
  const left = groupsOf(head, tail === undefined, parseIpv4);
  const right = tail === undefined ? [] : groupsOf(tail, true, parseIpv4);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...Array<number>(missing).fill(0), ...right];
}

/** The groups between two `::`; only the last one may be a dotted IPv4 address. */
function groupsOf(
  text: string,
  isLast: boolean,
  parseIpv4: (text: string) => number | undefined,
): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(parseInt(part, 16));
      continue;
    }
    const value = isLast && at === parts.length - 1 ? parseIpv4(part) : undefined;
    if (value === undefined) return undefined;
    groups.push(value >>> 16, value & 0xffff);
  }
  return groups;
}

/** RFC 5952: lower case, the longest run of two zero groups or more as `::`, the first of equals. */
export function formatIpv6(groups: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < groups.length; i++) {
    let end = i;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - i > length) [start, length] = [i, end - i];
    if (end > i) i = end;
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

import { createHmac } from 'node:crypto';
import type { AccessLogOptions } from './access-log.ts';

/** An address as the log may show it; truncated: IPv4 as its /24, IPv6 as its /48, however it was written. */
export function shortenedAddress(address: string, { clientIp }: AccessLogOptions): string {
  if (clientIp === 'full') return address;
  return address.includes(':') ? truncatedIpv6(address) : address.replace(/\d+$/, '0');
}

function truncatedIpv6(address: string): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted end stands for two groups.
  const written = left.length + right.length + (address.includes('.') ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - written);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right].slice(0, 3);
  const kept = groups.map((group) => (parseInt(group, 16) || 0).toString(16));
  while (kept.at(-1) === '0') kept.pop();
  return `${kept.join(':')}::`;
}

/**
 * One way, and only with the key: alike on every gateway that has it, so that a person's lines can be found together,
 * and no list of names can be tried against them without it.
 */
function pseudonym(key: Uint8Array, id: string): string {
  return createHmac('sha256', key).update(id).digest('hex').slice(0, 20);
}

/** A person as the log may show them; where subjects are hashed and there is no key yet, not at all. */
export function personOf(id: string | undefined, { subject, hashKey }: AccessLogOptions): string | undefined {
  if (id === undefined || subject === 'full') return id;
  return hashKey === undefined ? undefined : pseudonym(hashKey, id);
}

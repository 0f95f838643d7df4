import type { ActivityEvent } from './event.ts';

/**
 * The network that an event's address stands for, in CIDR notation (RFC 4632), where only that was recorded: with
 * `log.clientIp: truncated` the first address of a /24, of IPv6 of a /48. What a request was asked of is recorded
 * beside whole addresses only, so an event that has it is no such one.
 */
export function networkOf({
  asked,
  clientIp,
}: Pick<ActivityEvent, 'asked' | 'clientIp'>): string | undefined {
  return asked !== undefined || clientIp === undefined ? undefined : networkAt(clientIp);
}

/** The network whose first address this is, as addresses are shortened; undefined where it is none's. */
export function networkAt(address: string): string | undefined {
  if (address.endsWith('.0')) return `${address}/24`;
  return address.endsWith('::') ? `${address}/48` : undefined;
}

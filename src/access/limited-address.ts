import type { ClientIp } from '../policy/client-ip.ts';
import { parseAddress } from '../reading/address.ts';

/**
 * Whom a limit counts: the client, else the peer, so that a header of the visitor's own lifts no limit. A trusted
 * proxy that does not say for whom it asks is never counted: it stands for everybody behind it. Of IPv6 the network
 * counts, since a visitor has as many addresses of it as they like.
 */
export function limitedAddress(
  client: ClientIp,
  peerTrusted: boolean,
  peer: string | undefined,
): string | undefined {
  if (client.status === 'ipv4') return client.address;
  const text = client.status === 'unknown' ? (peerTrusted ? undefined : peer) : client.address;
  return text === undefined ? undefined : networkOf(text);
}

/** Of IPv6 the network, /64; anything else as it is. */
export function networkOf(text: string): string {
  const address = parseAddress(text);
  if (address?.family !== 6) return address?.address ?? text;
  return `${address.groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

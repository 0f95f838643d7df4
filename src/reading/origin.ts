import type { ClientIp } from '../policy/client-ip.ts';
import type { Address } from './address.ts';

/** The one place that the client IP is read from. */
export type ForwardingSource = 'x-forwarded-for' | 'forwarded' | 'proxy-protocol' | `header:${string}`;

/** One step of the way, nearest first. */
export interface Hop {
  readonly address: string;
  readonly trusted: boolean;
  readonly source: 'peer' | ForwardingSource;
}

/** Where a request came from. */
export interface RequestOrigin {
  readonly client: ClientIp;
  readonly hops: readonly Hop[];
  /** True where the headers are those of a trusted proxy. */
  readonly peerTrusted: boolean;
  /** The client IP and what was trusted after it, for the outgoing X-Forwarded-For; empty while unknown. */
  readonly chain: readonly string[];
  /** True where a forwarding header came from a peer that is not believed: perhaps a proxy that nobody listed. */
  readonly untrustedHeader?: true;
  /** The scheme and host that a trusted peer says the visitor used. */
  readonly proto?: 'http' | 'https';
  readonly host?: string;
}

/** What a trusted peer says of the visitor's request beside the address. */
export interface ForwardedFacts {
  readonly proto?: 'http' | 'https' | undefined;
  readonly host?: string | undefined;
  readonly untrustedHeader?: boolean;
}

const NOTHING: ForwardedFacts = {};

export function knownOrigin(
  address: Address,
  hops: readonly Hop[],
  peerTrusted: boolean,
  facts = NOTHING,
): RequestOrigin {
  const client: ClientIp =
    address.family === 4
      ? { status: 'ipv4', address: address.address, value: address.value }
      : { status: 'ipv6', address: address.address };
  return origin(client, hops, peerTrusted, hops.map((hop) => hop.address).toReversed(), facts);
}

export function unknownOrigin(
  why: string,
  hops: readonly Hop[],
  peerTrusted: boolean,
  facts = NOTHING,
): RequestOrigin {
  return origin({ status: 'unknown', why }, hops, peerTrusted, [], facts);
}

function origin(
  client: ClientIp,
  hops: readonly Hop[],
  peerTrusted: boolean,
  chain: readonly string[],
  { proto, host, untrustedHeader }: ForwardedFacts,
): RequestOrigin {
  return {
    client,
    hops,
    peerTrusted,
    chain,
    ...(untrustedHeader === true && { untrustedHeader }),
    ...(proto !== undefined && { proto }),
    ...(host !== undefined && { host }),
  };
}

/** The scheme and host, where they can be. */
export function forwardedFacts(proto: string | undefined, host: string | undefined): ForwardedFacts {
  const scheme = proto?.toLowerCase();
  const isHost = host !== undefined && /^(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host);
  return {
    proto: scheme === 'http' || scheme === 'https' ? scheme : undefined,
    host: isHost ? host : undefined,
  };
}

import { compileCidrs, contains, parseAddress, type Address, type Cidrs } from './address.ts';
import { forwardedForHops, forwardedHops, type WrittenHop } from './hop.ts';
import {
  knownOrigin,
  unknownOrigin,
  forwardedFacts,
  type ForwardingSource,
  type Hop,
  type RequestOrigin,
  type ForwardedFacts,
} from './origin.ts';
import { headerValues } from './raw-headers.ts';

import { trimEnds } from './trim.ts';

/** Which peers are believed, and what of them. */
export interface TrustOptions {
  /** Networks and single addresses. */
  readonly cidrs: readonly string[];
  readonly source: ForwardingSource;
}

interface Trusted extends Pick<TrustOptions, 'source'> {
  readonly kind: 'set';
  readonly cidrs: Cidrs;
  readonly none: boolean;
}

/** Compiled; undefined options mean that it is not configured whether there are proxies. */
export type Trust = { readonly kind: 'unset' } | Trusted;

/** Who holds the other end of the connection. */
export interface ForwardingPeer {
  readonly address: string;
  /** Set where the address came by the PROXY protocol from a trusted peer. */
  readonly proxied?: 'known' | 'unknown';
}

/** Compiles the configured trust; throws a sentence that names an entry which is no network. */
export function compileTrust(options: TrustOptions | undefined): Trust {
  if (options === undefined) return { kind: 'unset' };
  return {
    kind: 'set',
    cidrs: compileCidrs(options.cidrs),
    source: options.source,
    none: options.cidrs.length === 0,
  };
}

/** True if the peer is a trusted proxy: for who may speak the PROXY protocol, before anything is read. */
export function isTrustedPeer(trust: Trust, address: string): boolean {
  const parsed = parsePeer(address);
  return trust.kind === 'set' && parsed !== undefined && contains(trust.cidrs, parsed);
}

/** The visitor's address, by the peer and exactly the configured source; `rawHeaders` are never joined. */
export function readClientIp(
  trust: Trust,
  peer: ForwardingPeer,
  rawHeaders: readonly string[],
): RequestOrigin {
  const address = parsePeer(peer.address);
  if (address === undefined) return unknownOrigin('The address of the connection cannot be read.', [], false);
  if (trust.kind === 'unset') return unconfigured(address, rawHeaders);
  if (trust.source === 'proxy-protocol') return proxied(trust.cidrs, peer, address);
  const trusted = !trust.none && contains(trust.cidrs, address);
  const hops: Hop[] = [{ address: address.address, trusted, source: 'peer' }];
  if (!trusted) {
    const untrustedHeader = !trust.none && headerSeen(rawHeaders) !== undefined;
    return knownOrigin(address, hops, false, { untrustedHeader });
  }
  switch (trust.source) {
    case 'x-forwarded-for': {
      const values = headerValues(rawHeaders, 'x-forwarded-for');
      const written = forwardedForHops(values);
      return walk(trust.cidrs, trust.source, hops, written, values.length > 0, xForwardedFacts(rawHeaders));
    }
    case 'forwarded': {
      const values = headerValues(rawHeaders, 'forwarded');
      return walk(trust.cidrs, trust.source, hops, forwardedHops(values), values.length > 0);
    }
    default:
      return single(trust.cidrs, trust.source, hops, rawHeaders, xForwardedFacts(rawHeaders));
  }
}

let lastPeer: { readonly text: string; readonly address: Address | undefined } | undefined;

/** The socket's address; a zone says by which of our own interfaces it came. Mostly it is one proxy's. */
function parsePeer(text: string): Address | undefined {
  if (lastPeer?.text === text) return lastPeer.address;
  const zone = text.indexOf('%');
  lastPeer = { text, address: parseAddress(zone < 0 ? text : text.slice(0, zone)) };
  return lastPeer.address;
}

const FORWARDING_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip'];

function headerSeen(rawHeaders: readonly string[]): string | undefined {
  return FORWARDING_HEADERS.find((name) => headerValues(rawHeaders, name).length > 0);
}

function unconfigured(peer: Address, rawHeaders: readonly string[]): RequestOrigin {
  const hops: Hop[] = [{ address: peer.address, trusted: false, source: 'peer' }];
  const seen = headerSeen(rawHeaders);
  if (seen === undefined) return knownOrigin(peer, hops, false);
  return unknownOrigin(
    `The request has the header ${seen}, and trustedProxies does not say whom to believe.`,
    hops,
    false,
  );
}

function proxied(cidrs: Cidrs, { proxied: state }: ForwardingPeer, address: Address): RequestOrigin {
  const trusted = contains(cidrs, address);
  const hops: Hop[] = [
    { address: address.address, trusted, source: state === undefined ? 'peer' : 'proxy-protocol' },
  ];
  if (state === 'unknown')
    return unknownOrigin('The PROXY header names no visitor (LOCAL or UNKNOWN).', [], true);
  if (state === undefined) return unknownOrigin('The connection came without a PROXY header.', hops, false);
  if (trusted) return unknownOrigin('The PROXY header names a trusted proxy, no visitor.', hops, true);
  // Such a proxy passes the bytes on as they came: the headers are the visitor's own.
  return knownOrigin(address, hops, false);
}

/** From the nearest hop leftwards to the first that is not a trusted proxy. */
function walk(
  cidrs: Cidrs,
  source: ForwardingSource,
  hops: Hop[],
  written: readonly WrittenHop[],
  present: boolean,
  facts?: ForwardedFacts,
): RequestOrigin {
  if (!present) return unknownOrigin(`The trusted proxy sent no ${source} header.`, hops, true, facts);
  for (const hop of written.toReversed()) {
    const stated = facts ?? forwardedFacts(hop.proto, hop.host);
    const { address } = hop;
    if (address === undefined)
      return unknownOrigin(`A hop of the ${source} header cannot be read as an address.`, hops, true, stated);
    const trusted = contains(cidrs, address);
    hops.push({ address: address.address, trusted, source });
    if (!trusted) return knownOrigin(address, hops, true, stated);
  }
  return unknownOrigin(`The ${source} header names trusted proxies only.`, hops, true, facts);
}

/** A header that holds one address and nothing else. */
function single(
  cidrs: Cidrs,
  source: ForwardingSource,
  hops: Hop[],
  rawHeaders: readonly string[],
  facts: ForwardedFacts,
): RequestOrigin {
  const name = source.slice('header:'.length).toLowerCase();
  const values = headerValues(rawHeaders, name);
  const [value] = values;
  if (value === undefined)
    return unknownOrigin(`The trusted proxy sent no ${name} header.`, hops, true, facts);
  if (values.length > 1) return unknownOrigin(`The header ${name} came more than once.`, hops, true, facts);
  const address = parseAddress(trimEnds(value, ' \t', ' \t'));
  if (address === undefined)
    return unknownOrigin(`The header ${name} does not hold one address.`, hops, true, facts);
  const trusted = contains(cidrs, address);
  hops.push({ address: address.address, trusted, source });
  if (trusted)
    return unknownOrigin(`The header ${name} names a trusted proxy, no visitor.`, hops, true, facts);
  return knownOrigin(address, hops, true, facts);
}

const xForwardedFacts = (rawHeaders: readonly string[]): ForwardedFacts =>
  forwardedFacts(lastOf(rawHeaders, 'x-forwarded-proto'), lastOf(rawHeaders, 'x-forwarded-host'));

/** The last value of a list header: the nearest proxy wrote it. */
function lastOf(rawHeaders: readonly string[], name: string): string | undefined {
  return headerValues(rawHeaders, name).at(-1)?.split(',').at(-1)?.trim();
}

import type { Socket } from 'node:net';
import {
  AddressFamilyType,
  Command,
  INETProtocol,
  IPv4ProxyAddress,
  IPv6ProxyAddress,
  TransportProtocol,
  V1ProxyProtocol,
  V2ProxyProtocol,
} from 'proxy-protocol-js';
import type { Peer } from '../access/question.ts';
import { parseAddress } from '../reading/address.ts';

/** A v1 line is at most so long, CRLF included (PROXY protocol specification, section 2.1). */
const longestV1 = 107;
/** Signature, version and command, family, length of the rest (section 2.2). */
const v2Head = 16;
const longestV2 = v2Head + 4096;
const v1Start = Buffer.from('PROXY ');
const v2Signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** The length of the header that these bytes begin with; `more` while that cannot be known, `none` where it is none. */
export function headerLength(bytes: Buffer): number | 'more' | 'none' {
  const v1 = bytes.subarray(0, v1Start.length);
  if (v1.equals(v1Start.subarray(0, v1.length))) {
    const end = bytes.subarray(0, longestV1).indexOf('\r\n');
    if (end !== -1) return end + 2;
    return bytes.length < longestV1 ? 'more' : 'none';
  }
  const signature = bytes.subarray(0, v2Signature.length);
  if (!signature.equals(v2Signature.subarray(0, signature.length))) return 'none';
  if (bytes.length < v2Head) return 'more';
  const length = v2Head + bytes.readUInt16BE(14);
  if (length > longestV2) return 'none';
  return bytes.length < length ? 'more' : length;
}

/** Whom a whole header names; undefined where it names nobody that can be read. */
export function readProxyHeader(header: Buffer, peerAddress: string): Peer | undefined {
  try {
    return header[0] === v1Start[0] ? readV1(header, peerAddress) : readV2(header, peerAddress);
  } catch {
    return undefined;
  }
}

function readV1(header: Buffer, peerAddress: string): Peer | undefined {
  const line = header.toString('latin1');
  // UNKNOWN may be followed by anything up to the end of the line, which is to be ignored.
  if (/^PROXY UNKNOWN(?: [^\r\n]*)?\r\n$/.test(line)) return { address: peerAddress, proxied: 'unknown' };
  const { inetProtocol, source, destination } = V1ProxyProtocol.parse(line);
  const family = inetProtocol === INETProtocol.TCP4 ? 4 : 6;
  const isFour = !source.ipAddress.includes(':');
  if ((family === 4) !== isFour || source.port > 65_535 || destination.port > 65_535) return undefined;
  // The library takes `203.0.113.7.8`; a header that names nobody is no header.
  if (parseAddress(source.ipAddress) === undefined) return undefined;
  return { address: source.ipAddress, proxied: 'known' };
}

function readV2(header: Buffer, peerAddress: string): Peer | undefined {
  const { command, addressFamilyType, transportProtocol, proxyAddress } = V2ProxyProtocol.parse(header);
  const unknown: Peer = { address: peerAddress, proxied: 'unknown' };
  if (command === Command.LOCAL) return unknown;
  if (transportProtocol !== TransportProtocol.STREAM) return unknown;
  if (addressFamilyType === AddressFamilyType.INET && proxyAddress instanceof IPv4ProxyAddress)
    return { address: proxyAddress.sourceAddress.address.join('.'), proxied: 'known' };
  if (addressFamilyType === AddressFamilyType.INET6 && proxyAddress instanceof IPv6ProxyAddress)
    return { address: textOfIpv6(proxyAddress.sourceAddress.address), proxied: 'known' };
  return unknown;
}

function textOfIpv6(bytes: readonly number[]): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return `::ffff:${bytes.slice(12).join('.')}`;
  return groups.map((group) => group.toString(16)).join(':');
}

/**
 * Reads the PROXY protocol header that the connection must start with, gives the rest back to the socket, and
 * says who is behind it. A connection without a readable header, or too slow with it, is closed.
 */
export function takeHeader(socket: Socket, timeoutMs: number, ready: (peer: Peer) => void): void {
  const address = socket.remoteAddress ?? '';
  let bytes = Buffer.alloc(0);
  const fail = (): void => {
    done();
    socket.destroy();
  };
  const timer = setTimeout(fail, timeoutMs).unref();
  const onReadable = (): void => {
    for (let chunk = read(socket); chunk !== null; chunk = read(socket))
      bytes = Buffer.concat([bytes, chunk]);
    const length = headerLength(bytes);
    if (length === 'more') return;
    const peer = length === 'none' ? undefined : readProxyHeader(bytes.subarray(0, length), address);
    if (peer === undefined || length === 'none') {
      fail();
      return;
    }
    done();
    if (bytes.length > length) socket.unshift(bytes.subarray(length));
    ready(peer);
  };
  const done = (): void => {
    clearTimeout(timer);
    socket.off('readable', onReadable);
    socket.off('end', fail);
    socket.off('error', fail);
  };
  socket.on('readable', onReadable);
  socket.once('end', fail);
  socket.once('error', fail);
}

function read(socket: Socket): Buffer | null {
  const chunk: unknown = socket.read();
  return Buffer.isBuffer(chunk) ? chunk : null;
}

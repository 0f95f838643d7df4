import type { Socket } from 'node:net';
import { networkOf } from '../access/limited-address.ts';
import type { Peer } from '../access/question.ts';
import type { Failures } from './failures.ts';
import type { LimitOptions } from './options.ts';
import { plainly } from './own-answers.ts';
import { takeHeader } from './proxy-protocol.ts';
import { sendOnSocket } from './refusal.ts';

export interface ConnectionOptions {
  readonly limits: LimitOptions;
  usesProxyProtocol(): boolean;
  isTrustedPeer(address: string): boolean;
  readonly failures: Failures;
}

/** Who is connected, and who may. */
export interface Connections {
  /** Takes a new connection in, or turns it away; `admit` hands it on to HTTP. */
  open(socket: Socket, admit: (socket: Socket) => void): void;
  /** Whom a connection is of. */
  peerOf(socket: Socket): Peer;
  readonly size: number;
  /** Breaks every connection off. */
  endAll(): void;
}

export function createConnections(options: ConnectionOptions): Connections {
  const { limits, usesProxyProtocol, isTrustedPeer, failures } = options;
  const open = new Set<Socket>();
  const peers = new WeakMap<Socket, Peer>();
  const perAddress = countAddresses(limits.connectionsPerAddress, isTrustedPeer);

  const admitted = (socket: Socket, peer: Peer, admit: (socket: Socket) => void): void => {
    const address = peer.proxied === 'unknown' ? '' : peer.address;
    if (open.size > limits.connections) return turnAway(failures, socket, 'limits.connections');
    if (!perAddress(socket, address)) return turnAway(failures, socket, 'limits.connectionsPerAddress');
    peers.set(socket, peer);
    admit(socket);
  };

  return {
    open(socket, admit) {
      const address = socket.remoteAddress ?? '';
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      if (!usesProxyProtocol()) admitted(socket, { address }, admit);
      else if (isTrustedPeer(address))
        takeHeader(socket, limits.headersTimeoutMs, (peer) => admitted(socket, peer, admit));
      else socket.destroy();
    },
    peerOf: (socket) => peers.get(socket) ?? { address: socket.remoteAddress ?? '' },
    get size() {
      return open.size;
    },
    endAll() {
      for (const socket of open) socket.destroy();
    },
  };
}

/** Counts a connection of an address; false beyond `most`. Trusted proxies and unknown addresses never count. */
function countAddresses(most: number, isTrustedPeer: (address: string) => boolean) {
  const counts = new Map<string, number>();
  return (socket: Socket, address: string): boolean => {
    if (most === 0 || address === '' || isTrustedPeer(address)) return true;
    const network = networkOf(address);
    const count = counts.get(network) ?? 0;
    if (count >= most) return false;
    counts.set(network, count + 1);
    socket.once('close', () => {
      const left = (counts.get(network) ?? 1) - 1;
      if (left === 0) counts.delete(network);
      else counts.set(network, left);
    });
    return true;
  };
}

/** A short answer instead of a silent close, so that a visitor knows why. */
function turnAway(failures: Failures, socket: Socket, limit: string): void {
  socket.on('error', () => undefined);
  sendOnSocket(socket, plainly(failures, 'too-many-connections', `${limit} is reached`));
  socket.setTimeout(1_000, () => socket.destroy());
}

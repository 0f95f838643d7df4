import type { Socket } from 'node:net';
import type { Peer } from '../access/question.ts';
import type { LimitOptions } from './options.ts';
import { takeHeader } from './proxy-protocol.ts';
import { refusal, sendOnSocket } from './refusal.ts';
import { newRequestId } from './request-id.ts';

export interface ConnectionOptions {
  readonly limits: LimitOptions;
  readonly proxyProtocol: boolean;
  isTrustedPeer(address: string): boolean;
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

export function createConnections({ limits, proxyProtocol, isTrustedPeer }: ConnectionOptions): Connections {
  const open = new Set<Socket>();
  const perAddress = new Map<string, number>();
  const peers = new WeakMap<Socket, Peer>();

  const countOf = (address: string): number => {
    if (limits.connectionsPerAddress === 0 || address === '' || isTrustedPeer(address)) return 0;
    return (perAddress.get(address) ?? 0) + 1;
  };
  const count = (socket: Socket, address: string, now: number): void => {
    if (now === 0) return;
    perAddress.set(address, now);
    socket.once('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  };
  const admitted = (socket: Socket, peer: Peer, admit: (socket: Socket) => void): void => {
    const address = peer.proxied === 'unknown' ? '' : peer.address;
    const now = countOf(address);
    if (open.size > limits.connections || now > Math.max(limits.connectionsPerAddress, 0)) {
      turnAway(socket);
      return;
    }
    count(socket, address, now);
    peers.set(socket, peer);
    admit(socket);
  };

  return {
    open(socket, admit) {
      const address = socket.remoteAddress ?? '';
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      if (!proxyProtocol) {
        admitted(socket, { address }, admit);
        return;
      }
      if (!isTrustedPeer(address)) {
        socket.destroy();
        return;
      }
      takeHeader(socket, limits.headersTimeoutMs, (peer) => admitted(socket, peer, admit));
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

/** A short answer instead of a silent close, so that a visitor knows why. */
function turnAway(socket: Socket): void {
  socket.on('error', () => undefined);
  const requestId = newRequestId();
  sendOnSocket(socket, refusal({ code: 'too-many-connections', requestId, asker: 'program' }));
  socket.setTimeout(1_000, () => socket.destroy());
}

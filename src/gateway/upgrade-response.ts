import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** More than this before the handshake is answered is no visitor who waits for it. */
const mostEarlyBytes = 64 * 1024;

/**
 * The response to an upgrade, on a socket that Node has let go of: plain HTTP, and the last on it, until `release`
 * makes it a tunnel. The socket is read all the while, so that a visitor who leaves is noticed.
 */
export class UpgradeResponse extends ServerResponse {
  readonly #socket: Duplex;
  readonly #early: Buffer[];
  #earlyBytes = 0;

  constructor(request: IncomingMessage, socket: Duplex, head: Buffer) {
    super(request);
    this.#socket = socket;
    this.#early = head.length > 0 ? [head] : [];
    this.shouldKeepAlive = false;
    // Node asks for a net.Socket, and needs no more of it than a duplex stream has.
    this.assignSocket(request.socket);
    socket.on('drain', this.#onDrain).on('data', this.#onData);
    this.once('finish', () => {
      this.detachSocket(request.socket);
      socket.end(() => socket.destroy());
    });
  }

  /** The bare socket, and what came on it before the handshake was answered. */
  release(): { readonly socket: Duplex; readonly early: readonly Buffer[] } {
    const socket = this.#socket;
    socket.pause();
    socket.off('drain', this.#onDrain).off('data', this.#onData);
    this.detachSocket(this.req.socket);
    return { socket, early: this.#early };
  }

  readonly #onDrain = (): void => void this.emit('drain');

  readonly #onData = (chunk: Buffer): void => {
    this.#earlyBytes += chunk.length;
    if (this.#earlyBytes > mostEarlyBytes) this.#socket.destroy();
    else this.#early.push(chunk);
  };
}

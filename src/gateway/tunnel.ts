import type { Duplex } from 'node:stream';
import { responseHeaders, type ResponseTreatment } from './response-headers.ts';

/** Two sockets joined. */
export interface Tunnel {
  /** Breaks it off, for this reason. */
  end(why: string): void;
}

export interface TunnelEnds {
  readonly client: Duplex;
  /** What the client said before there was a tunnel. */
  readonly early: readonly Buffer[];
  readonly upstream: Duplex;
}

export interface TunnelClosed {
  readonly why: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The bytes that tell the visitor that the tunnel stands. */
export function switchingHead(raw: readonly (Buffer | string)[], treatment: ResponseTreatment): string {
  const headers = responseHeaders(raw, treatment);
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** After one end has said its last, the other gets so long for its own. */
const lastWordsMs = 10_000;
/** What was written before the end gets so long to go out. */
const flushMs = 1_000;

/** Joins two sockets: bytes as they come, with back-pressure, until both ends are closed. `closed` is called once. */
export function createTunnel(
  { client, early, upstream }: TunnelEnds,
  idleMs: number,
  closed: (how: TunnelClosed) => void,
): Tunnel {
  let idle: NodeJS.Timeout | undefined;
  let why: string | undefined;
  const bytes = { in: 0, out: 0 };
  const destroy = (): void => {
    client.destroy();
    upstream.destroy();
  };
  const end = (reason: string): void => {
    why ??= reason;
    destroy();
  };
  if (idleMs > 0) idle = setTimeout(() => end('idle'), idleMs).unref();
  const count = (way: 'in' | 'out') => (chunk: Buffer) => {
    bytes[way] += chunk.length;
    idle?.refresh();
  };
  for (const chunk of early) {
    bytes.in += chunk.length;
    upstream.write(chunk);
  }
  client.on('data', count('in')).pipe(upstream);
  upstream.on('data', count('out')).pipe(client);
  let open = true;
  const watch = (socket: Duplex, left: string): void => {
    const leave = (): void => {
      why ??= left;
      if (!open) return;
      open = false;
      clearTimeout(idle);
      // What was written before the end still goes out.
      client.end();
      upstream.end();
      setTimeout(destroy, flushMs).unref();
      closed({ why, bytesIn: bytes.in, bytesOut: bytes.out });
    };
    socket.once('end', () => {
      why ??= left;
      setTimeout(destroy, lastWordsMs).unref();
    });
    socket.once('close', leave).on('error', leave);
  };
  watch(client, 'visitor-left');
  watch(upstream, 'platform-left');
  return { end };
}

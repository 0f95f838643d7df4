import type { Duplex } from 'node:stream';
import type { FrameGuard } from './frame-guard.ts';
import { responseHeaders, type ResponseTreatment } from './response-headers.ts';

/** Two sockets joined. */
export interface Tunnel {
  /** Breaks it off, for this reason. */
  end(why: string): void;
}

export interface TunnelEnds {
  readonly client: Duplex;
  /** Bytes of the client that came before there was a tunnel. */
  readonly early: readonly Buffer[];
  readonly upstream: Duplex;
  /** Where the client's messages are judged. */
  readonly guard?: FrameGuard | undefined;
}

export interface TunnelClosed {
  readonly why: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The bytes that tell the visitor that the tunnel stands. */
export function switchingHead(head: readonly string[], treatment: ResponseTreatment): string {
  const headers = responseHeaders(head, treatment);
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** After one end has half-closed, the other gets so long to finish. */
const lastWordsMs = 10_000;
/** What was written before the end gets so long to go out. */
const flushMs = 1_000;

/** Joins two sockets: bytes as they come, with back-pressure, until both ends are closed. `closed` is called once. */
export function createTunnel(ends: TunnelEnds, idleMs: number, closed: (how: TunnelClosed) => void): Tunnel {
  const { client, upstream, guard } = ends;
  const bytes = { in: 0, out: 0 };
  let why: string | undefined;
  const destroy = (): void => void (client.destroy(), upstream.destroy());
  const end = once((reason: string): void => {
    why ??= reason;
    if (saysWhy(ends, reason)) setTimeout(destroy, flushMs).unref();
    else destroy();
  });
  const idle = idleMs > 0 ? setTimeout(end, idleMs, 'idle').unref() : undefined;
  const leave = once((left: string): void => {
    clearTimeout(idle);
    guard?.close();
    // What was written before the end still goes out.
    client.end();
    upstream.end();
    setTimeout(destroy, flushMs).unref();
    closed({ why: why ?? left, bytesIn: bytes.in, bytesOut: bytes.out });
  });
  const watch = (from: Duplex, way: 'in' | 'out', left: string): void => {
    from.on('data', (chunk: Buffer) => {
      bytes[way] += chunk.length;
      if (way === 'out') guard?.follow(chunk);
      idle?.refresh();
    });
    from.once('end', () => {
      setTimeout(destroy, lastWordsMs).unref();
      why ??= left;
    });
    from.once('close', () => leave(left)).on('error', () => leave(left));
  };
  watch(client, 'in', 'visitor-left');
  watch(upstream, 'out', 'platform-left');
  join(ends, end);
  return { end };
}

function join({ client, early, upstream, guard }: TunnelEnds, end: (why: string) => void): void {
  // A socket of undici's would end with the platform's last word, and the visitor's own would be lost.
  upstream.allowHalfOpen = true;
  client.unshift(Buffer.concat(early));
  upstream.pipe(client);
  if (guard === undefined) client.pipe(upstream);
  else client.pipe(guard.through.on('error', () => end('internal-error'))).pipe(upstream);
}

/** True where the client is told in a frame why it ends: the last that it gets. */
function saysWhy({ client, upstream, guard }: TunnelEnds, why: string): boolean {
  const last = guard?.farewell(why);
  if (last === undefined) return false;
  upstream.unpipe(client).destroy();
  client.end(last);
  return true;
}

function once<T>(act: (value: T) => void): (value: T) => void {
  let done = false;
  return (value) => {
    if (done) return;
    done = true;
    act(value);
  };
}

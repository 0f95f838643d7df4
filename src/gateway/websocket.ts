import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { originForm } from '../reading/target.ts';
import { inspect } from './inspect.ts';
import type { LimitOptions } from './options.ts';
import type { OwnAnswers } from './own-answers.ts';
import { sendOnSocket } from './refusal.ts';
import { hasBody } from '../reading/body.ts';
import { isReserved } from './target-form.ts';
import { UpgradeResponse } from './upgrade-response.ts';

export interface UpgradeParts {
  readonly limits: LimitOptions;
  readonly websockets: boolean;
  readonly own: OwnAnswers;
  /** True where an earlier request on this connection still waits for its answer. */
  isBusy(socket: Duplex): boolean;
  /** The way of every request. */
  serve(request: IncomingMessage, response: ServerResponse): void;
  /** Reads a connection as plain HTTP, from here on. */
  readAgain(socket: Duplex): void;
}

/**
 * WebSocket handshakes go the way of every request, and others are read as plain HTTP: a server may ignore an
 * upgrade (RFC 9110 section 7.8), and HTTP/1.1 clients offer `h2c` with every first request.
 */
export function createUpgradeHandler(parts: UpgradeParts) {
  const { limits, own } = parts;
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => undefined);
    const target = request.url ?? '';
    if (parts.isBusy(socket)) {
      socket.destroy();
      return;
    }
    const code = inspect(request, target, limits);
    if (code !== undefined) sendOnSocket(socket, own.problem(request, code, 'refused before it is judged'));
    else if (parts.websockets && isHandshake(request) && !isReserved(originForm(target)))
      parts.serve(request, new UpgradeResponse(request, socket, head));
    else {
      socket.unshift(Buffer.concat([withoutUpgrade(request), head]));
      parts.readAgain(socket);
    }
  };
}

/** The head of a request, as it came, but for its wish to upgrade. What limits allow is all there. */
function withoutUpgrade({ method = '', url = '', httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    const lower = name.toLowerCase();
    const kept = lower === 'connection' ? withoutOption(value) : value;
    if (lower !== 'upgrade' && (kept !== '' || value === '')) lines.push(`${name}: ${kept}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

function withoutOption(connection: string): string {
  const options = connection.split(',').filter((option) => option.trim().toLowerCase() !== 'upgrade');
  return options.join(',').trim();
}

/** RFC 6455 section 4.1; HTTP/1.0 knows no upgrade (RFC 9110 section 7.8). */
function isHandshake(request: IncomingMessage): boolean {
  const { headers, httpVersion, method } = request;
  const wanted = headers.upgrade?.split(',') ?? [];
  const isWebSocket = wanted.some((name) => name.trim().toLowerCase() === 'websocket');
  return isWebSocket && method === 'GET' && httpVersion === '1.1' && !hasBody(request.rawHeaders);
}

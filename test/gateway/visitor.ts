import { connect, type Socket } from 'node:net';
import { lines } from '../support/raw.ts';

export const host = 'Host: chat.example';
/** The start of an answer of the platform's. */
export const ok = 'HTTP/1.1 200 OK\r\n';
export const get = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...more);
const wanted = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
export const upgrade = (target: string, ...more: readonly string[]): string =>
  lines(`GET ${target} HTTP/1.1`, host, ...wanted, ...more);
/** The target of a request as the platform reads it. */
export const pathOf = (text: string): string => text.split(' ')[1] ?? '';

export const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export async function until(what: () => boolean, ms = 5_000): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(10)) if (what()) return true;
  return what();
}

/** A visitor whose connection stays open. */
export interface Visitor {
  readonly socket: Socket;
  text(): string;
  readonly closed: Promise<void>;
}

/** `allowHalfOpen`: it goes on when the gateway has ended its side. */
export function open(port: number, bytes: string, allowHalfOpen = false): Visitor {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  let text = '';
  socket.setEncoding('latin1');
  socket.on('error', () => undefined);
  socket.on('data', (chunk: string) => (text += chunk));
  socket.write(bytes, 'latin1');
  return {
    socket,
    text: () => text,
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
  };
}

import { connect, type Socket } from 'node:net';
import { startRawUpstream } from '../support/upstreams.ts';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { lines } from '../support/raw.ts';

/** What the platform says where a grant is to be seen. */
export const secret = 'TRANSCRIPT';
export const adminToken = 'a-static-token-that-nobody-guesses';

/** The ways in which an exchange can wait. */
export const ways = ['body', 'slot', 'head', 'stream', 'plain answer to an upgrade', 'tunnel'] as const;
export type Way = (typeof ways)[number];
/** Nothing of the platform's has come yet where one of these waits. */
export const isEarly = (way: Way): boolean => way === 'body' || way === 'slot' || way === 'head';

export const soon = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export async function until(what: () => boolean, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await soon(10)) if (what()) return true;
  return what();
}

/** The last part of the target is the way, in one word. */
const wordOf = (way: Way): string => (way === 'plain answer to an upgrade' ? 'plain' : way);

const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const whole = `HTTP/1.1 200 OK\r\nContent-Length: ${secret.length}\r\n\r\n${secret}`;
const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

/** A platform that goes on for ever, or answers when it is told to; what `answers` says comes first. */
export async function startWaitingPlatform(
  answers: (text: string, socket: Socket) => string | undefined = () => undefined,
) {
  /** Requests as they came, and what is still to be answered late. */
  const seen: string[] = [];
  const late: (() => void)[] = [];
  const upstream = await startRawUpstream((socket, text) => {
    const target = text.split(' ')[1] ?? '';
    const own = answers(text, socket);
    if (own !== undefined) {
      if (own !== '') socket.write(own);
      return;
    }
    seen.push(target);
    const tick = (head: string, bytes: string): void => {
      socket.write(head + bytes);
      const timer = setInterval(() => socket.write(bytes), 50);
      socket.on('close', () => clearInterval(timer));
    };
    if (target.endsWith('/stream') || target.endsWith('/plain')) tick(chunked, `a\r\n${secret}\r\n`);
    else if (target.endsWith('/tunnel')) tick(switching, secret);
    else late.push(() => socket.write(whole));
  });
  return { ...upstream, seen, answerLate: () => late.splice(0).forEach((answer) => answer()) };
}

/** Calls the admin API, below `path`. */
export async function manage(gateway: GatewayProcess, method: string, path: string, body?: object) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const response = await fetch(`${gateway.privateUrl}/_gateway/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, ...type },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: string };
}

const upgrading = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** One visitor who waits. */
export interface Waiting {
  readonly way: Way;
  readonly target: string;
  text(): string;
  /** Unix milliseconds; undefined while it goes on. */
  overAtMs(): number | undefined;
  send(bytes: string): void;
  leave(): void;
}

/** Asks for something below `base`, with these header lines. */
export function open(gateway: GatewayProcess, way: Way, base: string, headers: readonly string[]): Waiting {
  const target = `${base}/${wordOf(way)}`;
  const socket = connect(Number(new URL(gateway.publicUrl).port), '127.0.0.1');
  const upgrades = way === 'plain answer to an upgrade' || way === 'tunnel';
  const more = upgrades ? upgrading : way === 'body' ? ['Content-Length: 1000'] : [];
  let text = '';
  let overAtMs: number | undefined;
  const over = (): void => void (overAtMs ??= Date.now());
  socket.setEncoding('latin1');
  socket.on('error', () => undefined).on('close', over);
  socket.on('data', (bytes: string) => {
    text += bytes;
    if (!/^HTTP\/1\.1 (200|101)/.test(text)) over();
  });
  const method = way === 'body' ? 'POST' : 'GET';
  socket.write(lines(`${method} ${target} HTTP/1.1`, 'Host: a', ...headers, ...more));
  return {
    way,
    target,
    text: () => text,
    overAtMs: () => overAtMs,
    send: (bytes) => void (socket.destroyed ? undefined : socket.write(bytes)),
    leave: () => void socket.destroy(),
  };
}

/** Lets the bodies of those who send one trickle; how many bytes each has sent. */
export function trickle(all: readonly Waiting[]) {
  let bytes = 0;
  const timer = setInterval(() => {
    bytes += 1;
    all.forEach((one) => one.way === 'body' && one.send('x'));
  }, 100);
  return { stop: () => (clearInterval(timer), bytes) };
}

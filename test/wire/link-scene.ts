import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { ask } from '../support/raw.ts';
import { createSigner, seconds } from '../support/tokens.ts';
import { adminToken, manage } from './lease-scene.ts';

export const listed = '203.0.113.7';
export const stranger = '192.0.2.9';
/** What no line may hold, in any spelling: of links and of what is put beside them. */
export const core = 'x4wmr2';
const signer = createSigner('HS256', 'k');

/** A platform whose links are keys: it answers as the query says. */
export async function startLinkPlatform() {
  const server = createServer((request, response) => {
    const mood = /[?&]mood=(\w+)/.exec(request.url ?? '')?.[1];
    if (mood === 'gone') return void response.writeHead(404).end('none');
    if (mood === 'broken') return void response.writeHead(500).end('broken');
    if (mood === 'cut') return void response.destroy();
    if (mood !== 'stream') return void response.end('the transcript');
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
    const timer = setInterval(() => response.write('data: 1\n\n'), 50);
    response.on('close', () => clearInterval(timer));
  });
  server.on('upgrade', (_request, socket) => {
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stop: () => (server.closeAllConnections(), server.close()),
  };
}

const issuer = 'https://issuer.example/';
const keys = [{ kid: 'k', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }];

export const linkConfig = (url: string, routes: readonly object[], more: object = {}) => ({
  public: { port: 0, url: 'https://chat.example' },
  upstream: { url },
  routes,
  identity: { issuers: [{ name: 'staff', issuer, audience: 'x', keys, grants: ['member'] }] },
  login: { url: 'https://login.example/in' },
  trustedProxies: { cidrs: ['127.0.0.1/32'] },
  admin: { token: adminToken },
  ...more,
});

/** A member of a bot. */
export const bearerOf = (bot: string): readonly string[] => [
  'Authorization',
  `Bearer ${signer.sign({ iss: issuer, aud: 'x', sub: 'p', bots: [bot], exp: seconds(600) })}`,
];

/** One bot whose list has the address; another that only reports. */
export async function fillLinkLists(gateway: GatewayProcess): Promise<void> {
  await manage(gateway, 'POST', 'whitelists/bot%3Asupport/ranges', { start: listed, end: listed });
  await manage(gateway, 'PATCH', 'whitelists/bot%3Asupport', { enabled: true });
  await manage(gateway, 'PATCH', 'whitelists/bot%3Awatched', { mode: 'report' });
}

export const page = ['Accept', 'text/html', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'document'];
export const frame = ['Accept', 'text/html', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'];
export const upgrade = [
  ...['Connection', 'Upgrade', 'Upgrade', 'websocket', 'Sec-WebSocket-Version', '13'],
  ...['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];

/** Sends a target as it is. */
export function visit(
  gateway: GatewayProcess,
  target: string,
  from: string,
  headers: readonly string[] = [],
  method = 'GET',
) {
  const fields = ['Host', 'chat.example', 'X-Forwarded-For', from, ...headers];
  const end = headers.includes('Upgrade') ? [] : ['Connection', 'close'];
  const all = [...fields, ...end];
  const head = all.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${all[at + 1] ?? ''}`] : []));
  const port = Number(new URL(gateway.publicUrl).port);
  return ask(port, `${[`${method} ${target} HTTP/1.1`, ...head].join('\r\n')}\r\n\r\n`, {
    idleMs: 1_000,
    until: (text) => /data: 1|hello/.test(text),
  });
}

/** Decoded as often as it can be, in small letters. */
export function bare(text: string): string {
  let decoded = text.toLowerCase();
  for (let n = 0; n < 4; n++)
    decoded = decoded.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return decoded.toLowerCase();
}

/** Every file below a folder, as text. */
export function filesIn(dir: string): [name: string, text: string][] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path, 'latin1')]);
}

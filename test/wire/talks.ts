import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { WebSocketServer, type WebSocket } from 'ws';

/** A platform that speaks all of it, and tells everybody everything: who may hear it is for the gateway to say. */
export async function startTalks() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const bots: Record<string, string> = { '17': 'support', '18': 'sales' };
    const bot = bots[/^\/bots\/(\w+)$/.exec(request.url ?? '')?.[1] ?? ''];
    response.writeHead(bot === undefined ? 404 : 200).end(JSON.stringify({ bot }));
  });
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true });
  const reply = (socket: WebSocket, text: string): void => {
    seen.push(text);
    const sent: unknown = JSON.parse(text);
    if (Array.isArray(sent)) {
      const [join, ref, topic] = sent as readonly unknown[];
      socket.send(JSON.stringify([join, ref, topic, 'phx_reply', { status: 'ok', response: { topic } }]));
    } else {
      const { identifier } = sent as { readonly identifier: string };
      socket.send(JSON.stringify({ type: 'confirm_subscription', identifier }));
    }
  };
  const rooms = new Server(server, { path: '/io' });
  rooms.on('connection', (socket) => {
    socket.on('join', (room: string, done: (text: string) => void) => done(`the talk of ${room}`));
    socket.on('file', (room: string, _bytes: Uint8Array, done: (text: string) => void) =>
      done(`a file in ${room}`),
    );
  });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.startsWith('/io') === true) return;
    sockets.handleUpgrade(request, socket, head, (ws) => {
      if (request.url?.startsWith('/cable') === true) ws.send('{"type":"welcome"}');
      ws.on('message', (data: Buffer, isBinary: boolean) =>
        isBinary ? seen.push('bytes') : reply(ws, data.toString()),
      );
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const stop = (): void => void (rooms.close(), server.closeAllConnections(), server.close());
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, seen, stop };
}

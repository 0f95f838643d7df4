import type { Socket } from 'node:net';
import { startRawUpstream } from '../support/upstreams.ts';

export const switching =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n';

/** What a platform says in a frame of its own. */
export const okFrame = '\x81\x02ok';

/** An upstream that takes every upgrade and echoes, or says `reply` to each chunk, and what it received. */
export async function startEcho(
  answer: (target: string) => string | undefined = () => switching,
  reply?: string,
) {
  const requests: string[] = [];
  const tunnels: Socket[] = [];
  const ended: string[] = [];
  const heard: string[] = [];
  const upstream = await startRawUpstream((socket, text) => {
    const at = text.indexOf('\r\n\r\n') + 4;
    const target = text.split(' ')[1] ?? '';
    requests.push(text.slice(0, at));
    const said = answer(target);
    if (said === undefined) return;
    socket.write(said, 'latin1');
    if (!said.startsWith('HTTP/1.1 101')) return;
    tunnels.push(socket);
    socket.removeAllListeners('data');
    if (text.length > at) socket.write(reply ?? text.slice(at), 'latin1');
    socket.on('data', (chunk: string) => {
      heard.push(chunk);
      if (socket.writable) socket.write(reply ?? chunk, 'latin1');
    });
    socket.on('end', () => ended.push(target));
  });
  return { ...upstream, requests, tunnels, ended, heard };
}

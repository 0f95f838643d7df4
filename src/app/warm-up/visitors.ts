import { connect, type Socket } from 'node:net';
import type { MadeRequest } from './requests.ts';

/** What became of the visits. */
export interface Visits {
  answered: number;
  /** What was answered otherwise than it should have been, or why nothing was. */
  wrong?: string;
}

/** Visitors who ask one thing after another until they are stopped; `count` of them. */
export function startVisitors(port: number, count: number, next: () => MadeRequest) {
  const visits: Visits = { answered: 0 };
  const sockets = Array.from({ length: count }, () => startVisitor(port, next, visits));
  return {
    visits,
    stop: () => sockets.forEach((socket) => socket.destroy()),
  };
}

function startVisitor(port: number, next: () => MadeRequest, visits: Visits): Socket {
  let [asked, text] = [next(), ''];
  const socket = connect({ host: '127.0.0.1', port, noDelay: true }, () => socket.write(asked.text));
  socket.setEncoding('latin1');
  socket.on('data', (more) => {
    text += String(more);
    const head = text.indexOf('\r\n\r\n');
    if (head < 0 || !isWhole(text, head)) return;
    const status = Number(text.slice(9, 12));
    const target = asked.text.split(' ', 2)[1] ?? '';
    if (status !== asked.status)
      visits.wrong ??= `${target} was answered ${String(status)}, not ${String(asked.status)}`;
    visits.answered += 1;
    text = '';
    asked = next();
    socket.write(asked.text);
  });
  socket.on('error', (error) => (visits.wrong ??= error.message));
  return socket;
}

/** An answer has a length, or ends with its last chunk (RFC 9112, section 6), or is one without a body. */
function isWhole(text: string, head: number): boolean {
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1];
  if (length !== undefined && !text.startsWith('HTTP/1.1 304'))
    return text.length >= head + 4 + Number(length);
  return !/\r\ntransfer-encoding: chunked/i.test(text.slice(0, head)) || text.endsWith('\r\n0\r\n\r\n');
}

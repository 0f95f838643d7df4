import { createHash } from 'node:crypto';

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const continuation = 0;
const text = 1;
const close = 8;
const ping = 9;
const pong = 10;

/** An unmasked frame, as servers send them. */
export function frame(opcode, payload) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65536 ? 4 : 10);
  head[0] = 0x80 | opcode;
  head[1] = length < 126 ? length : length < 65536 ? 126 : 127;
  if (head[1] === 126) head.writeUInt16BE(length, 2);
  if (head[1] === 127) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** The first whole frame of a buffer and where it ends, or undefined while it is not whole. */
function readFrame(buffer) {
  if (buffer.length < 2) return undefined;
  const short = buffer[1] & 0x7f;
  const start = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (buffer.length < start + 4) return undefined;
  const length =
    short === 126 ? buffer.readUInt16BE(2) : short === 127 ? Number(buffer.readBigUInt64BE(2)) : short;
  const masked = (buffer[1] & 0x80) !== 0;
  const from = masked ? start + 4 : start;
  const end = from + length;
  if (buffer.length < end) return undefined;
  const payload = Buffer.from(buffer.subarray(from, end));
  if (masked) for (let at = 0; at < length; at += 1) payload[at] ^= buffer[start + (at & 3)];
  return { final: (buffer[0] & 0x80) !== 0, opcode: buffer[0] & 0x0f, payload, end };
}

/** Answers the handshake, says `greeting` if there is one, and repeats every message; fragments are put together. */
export function echo(request, socket, head, greeting) {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + magic)
    .digest('base64');
  const offered = request.headers['sec-websocket-protocol'];
  const chosen = offered ? `Sec-WebSocket-Protocol: ${offered.split(',')[0].trim()}\r\n` : '';
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`,
  );
  if (greeting) socket.write(frame(text, Buffer.from(greeting)));
  let waiting = head;
  let parts = [];
  let kind = text;

  const take = ({ final, opcode, payload }) => {
    if (opcode === close) return socket.end(frame(close, payload));
    if (opcode === ping) return socket.write(frame(pong, payload));
    if (opcode === pong) return undefined;
    if (opcode !== continuation) kind = opcode;
    parts.push(payload);
    if (!final) return undefined;
    const whole = Buffer.concat(parts);
    parts = [];
    return socket.write(frame(kind, whole));
  };
  const drain = () => {
    for (let one = readFrame(waiting); one; one = readFrame(waiting)) {
      waiting = waiting.subarray(one.end);
      take(one);
    }
  };
  socket.on('data', (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    drain();
  });
  socket.on('error', () => socket.destroy());
  drain();
}

import { createServer, type Socket } from 'node:net';

const page = (bytes: number): string => `<!doctype html><title>Chat</title><pre>${'x'.repeat(bytes)}</pre>`;

const answer = (type: string, body: string, more = ''): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Tue, 01 Dec 2026 00:00:00 GMT\r\nContent-Type: ${type}\r\n` +
      `Content-Length: ${body.length}\r\nConnection: keep-alive\r\n${more}\r\n${body}`,
  );

const chunked = (body: string): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nVary: Cookie\r\n\r\n` +
      `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
  );

const cached = Buffer.from('HTTP/1.1 304 Not Modified\r\nETag: "1"\r\nServer: nginx\r\n\r\n');

/** By how a target begins. */
const answers: readonly (readonly [string, Buffer])[] = [
  ['/transcripts/', answer('text/html; charset=utf-8', page(2_000), 'ETag: "1"\r\nVary: Accept\r\n')],
  ['/api/', answer('application/json', JSON.stringify({ messages: [{ id: 1, text: 'hello' }] }))],
  ['/assets/', cached],
  ['/files/', answer('application/octet-stream', page(64_000), 'Accept-Ranges: bytes\r\n')],
  ['/feed', chunked(page(4_000))],
  ['/', answer('text/html', page(1_000), 'Set-Cookie: seen=1; Path=/; HttpOnly\r\n')],
];

const endOfHead = '\r\n\r\n';

/** A platform that says the same at once whatever it is asked; resolves when it listens. */
export function startPlatform(): Promise<{ readonly port: number; close(): void }> {
  const server = createServer((socket) => answerAll(socket));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      resolve({ port, close: () => void server.close() });
    });
  });
}

/** Bodies are JSON without an empty line: what follows a head is none. */
function answerAll(socket: Socket): void {
  let text = '';
  socket.setNoDelay(true).on('error', () => undefined);
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    for (let end = text.indexOf(endOfHead); end >= 0; end = text.indexOf(endOfHead)) {
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      const whole = end + endOfHead.length + length;
      if (text.length < whole) return;
      const target = text.slice(text.indexOf(' ') + 1, end);
      text = text.slice(whole);
      socket.write(answers.find(([begin]) => target.startsWith(begin))?.[1] ?? cached);
    }
  });
}

// The part of the platform that nginx has no words for: takes uploads to their end, and echoes over WebSocket.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const server = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => (bytes += chunk.length));
  request.on('end', () => response.end(String(bytes)));
});
const echo = new WebSocketServer({ server, perMessageDeflate: false });
echo.on('connection', (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
server.listen(Number(process.env.PORT), '127.0.0.1');

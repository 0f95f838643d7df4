import { createServer } from 'node:http';
import { readTarget } from './path.mjs';
import { createRecorder } from './recorder.mjs';
import { answer } from './routes.mjs';
import { createTokens } from './tokens.mjs';
import { echo } from './websocket.mjs';

/** Ways to answer. */
export function helpers(request, response) {
  const send = (status, type, text, more = {}) => {
    const body = Buffer.from(text);
    response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, ...more });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  return {
    html: (status, text) => send(status, 'text/html; charset=utf-8', text),
    json: (status, value, more) => send(status, 'application/json', `${JSON.stringify(value)}\n`, more),
  };
}

/** /debug/last, /debug/requests, and DELETE /debug/requests: for tests and the curious. */
export function debug(segments, request, recorder, json) {
  if (request.method === 'DELETE') recorder.clear();
  json(200, segments[1] === 'last' ? recorder.last() : recorder.all());
}

function onRequest(recorder, tokens) {
  return async (request, response) => {
    const { segments, query } = readTarget(request.url);
    const { html, json } = helpers(request, response);
    response.setHeader('X-Powered-By', 'Parley/4.2');
    if (segments[0] === 'debug') return debug(segments, request, recorder, json);
    recorder.add(request, false);
    try {
      await answer({ request, response, segments, query, tokens, html, json });
    } catch (error) {
      // The client left in the middle of its body, or asked for a status that cannot be.
      if (response.headersSent) response.destroy();
      else json(500, { error: error.message });
    }
    return undefined;
  };
}

/** WebSockets: the chat's, and a live view below each transcript. */
function onUpgrade(recorder) {
  return (request, socket, head) => {
    const { segments } = readTarget(request.url);
    recorder.add(request, true);
    socket.on('error', () => socket.destroy());
    if (segments[0] === 'chat') return echo(request, socket, head);
    if (segments[0] === 'transcripts' && segments[3] === 'live')
      return echo(request, socket, head, `TRANSCRIPT-OF ${segments[1]} ${segments[2]} live`);
    return socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 10\r\nConnection: close\r\n\r\nnot found\n');
  };
}

/**
 * Starts the platform.
 *
 * @returns its `url`, and `close()`, which ends every connection.
 * @throws where it cannot listen.
 */
export function startStandIn(options) {
  const recorder = createRecorder(options.record);
  const server = createServer({ keepAliveTimeout: 20_000 }, onRequest(recorder, createTokens(options)));
  server.on('upgrade', onUpgrade(recorder));
  return listen(server, options);
}

/** Listens; resolves with the `url` and with `close()`, which ends every connection. */
export async function listen(server, options) {
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${server.address().port}`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

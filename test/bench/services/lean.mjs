// The leanest that Node can be: undici's `dispatch` with a handler that writes head and chunks straight to the
// response. It asks the two questions as cheaply as they can be asked, and guards nothing else.
import { createServer } from 'node:http';
import { Pool } from 'undici';
import { guarding } from './allowed.mjs';

const { PORT, UPSTREAM } = process.env;
const pool = new Pool(UPSTREAM, { connections: 512 });

class Handler {
  constructor(response) {
    this.response = response;
  }
  onConnect(abort) {
    this.abort = abort;
  }
  onHeaders(status, raw, resume) {
    const headers = [];
    for (const part of raw) headers.push(part.latin1Slice());
    this.resume = resume;
    this.response.writeHead(status, headers);
    return true;
  }
  onData(chunk) {
    if (this.response.write(chunk)) return true;
    this.response.once('drain', this.resume);
    return false;
  }
  onComplete() {
    this.response.end();
  }
  onError() {
    this.response.destroy();
  }
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'expect', 'te']);

function forward(request, response) {
  const headers = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2)
    if (!hopByHop.has(raw[i].toLowerCase())) headers.push(raw[i], raw[i + 1]);
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const body = hasBody ? request : null;
  pool.dispatch({ path: request.url, method: request.method, headers, body }, new Handler(response));
}

createServer(guarding(forward)).listen(Number(PORT), '127.0.0.1');

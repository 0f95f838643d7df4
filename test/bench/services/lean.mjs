// The leanest that Node can be: undici's `dispatch` with a handler that writes head and chunks straight to the
// response. It asks the two questions as cheaply as they can be asked, and guards nothing else.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { importSPKI, jwtVerify } from 'jose';
import { Pool } from 'undici';
import { readListed } from './listed.mjs';

const { PORT, UPSTREAM, PUBLIC_KEY, RANGES } = process.env;
const key = await importSPKI(readFileSync(PUBLIC_KEY, 'utf8'), 'RS256');
const rules = { algorithms: ['RS256'], issuer: 'https://issuer.example/', audience: 'transcript-gateway' };
const pool = new Pool(UPSTREAM, { connections: 512 });
const listed = readListed(RANGES);
const cache = new Map();

function allowed(request, bot) {
  const { authorization } = request.headers;
  if (authorization === undefined)
    return listed(request.headers['x-forwarded-for'] ?? request.socket.remoteAddress);
  const token = authorization.slice('Bearer '.length);
  const name = createHash('sha256').update(token).digest('base64');
  const bots = cache.get(name);
  return bots === undefined ? verify(token, name, bot) : bots.includes(bot);
}

async function verify(token, name, bot) {
  try {
    const { bots } = (await jwtVerify(token, key, rules)).payload;
    if (cache.size >= 10_000) cache.delete(cache.keys().next().value);
    cache.set(name, bots);
    return bots.includes(bot);
  } catch {
    return false;
  }
}

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

createServer((request, response) => {
  const bot = /^\/transcripts\/([^/?]+)\//.exec(request.url)?.[1];
  const answer = bot === undefined || allowed(request, bot);
  const go = (yes) => (yes ? forward(request, response) : response.writeHead(401).end());
  if (typeof answer === 'boolean') go(answer);
  else answer.then(go);
}).listen(Number(PORT), '127.0.0.1');

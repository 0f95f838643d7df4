// The floor: node:http and undici by hand, with the same two questions asked as cheaply as they can be.
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

async function allowed(request, bot) {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return listed(request.headers['x-forwarded-for'] ?? request.socket.remoteAddress);
  const name = createHash('sha256').update(token).digest('base64');
  let bots = cache.get(name);
  if (bots === undefined) {
    try {
      bots = (await jwtVerify(token, key, rules)).payload.bots;
    } catch {
      return false;
    }
    if (cache.size >= 10_000) cache.delete(cache.keys().next().value);
    cache.set(name, bots);
  }
  return bots.includes(bot);
}

createServer(async (request, response) => {
  const bot = /^\/transcripts\/([^/?]+)\//.exec(request.url)?.[1];
  if (bot !== undefined && !(await allowed(request, bot))) {
    response.writeHead(401).end();
    return;
  }
  const hasBody =
    request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined;
  const { connection: _connection, ...headers } = request.headers;
  pool.stream(
    { path: request.url, method: request.method, headers, body: hasBody ? request : null },
    ({ statusCode, headers }) => response.writeHead(statusCode, headers),
    (error) => error && response.destroy(),
  );
}).listen(Number(PORT), '127.0.0.1');

// The small service that operators put behind nginx's auth_request: jose, without and with a cache of verified tokens.
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';

const { PORT, PUBLIC_KEY, CACHE } = process.env;
const key = await importSPKI(readFileSync(PUBLIC_KEY, 'utf8'), 'RS256');
const rules = { algorithms: ['RS256'], issuer: 'https://issuer.example/', audience: 'transcript-gateway' };
const cache = new Map();

async function claimsOf(token) {
  if (CACHE !== 'yes') return (await jwtVerify(token, key, rules)).payload;
  const name = createHash('sha256').update(token).digest('base64');
  const hit = cache.get(name);
  if (hit && hit.exp * 1000 > Date.now()) return hit;
  const { payload } = await jwtVerify(token, key, rules);
  if (cache.size >= 10_000) cache.delete(cache.keys().next().value);
  cache.set(name, payload);
  return payload;
}

createServer(async (request, response) => {
  const bot = /^\/transcripts\/([^/?]+)\//.exec(request.headers['x-original-uri'] ?? '')?.[1];
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  try {
    const { bots } = await claimsOf(token ?? '');
    response.statusCode = bots.includes(bot) ? 204 : 403;
  } catch {
    response.statusCode = 401;
  }
  response.end();
}).listen(Number(PORT), '127.0.0.1');

// Fastify with @fastify/http-proxy as one writes it first: a hook that verifies, and asks ip-num about each range.
import { readFileSync } from 'node:fs';
import proxy from '@fastify/http-proxy';
import Fastify from 'fastify';
import { IPv4 } from 'ip-num';
import { importSPKI, jwtVerify } from 'jose';

const { PORT, UPSTREAM, PUBLIC_KEY, RANGES, LOG } = process.env;
const key = await importSPKI(readFileSync(PUBLIC_KEY, 'utf8'), 'RS256');
const rules = { algorithms: ['RS256'], issuer: 'https://issuer.example/', audience: 'transcript-gateway' };
const ranges = JSON.parse(readFileSync(RANGES, 'utf8')).map(([start, end]) => [
  IPv4.fromNumber(BigInt(start)),
  IPv4.fromNumber(BigInt(end)),
]);
const app = Fastify({ logger: LOG === 'yes', trustProxy: true });

async function mayRead(request) {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) {
    const { payload } = await jwtVerify(token, key, rules);
    return payload.bots.includes(/^\/transcripts\/([^/?]+)\//.exec(request.url)?.[1]);
  }
  const address = IPv4.fromString(request.ip);
  return ranges.some(
    ([start, end]) => address.isGreaterThanOrEquals(start) && address.isLessThanOrEquals(end),
  );
}

app.addHook('onRequest', async (request, reply) => {
  if (!request.url.startsWith('/transcripts/')) return;
  const allowed = await mayRead(request).catch(() => false);
  if (!allowed) return reply.code(401).send();
});
app.register(proxy, { upstream: UPSTREAM });
await app.listen({ port: Number(PORT), host: '127.0.0.1' });

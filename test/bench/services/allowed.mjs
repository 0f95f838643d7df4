// The two questions, asked as cheaply as they can be: the token's bots, or a listed address.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { importSPKI, jwtVerify } from 'jose';
import { readListed } from './listed.mjs';

const { PUBLIC_KEY, RANGES } = process.env;
const key = await importSPKI(readFileSync(PUBLIC_KEY, 'utf8'), 'RS256');
const rules = { algorithms: ['RS256'], issuer: 'https://issuer.example/', audience: 'transcript-gateway' };
const listed = readListed(RANGES);
const cache = new Map();

function isAllowed(request, bot) {
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

/** Answers each request with `forward`, or with 401. */
export const guarding = (forward) => (request, response) => {
  const bot = /^\/transcripts\/([^/?]+)\//.exec(request.url)?.[1];
  const answer = bot === undefined || isAllowed(request, bot);
  const go = (yes) => (yes ? forward(request, response) : response.writeHead(401).end());
  if (typeof answer === 'boolean') go(answer);
  else answer.then(go);
};

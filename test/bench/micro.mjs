// npm run bench:micro: nanoseconds of what the gateway exists for, beside libraries that do the same, in turns.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { BlockList } from 'node:net';
import { IPv4, IPv4CidrRange } from 'ip-num';
import { SignJWT, jwtVerify } from 'jose';
import { defaultClaims, defaultJwks } from '../../dist/identity/options.js';
import { createVerifier } from '../../dist/identity/verifier.js';
import { decide } from '../../dist/policy/decide.js';
import { NEVER, compile, findPosition } from '../../dist/policy/whitelist.js';
import { parseIpv4 } from '../../dist/reading/address.js';
import { compileRoutes } from '../../dist/reading/route.js';
import { readTarget } from '../../dist/reading/target.js';
import { audience, dotted, issuer } from './material.mjs';

const ROUNDS = 7;
const rows = [];
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Times each of `works` in turn, `times` calls a round. */
async function compare(what, times, works) {
  const taken = Object.keys(works).map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [at, work] of Object.values(works).entries()) {
      const since = performance.now();
      for (let n = 0; n < times; n += 1) {
        const result = work(n);
        if (result instanceof Promise) await result;
      }
      if (round > 0) taken[at].push(((performance.now() - since) * 1e6) / times);
    }
  }
  Object.keys(works).forEach((name, at) => rows.push([what, name, median(taken[at])]));
}

const optional = async (name) => {
  try {
    return await import(name);
  } catch {
    console.error(`skipped: ${name} (npm install --no-save ${name} brings it)`);
    return undefined;
  }
};

/** `count` ranges of 8 addresses, apart from each other. */
const spread = (count) => {
  const step = Math.floor(0xf0000000 / count);
  return Array.from({ length: count }, (_, n) => ({
    id: n.toString(16).padStart(16, '0'),
    start: n * step + 16,
    end: n * step + 23,
    until: NEVER,
  }));
};

function blockList(ranges) {
  const blocks = new BlockList();
  for (const { start, end } of ranges) blocks.addRange(dotted(start), dotted(end), 'ipv4');
  return blocks;
}

const addresses = Array.from({ length: 4096 }, (_, n) => Math.floor(((n * 2654435761) % 4096) * 0xf0000));

async function lookups(ipaddr) {
  const sizes = [10, 1_000, 100_000, 1_000_000];
  const texts = addresses.map(dotted);
  const find = (list) => (n) => findPosition(list, parseIpv4(texts[n & 4095]), 1e12);
  const works = sizes.map((size) => [`gateway, ${size} ranges`, find(compile(spread(size)))]);
  await compare('range lookup of an address as text', 200_000, Object.fromEntries(works));
  const ranges = spread(1_000);
  const blocks = blockList(ranges);
  const numbers = ranges.map(({ start, end }) => [
    IPv4.fromNumber(BigInt(start)),
    IPv4.fromNumber(BigInt(end)),
  ]);
  const cidrs = ipaddr && ranges.map(({ start }) => ipaddr.parseCIDR(`${dotted(start & ~7)}/29`));
  await compare('range lookup of an address as text', 200, {
    'net.BlockList, 1000 ranges': (n) => blocks.check(texts[n & 4095], 'ipv4'),
    'ip-num, 1000 ranges': (n) => {
      const address = IPv4.fromString(texts[n & 4095]);
      return numbers.some(([start, end]) => !start.isGreaterThan(address) && !end.isLessThan(address));
    },
    ...(cidrs && {
      'ipaddr.js, 1000 ranges': (n) => {
        const address = ipaddr.parse(texts[n & 4095]);
        return cidrs.some((cidr) => address.match(cidr));
      },
    }),
  });
}

const routes = compileRoutes([
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/history', query: { botId: 'botId' } },
]);
const read = (target) => readTarget(routes, { target, host: 'chat.example', formBody: false });

async function decisions() {
  const asked = {
    preflight: false,
    resource: read('/transcripts/a/1'),
    principal: { kind: 'anonymous', reason: 'no-credential' },
  };
  const options = {
    otherPaths: 'forward',
    canLogIn: true,
    defaults: { mode: 'enforce', requireLogin: false },
  };
  const viewOf = (size) => {
    const scopes = new Map([['bot:a', { enabled: true, whitelist: compile(spread(size)) }]]);
    return { known: true, policy: { revision: 1, scopes }, staleSeconds: 0 };
  };
  const clients = addresses.map((value) => ({ status: 'ipv4', value, address: dotted(value) }));
  const questions = clients.map((client) => ({ ...asked, client }));
  const [few, many] = [viewOf(10), viewOf(1_000_000)];
  const by = (view) => (n) => decide(questions[n & 4095], view, options, 1e12);
  await compare('decision by address', 200_000, { '10 ranges': by(few), '1000000 ranges': by(many) });
}

async function targets() {
  const kinds = {
    'a transcript': '/transcripts/a/1',
    'with a query': '/transcripts/a/1?page=2&x=%20y',
    'the id in the query': '/history?botId=a&x=1',
    'another page': '/assets/app.4f2a.js',
    'an encoded one': '/transcripts/%61/1%2f..%2f2',
  };
  const works = Object.entries(kinds).map(([name, target]) => [name, () => read(target)]);
  await compare('target reading', 20_000, Object.fromEntries(works));
}

async function tokens(fastJwt) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const sign = (sub) =>
    new SignJWT({ bots: ['a'] })
      .setProtectedHeader({ alg: 'RS256' })
      .setSubject(sub)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('8h')
      .sign(privateKey);
  const hot = await sign('hot');
  const fresh = await Promise.all(Array.from({ length: 500 * (ROUNDS + 1) }, (_, n) => sign(`person-${n}`)));
  const one = {
    name: 'staff',
    issuer,
    audience,
    keys: [{ algorithm: 'RS256', publicKey: Buffer.from(pem) }],
  };
  const rest = {
    from: ['bearer'],
    grants: ['member'],
    bots: null,
    claims: defaultClaims,
    superAdminRole: 'super_admin',
    allBots: null,
  };
  const identity = {
    issuers: [{ ...one, ...rest }],
    clockToleranceSeconds: 30,
    jwks: defaultJwks,
    cacheEntries: 10_000,
  };
  const verifier = createVerifier(identity, { log: { info() {}, warn() {} } });
  const gateway = (bearer) => verifier.identify({ bearer, cookies: [] }, Date.now());
  if ((await gateway(hot)).kind !== 'known') throw new Error('the token is not taken');
  const key = createPublicKey(pem);
  const fast = (cache) =>
    fastJwt?.createVerifier({ key: pem, cache, allowedIss: issuer, allowedAud: audience });
  const [fastHot, fastCold] = [fast(true), fast(false)];
  await compare('token, seen before', 2_000, {
    gateway: () => gateway(hot),
    jose: () => jwtVerify(hot, key, { issuer, audience }),
    ...(fastHot && { 'fast-jwt, its cache': () => fastHot(hot) }),
  });
  const turns = { gateway: 0, jose: 0, fast: 0 };
  await compare('token, every one new', 500, {
    gateway: () => gateway(fresh[turns.gateway++]),
    jose: () => jwtVerify(fresh[turns.jose++], key, { issuer, audience }),
    ...(fastCold && { 'fast-jwt': () => fastCold(fresh[turns.fast++]) }),
  });
}

async function compiling() {
  const [million, some] = [spread(1_000_000), spread(10_000)];
  await compare('compile, each range', 1, { 'gateway, 1000000 ranges': () => void compile(million) });
  rows.at(-1)[2] /= million.length;
  await compare('compile, each range', 1, {
    'net.BlockList, 10000 ranges': () => void blockList(some),
    'ip-num, 10000 ranges': () =>
      void some.map(({ start }) => IPv4CidrRange.fromCidr(`${dotted(start & ~7)}/29`)),
  });
  for (const row of rows.slice(-2)) row[2] /= some.length;
}

const [ipaddr, fastJwt] = [await optional('ipaddr.js'), await optional('fast-jwt')];
await decisions();
await targets();
await lookups(ipaddr?.default);
await tokens(fastJwt);
await compiling();
console.log('| what | by | ns |\n| --- | --- | --- |');
for (const [what, name, ns] of rows) console.log(`| ${what} | ${name} | ${ns.toFixed(ns < 100 ? 1 : 0)} |`);

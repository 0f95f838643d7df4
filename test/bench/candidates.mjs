// What is compared: each a way to start the same job on processor 0, behind one nginx as the platform on processor 1.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as configuration from './configurations.mjs';
import { dotted } from './material.mjs';
import { start } from './processes.mjs';

const services = new URL('./services/', import.meta.url).pathname;
const main = new URL('../../dist/main.js', import.meta.url).pathname;
// Of each run its own: what another has left behind must not answer in this one's place.
let nextPort = 21_000 + (process.pid % 500) * 20;
const freshPort = () => (nextPort += 1);

const write = (file, text) => {
  writeFileSync(file, text);
  return file;
};

export async function startUpstream(tools, material) {
  const [port, sinkPort] = [freshPort(), freshPort()];
  const sink = await node('sink.mjs', {}, sinkPort, 1);
  const file = write(
    join(material.folder, 'upstream.conf'),
    configuration.nginxUpstream(material.folder, port, sinkPort),
  );
  return joined(await start([tools.nginx, '-c', file, '-e', '/dev/null'], { cpu: 1, port }), sink);
}

async function nginx(tools, material, name, make) {
  const port = freshPort();
  const file = write(join(material.folder, `${name}-${port}.conf`), make(port));
  return start([tools.nginx, '-c', file, '-e', '/dev/null'], { cpu: 0, port });
}

const node = (program, env, port, cpu = 0, runtime = process.execPath) =>
  start([runtime, join(services, program)], {
    cpu,
    port,
    env: { ...env, PORT: String(port), NODE_ENV: 'production' },
  });

async function nginxWithService(tools, material, upstream, name, make, cache) {
  const authPort = freshPort();
  const auth = await node('auth.mjs', { PUBLIC_KEY: material.publicKeyFile, CACHE: cache }, authPort);
  const front = await nginx(tools, material, name, (port) =>
    make(material.folder, port, upstream.port, authPort, material.ranges),
  );
  return joined(front, auth);
}

/** Several processes that do one job: their cost counts together. */
const joined = (front, ...others) => ({
  port: front.port,
  pids: [front.pid, ...others.map(({ pid }) => pid)],
  stop: async () => void (await Promise.all([front, ...others].map((each) => each.stop()))),
});

const hand = async (program, material, upstream, env = {}) =>
  joined(
    await node(
      program,
      {
        UPSTREAM: `http://127.0.0.1:${upstream.port}`,
        PUBLIC_KEY: material.publicKeyFile,
        RANGES: material.rangesFile,
        ...env,
      },
      freshPort(),
    ),
  );

async function gateway(material, upstream, { runtime = process.execPath, more = {} } = {}) {
  const [port, privatePort] = [freshPort(), freshPort()];
  const folder = join(material.folder, `gateway-${port}`);
  mkdirSync(folder);
  write(join(folder, 'admin-token'), 'bench-token-that-only-this-run-knows');
  const text = configuration.gateway(folder, port, privatePort, upstream.port, material.publicKeyFile, more);
  const file = write(join(folder, 'gateway.yaml'), text);
  const process = await start([runtime, main, '--config', file], {
    cpu: 0,
    port,
    alsoPort: privatePort,
    env: { NODE_ENV: 'production' },
  });
  await importRanges(privatePort, material.ranges);
  return joined(process);
}

async function importRanges(port, ranges) {
  const call = async (path, method, body) => {
    const response = await fetch(`http://127.0.0.1:${port}/_gateway/api/v1${path}`, {
      method,
      headers: {
        authorization: 'Bearer bench-token-that-only-this-run-knows',
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  await call('/whitelists/bot%3Aa/import', 'POST', {
    ranges: ranges.map(([start, end]) => ({ start: dotted(start), end: dotted(end) })),
  });
  await call('/whitelists/bot%3Aa', 'PATCH', { enabled: true });
}

async function haproxy(tools, material, upstream) {
  const port = freshPort();
  write(
    join(material.folder, 'ranges.lst'),
    material.ranges.map(([first]) => `${dotted(first)}/28`).join('\n'),
  );
  const text = configuration.haproxy(material.folder, port, upstream.port, material.publicKeyFile);
  const file = write(join(material.folder, 'haproxy.cfg'), text);
  return joined(await start([tools.haproxy, '-db', '-f', file], { cpu: 0, port }));
}

/** Name → what it needs, and how it is started. `open`: it asks nothing. */
export const candidates = {
  gateway: { start: (tools, material, upstream) => gateway(material, upstream) },
  'gateway (control)': { start: (tools, material, upstream) => gateway(material, upstream) },
  'gateway (Node 24)': {
    needs: ['node24'],
    start: (tools, material, upstream) => gateway(material, upstream, { runtime: tools.node24 }),
  },
  'gateway, without its log and its record': {
    start: (tools, material, upstream) => gateway(material, upstream, { more: configuration.quiet }),
  },
  'gateway, unguarded': {
    open: true,
    start: (tools, material, upstream) => gateway(material, upstream, { more: configuration.unguarded }),
  },
  'gateway, unguarded, searched for canaries': {
    open: true,
    start: (tools, material, upstream) => gateway(material, upstream, { more: configuration.searched }),
  },
  'nginx + auth_request (jose)': {
    needs: ['nginx'],
    start: (tools, material, upstream) =>
      nginxWithService(tools, material, upstream, 'auth', configuration.nginxAuthRequest, 'no'),
  },
  'nginx + auth_request (jose), as its manual shows': {
    needs: ['nginx'],
    start: (tools, material, upstream) =>
      nginxWithService(tools, material, upstream, 'auth', configuration.nginxAuthRequestPlain, 'no'),
  },
  'nginx + auth_request (jose, cached)': {
    needs: ['nginx'],
    start: (tools, material, upstream) =>
      nginxWithService(tools, material, upstream, 'auth', configuration.nginxAuthRequest, 'yes'),
  },
  'nginx + auth_request (jose, cached), as its manual shows': {
    needs: ['nginx'],
    start: (tools, material, upstream) =>
      nginxWithService(tools, material, upstream, 'auth', configuration.nginxAuthRequestPlain, 'yes'),
  },
  'nginx geo + cached subrequest': {
    needs: ['nginx'],
    start: (tools, material, upstream) =>
      nginxWithService(tools, material, upstream, 'geo', configuration.nginxGeoCached, 'yes'),
  },
  'HAProxy jwt_verify': { needs: ['haproxy'], start: haproxy },
  'Fastify + http-proxy, first try': {
    start: (tools, material, upstream) => hand('first.mjs', material, upstream),
  },
  'Fastify + http-proxy, first try, with its log': {
    start: (tools, material, upstream) => hand('first.mjs', material, upstream, { LOG: 'yes' }),
  },
  'node:http + undici by hand': {
    start: (tools, material, upstream) => hand('hand.mjs', material, upstream),
  },
  'node:http + undici by hand, lean': {
    start: (tools, material, upstream) => hand('lean.mjs', material, upstream),
  },
  httpxy: { start: (tools, material, upstream) => hand('httpxy.mjs', material, upstream) },
  'fast-proxy': {
    needs: ['fastProxy'],
    start: (tools, material, upstream) => hand('fast-proxy.mjs', material, upstream),
  },
  'nginx, proxy only': {
    needs: ['nginx'],
    open: true,
    start: async (tools, material, upstream) =>
      joined(
        await nginx(tools, material, 'plain', (port) =>
          configuration.nginxPlain(material.folder, port, upstream.port),
        ),
      ),
  },
  direct: {
    open: true,
    start: (tools, material, upstream) => ({ port: upstream.port, pids: [], stop: async () => {} }),
  },
};

export const isBuilt = () => existsSync(main);

import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';

export interface RedisServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly dir: string;
  /** A client to look and meddle with; closed with the server. */
  readonly client: Redis;
  /** Ends it at once, as a crash would; what is not in `dir` is lost. */
  readonly kill: () => Promise<void>;
  /** Starts it again on its port, with what is in `dir`. */
  readonly start: () => Promise<void>;
  /** Halts it without closing its connections; `false` lets it go on. */
  readonly freeze: (frozen: boolean) => void;
  /** Ends it and removes what it wrote. */
  readonly stop: () => Promise<void>;
}

export interface RedisServerOptions {
  /** `--name`, `value` pairs. */
  readonly args?: readonly string[];
  /** More of its configuration file: what the command line cannot say. */
  readonly config?: string;
  readonly port?: number;
  readonly dir?: string;
  /** How to ask whether it is up; a server with TLS only or passwords needs its own. */
  readonly client?: (port: number) => Redis;
}

let program: string | undefined;

/** The server to run: as the tests were told, else whatever the set-up finds or fetches. */
export function redisProgram(): string {
  const tools = fileURLToPath(new URL('../../scripts/tools.mjs', import.meta.url));
  program ??=
    process.env['REDIS_SERVER'] ?? execFileSync('node', [tools, 'redis-server'], { encoding: 'utf8' }).trim();
  return program;
}

/** A TCP port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listens(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const plain = (port: number): Redis =>
  new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 50, maxRetriesPerRequest: null });

/** Starts a Redis (or Valkey) of the test's own, on a free port of this machine, with nothing in it. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { args = [], config = '', dir = mkdtempSync(join(tmpdir(), 'redis-')) } = options;
  const port = options.port ?? (await freePort());
  const file = join(dir, 'server.conf');
  const lines = [
    `port ${String(port)}`,
    'bind 127.0.0.1',
    `dir ${dir}`,
    'save ""',
    'daemonize no',
    'loglevel warning',
  ];
  writeFileSync(file, `${lines.join('\n')}\n${config}\n`);
  const client = (options.client ?? plain)(port);
  client.on('error', () => undefined);
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(redisProgram(), [file, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    child = started;
    await until(async () => {
      if (started.exitCode !== null) throw new Error(`redis-server ended with ${String(started.exitCode)}`);
      return listens(port);
    }, 'redis-server listens');
  };
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    running.kill('SIGCONT');
    running.kill('SIGKILL');
    await once(running, 'exit');
  };
  await start();
  return {
    url: `redis://127.0.0.1:${String(port)}`,
    host: '127.0.0.1',
    port,
    dir,
    client,
    kill,
    start,
    freeze: (frozen) => void child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT'),
    async stop() {
      client.disconnect();
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

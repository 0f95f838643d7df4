import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Test } from 'tap';
import { runCli } from '../../src/cli/index.ts';
import { openScene } from '../admin/scene.ts';
import type { Scene, SceneOptions } from '../admin/scene.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** stdout as JSON. */
  json(): Record<string, unknown>;
}

export interface How {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly tty?: boolean;
  readonly cwd?: string;
}

/** Runs one command in this process, and keeps what it says. */
export async function run(argv: readonly string[], how: How = {}): Promise<Ran> {
  const said = { out: '', err: '' };
  const stdout = { write: (text: string) => (said.out += text) };
  const stderr = { write: (text: string) => (said.err += text), isTTY: how.tty === true };
  const stdin = Readable.from([Buffer.from(how.stdin ?? '')]);
  const code = await runCli(argv, { env: how.env ?? {}, cwd: how.cwd ?? '/', stdout, stderr, stdin });
  return { code, ...said, json: () => JSON.parse(said.out) as Record<string, unknown> };
}

export interface Desk extends Scene {
  readonly url: string;
  readonly dir: string;
  /** Runs a command against the gateway as a super admin; a line of words is split at spaces. */
  readonly at: (line: string, how?: How) => Promise<Ran>;
  /** Writes a file that commands can name. */
  readonly file: (name: string, content: string) => string;
}

/** A gateway's admin API, and a shell that knows it. */
export async function openDesk(t: Test, token: string, how: SceneOptions = {}): Promise<Desk> {
  const dir = t.testdir({ store: {} });
  const scene = await openScene(t, { ...how, dir: join(dir, 'store') });
  const url = `http://127.0.0.1:${scene.ports.private}`;
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  file('token', `${token}\n`);
  const env = { TGW_GATEWAY_URL: url, TGW_ADMIN_TOKEN_FILE: 'token' };
  const at = (line: string, how: How = {}): Promise<Ran> =>
    run(line.split(' '), { cwd: dir, ...how, env: { ...env, ...how.env } });
  return { ...scene, url, dir, at, file };
}

/** A server of the test's own; its URL. */
export async function serve(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

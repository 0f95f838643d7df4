import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { startChild, type Child, type LogLine } from './child.ts';

export interface GatewayOptions {
  /** What goes into the configuration file; ports are free ones unless given, the store is a fresh folder. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments after `dist/main.js`; the configuration file is added unless `--config` is among them. */
  readonly args?: readonly string[];
}

export interface GatewayProcess {
  readonly publicUrl: string;
  readonly privateUrl: string;
  readonly pid: number;
  /** The configuration file; write it again and send SIGHUP to reload. */
  readonly configFile: string;
  /** A folder of its own, gone after `stop`. */
  readonly dir: string;
  readonly logs: readonly LogLine[];
  readonly text: () => string;
  readonly line: Child['line'];
  readonly signal: Child['signal'];
  readonly hold: Child['hold'];
  /** SIGTERM; resolves with the exit code. */
  readonly stop: () => Promise<number | null>;
  /** SIGKILL, in the middle of whatever it does; keeps its folder. */
  readonly kill: () => Promise<void>;
}

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The environment of this process without the settings of a gateway. */
function cleanEnv(env: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('TGW_'));
  return { ...Object.fromEntries(own), ...env };
}

const freePorts = { public: { port: 0 }, private: { port: 0 } };

function merge(under: unknown, over: unknown): unknown {
  if (typeof under !== 'object' || typeof over !== 'object' || under === null || over === null) return over;
  if (Array.isArray(under) || Array.isArray(over)) return over;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over))
    result[key] = key in result ? merge(result[key], value) : value;
  return result;
}

const textOf = (line: LogLine, key: string): string => {
  const value = line[key];
  return typeof value === 'string' ? value : '';
};

/** Writes a configuration and says where; `dir` is removed by `cleanUp`. */
export function writeConfig(config: Readonly<Record<string, unknown>>): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-test-'));
  const file = join(dir, 'gateway.yaml');
  const store = 'store' in config ? {} : { store: { file: join(dir, 'data') } };
  const own = { ...freePorts, warmUpMs: 0, ...store, activity: { folder: join(dir, 'data') } };
  writeFileSync(file, stringify(merge(own, config)));
  return { dir, file };
}

/** Runs `dist/main.js` as operators do, without waiting for anything. */
export function runGateway(options: GatewayOptions = {}): Child & { dir: string; configFile: string } {
  const { dir, file } = writeConfig(options.config ?? {});
  const args = options.args ?? [];
  const all = args.includes('--config') ? args : [...args, '--config', file];
  return { ...startChild([main, ...all], cleanEnv(options.env ?? {})), dir, configFile: file };
}

/** Starts the built gateway and waits until both doors take requests. */
export async function startGateway(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const child = runGateway(options);
  const ready = await child.line((line) => line['msg'] === 'ready');
  const removeDir = () => rmSync(child.dir, { recursive: true, force: true });
  return {
    publicUrl: textOf(ready, 'publicUrl'),
    privateUrl: textOf(ready, 'privateUrl'),
    pid: child.pid,
    configFile: child.configFile,
    dir: child.dir,
    logs: child.logs,
    text: child.text,
    line: child.line,
    signal: child.signal,
    hold: child.hold,
    async stop() {
      const code = await child.end('SIGTERM');
      removeDir();
      return code;
    },
    async kill() {
      await child.end('SIGKILL');
    },
  };
}

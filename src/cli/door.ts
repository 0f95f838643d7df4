import { findingText, readConfig } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import type { CommandArguments } from './command.ts';
import { CommandError, USAGE } from './io.ts';
import type { Io } from './io.ts';

/** The keys of the configuration that say where the gateway is; what is wrong elsewhere does not matter here. */
export function doorConfig(given: CommandArguments, io: Io, otherFlags: readonly string[]): Config {
  const { config, findings } = readConfig({ argv: given.configFlags, env: io.env, cwd: io.cwd, otherFlags });
  const fatal = findings.mistakes.filter(({ path }) => path === '' || /^(private|admin)(\.|$)/.test(path));
  if (fatal.length > 0) throw new CommandError(USAGE, fatal.map(findingText).join('\n'));
  return config;
}

/** The private door as a URL that can be connected to from this machine. */
export function privateUrl({ private: { host, port } }: Config): string {
  const near = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${near.includes(':') ? `[${near}]` : near}:${port}`;
}

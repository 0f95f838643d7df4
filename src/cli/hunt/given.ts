import { findingText, loadConfig } from '../../config/index.ts';
import type { Config } from '../../config/index.ts';
import type { Command, CommandArguments } from '../command.ts';
import { CommandError, USAGE, usage } from '../io.ts';
import type { Io } from '../io.ts';

const LEAST_PHRASE = 6;

/** The configuration whose routes are looked at. */
export function readConfigOf(given: CommandArguments, io: Io, command: Command): Config {
  const otherFlags = Object.keys(command.flags);
  const loaded = loadConfig({ argv: given.configFlags, env: io.env, cwd: io.cwd, otherFlags });
  if (loaded.ok) return loaded.config;
  throw new CommandError(USAGE, loaded.mistakes.map(findingText).join('\n'));
}

export function readPhrase(given: CommandArguments): string {
  const phrase = given.text('phrase')?.trim() ?? '';
  if (phrase.length >= LEAST_PHRASE) return phrase;
  throw usage(
    `--phrase must be words of that transcript that stand nowhere else, ${LEAST_PHRASE} characters at least`,
  );
}

/** A whole number of a flag; `otherwise` where it is left out. */
export function readCount(
  given: CommandArguments,
  flag: string,
  [least, most]: readonly [number, number],
  otherwise: number,
): number {
  const count = Number(given.text(flag) ?? otherwise);
  if (Number.isInteger(count) && count >= least && count <= most) return count;
  throw usage(`--${flag} must be ${least} to ${most}`);
}

/** What the platform is asked as. */
export function hostOf(config: Config): string {
  const site = config.public.url === null ? undefined : new URL(config.public.url);
  return config.upstream.host === 'client' && site !== undefined
    ? site.host
    : new URL(config.upstream.url).host;
}

import { readCommandLine } from './command.ts';
import { CommandError, FAILED, USAGE } from './io.ts';
import type { Io } from './io.ts';

export type { Io } from './io.ts';

/** True where the command line asks for something else than to run the gateway. */
export function isCommand(argv: readonly string[]): boolean {
  const [first] = argv;
  if (argv.some((word) => word === '--help' || word === '-h' || word === '--version')) return true;
  return first !== undefined && first !== 'serve' && !first.startsWith('-');
}

/** A container asks every few seconds: the one command for which the others are not even loaded. */
async function healthcheckOf(argv: readonly string[], io: Io): Promise<number> {
  const { healthcheck } = await import('./healthcheck.ts');
  return healthcheck.run(readCommandLine(healthcheck, argv), io, healthcheck);
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  const asksHelp = argv.includes('--help') || argv.includes('-h');
  if (argv[0] === 'healthcheck' && !asksHelp) return healthcheckOf(argv.slice(1), io);
  const { dispatch } = await import('./commands.ts');
  return dispatch(argv, io);
}

/** Runs one command; resolves to the exit code. Errors go to stderr. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await run(argv, io);
  } catch (error) {
    if (error instanceof CommandError) {
      const hint = error.exitCode === USAGE ? '\nSee transcript-gateway help.' : '';
      io.stderr.write(`transcript-gateway: ${error.message}${hint}\n`);
      return error.exitCode;
    }
    io.stderr.write(
      `transcript-gateway: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return FAILED;
  }
}

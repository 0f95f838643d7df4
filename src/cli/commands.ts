import { readFileSync } from 'node:fs';
import { nearest } from '../config/index.ts';
import { alerts, alertsTest } from './alerts.ts';
import { auditVerify } from './audit-verify.ts';
import { activityExport } from './activity/export.ts';
import { lookup } from './activity/lookup.ts';
import { refusals } from './activity/refusals.ts';
import { tail } from './activity/tail.ts';
import { changes } from './changes.ts';
import { checkConfig } from './check-config.ts';
import type { Command } from './command.ts';
import { readCommandLine } from './command.ts';
import { completionFor } from './completion.ts';
import { doctor } from './doctor/doctor.ts';
import { explain } from './explain.ts';
import { healthcheck } from './healthcheck.ts';
import { overview, page } from './help.ts';
import { hunt } from './hunt/hunt.ts';
import { identityTry } from './identity-try.ts';
import type { CommandError } from './io.ts';
import { DONE, usage } from './io.ts';
import type { Io } from './io.ts';
import { modeEnforce, modeInherit, modeReport } from './mode.ts';
import { rangesAdd } from './ranges/add.ts';
import { rangesExport } from './ranges/export.ts';
import { rangesImport } from './ranges/import.ts';
import { rangesList } from './ranges/list.ts';
import { rangesRemove } from './ranges/remove.ts';
import { rangesReview } from './ranges/review.ts';
import { reportAccess } from './report/access.ts';
import { reportReview } from './report/review.ts';
import { compare, confirm, restore, undo } from './undo.ts';
import { unguarded } from './unguarded.ts';
import { whitelistOff, whitelistOn, whitelistShow } from './whitelist.ts';

const working: readonly Command[] = [
  checkConfig,
  rangesList,
  rangesAdd,
  rangesRemove,
  rangesImport,
  rangesExport,
  rangesReview,
  whitelistOn,
  whitelistOff,
  whitelistShow,
  modeReport,
  modeEnforce,
  modeInherit,
  explain,
  tail,
  lookup,
  refusals,
  activityExport,
  changes,
  undo,
  confirm,
  compare,
  restore,
  reportAccess,
  reportReview,
  identityTry,
  auditVerify,
  alerts,
  alertsTest,
  hunt,
  unguarded,
  doctor,
  healthcheck,
];
const commands: readonly Command[] = [...working, completionFor(working)];

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return /"version": "([^"]+)"/.exec(text)?.[1] ?? 'unknown';
}

function find(words: readonly string[]): Command | undefined {
  const two = words.slice(0, 2).join(' ');
  return commands.find(({ name }) => name === two) ?? commands.find(({ name }) => name === words[0]);
}

function unknown(words: readonly string[]): CommandError {
  const [first = ''] = words;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (group.length > 0) {
    return usage(`say what to do: ${group.map(({ name }) => name).join(', ')}`);
  }
  const near = nearest(first, ['serve', 'help', ...commands.map(({ name }) => name.split(' ')[0] ?? name)]);
  return usage(`unknown command "${first}"${near === undefined ? '' : `; the nearest known one is ${near}`}`);
}

function help(words: readonly string[], io: Io): number {
  const command = find(words);
  const group = commands.filter(({ name }) => name.startsWith(`${words[0] ?? ''} `));
  if (command === undefined && group.length === 0 && words.length > 0 && words[0] !== 'serve')
    throw unknown(words);
  const text =
    command !== undefined ? page(command) : group.length > 0 ? overview(group) : overview(commands);
  io.stdout.write(text);
  return DONE;
}

/** Finds the command and runs it. */
export async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  if (argv[0] === '--version') {
    io.stdout.write(`transcript-gateway ${version()}\n`);
    return DONE;
  }
  const words = argv.slice(0, argv.findIndex((word) => word.startsWith('-')) >>> 0);
  if (words[0] === 'help') return help(words.slice(1), io);
  if (argv.includes('--help') || argv.includes('-h')) return help(words, io);
  const command = find(words);
  if (command === undefined) throw unknown(words);
  const rest = argv.slice(command.name.split(' ').length);
  return command.run(readCommandLine(command, rest), io, command);
}

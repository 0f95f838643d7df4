import { readConfig } from '../../config/index.ts';
import { gatewayFlags } from '../command.ts';
import type { Command } from '../command.ts';
import { findGateway } from '../gateway.ts';
import { DONE, FAILED, USAGE, usage, writeJson } from '../io.ts';
import type { Io } from '../io.ts';
import { counted, plainText } from '../table.ts';
import { judgeClock } from './clock.ts';
import { checkConfiguration } from './configuration.ts';
import type { Diagnosis, Health } from './diagnosis.ts';
import { checkKeys } from './keys.ts';
import { checkMachine } from './machine.ts';
import { checkRedis } from './redis.ts';
import { checkRunning } from './running.ts';
import { checkSessions } from './sessions.ts';
import { checkUpstream } from './upstream.ts';

const marks: Readonly<Record<Health, string>> = { good: 'ok  ', look: 'look', bad: 'BAD ', unknown: '?   ' };

function write(list: readonly Diagnosis[], io: Io): void {
  for (const { area, health, what, shows, mend } of list) {
    io.stdout.write(`${marks[health]}  ${area}: ${plainText(what)}\n`);
    if (shows !== undefined) io.stdout.write(`      how it shows: ${plainText(shows)}\n`);
    if (mend !== undefined) io.stdout.write(`      how to mend it: ${plainText(mend)}\n`);
  }
  const count = (health: Health): number => list.filter((one) => one.health === health).length;
  io.stdout.write(
    `\n${counted(list.length, 'check')}: ${count('good')} ok, ${count('look')} to look at, ${count('bad')} bad, ${count('unknown')} not known\n`,
  );
}

type Read = ReturnType<typeof readConfig>;

/** A check of a part of the configuration that has a mistake would only repeat it. */
function unlessWrong<T>(
  { findings }: Read,
  parts: readonly string[],
  check: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  return parts.some((part) => findings.wrong([part])) ? Promise.resolve(otherwise) : check();
}

const nothing = { found: [], clocks: [] };

export const doctor: Command = {
  name: 'doctor',
  takes: '',
  summary: 'Check every dependency and setting: what is wrong, how it shows, how to mend it.',
  details:
    'Connects to the platform, the key servers and Redis as the gateway would, and asks the running gateway what it has seen.\nRun it where the gateway runs, with the same configuration. Changes nothing. Exit 1 where something is bad.',
  flags: gatewayFlags,
  async run(given, io, command) {
    if (given.positionals.length > 0) throw usage(`unexpected argument "${given.positionals.join(' ')}"`);
    const otherFlags = Object.keys(command.flags);
    const read = readConfig({ argv: given.configFlags, env: io.env, cwd: io.cwd, otherFlags });
    const { config, findings } = read;
    const gateway = findGateway(given, io, otherFlags);
    const [machine, upstream, keys, sessions, redis, running] = await Promise.all([
      unlessWrong(read, ['store', 'limits', 'upstream'], () => checkMachine(config), []),
      unlessWrong(read, ['upstream'], () => checkUpstream(config), nothing),
      unlessWrong(read, ['identity'], () => checkKeys(config), nothing),
      unlessWrong(read, ['identity', 'upstream', 'public'], () => checkSessions(config), []),
      unlessWrong(read, ['store'], () => checkRedis(config), nothing),
      unlessWrong(read, ['policy'], () => checkRunning(gateway, config), []),
    ]);
    const clocks = [...upstream.clocks, ...keys.clocks, ...redis.clocks];
    const clock = judgeClock(
      clocks,
      findings.wrong(['identity']) ? 30 : config.identity.clockToleranceSeconds,
    );
    const list = [
      ...checkConfiguration(read),
      ...machine,
      ...upstream.found,
      ...keys.found,
      ...sessions,
      ...redis.found,
      ...clock,
      ...running,
    ];
    if (given.has('json')) writeJson(io, { ok: !list.some(({ health }) => health === 'bad'), checks: list });
    else write(list, io);
    if (findings.mistakes.length > 0) return USAGE;
    return list.some(({ health }) => health === 'bad') ? FAILED : DONE;
  },
};

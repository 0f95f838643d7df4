#!/usr/bin/env node
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import type { App } from './app.ts';
import { askGiven, isWorker, onReload, tellFailed, tellReady, type WorkerConfig } from './app/worker.ts';
import { startWorkers } from './app/workers.ts';
import { isCommand, runCli } from './cli/index.ts';
import {
  findingText,
  loadConfig,
  needRestart,
  processEnvironment,
  type Config,
  type LoadedConfig,
} from './config/index.ts';
import { createLog, type Log } from './ops/log.ts';

/** Start here: configuration → app → listen → close. Every other command is the command line's. */
async function main(argv: readonly string[]): Promise<void> {
  if (!isCommand(argv)) return serve(argv[0] === 'serve' ? argv.slice(1) : argv);
  const { stdin, stdout, stderr } = process;
  for (const output of [stdout, stderr]) output.on('error', endOnClosedPipe);
  const io = { env: processEnvironment(), cwd: process.cwd(), stdin, stdout, stderr };
  process.exitCode = await runCli(argv, io);
}

/** Who reads has read enough, as `head` does: that is no failure. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

async function serve(flags: readonly string[]): Promise<void> {
  if (isWorker()) return serveAsWorker(await askGiven());
  const load = (): LoadedConfig => loadConfig({ argv: flags, env: processEnvironment(), cwd: process.cwd() });
  const loaded = load();
  if (!loaded.ok) {
    for (const mistake of loaded.mistakes) console.error(`configuration: ${findingText(mistake)}`);
    process.exitCode = 2;
    return;
  }
  const { config, warnings } = loaded;
  const { flush, ...logging } = createLog(config.log.level, config.workers === 1);
  const { log } = logging;
  for (const warning of warnings) log.warn({ path: warning.path }, findingText(warning));
  const current: { running?: Running } = {};
  // Listened to from the start: a hangup must not end a gateway that is still starting.
  process.on('SIGHUP', () => current.running && reload(current.running, load, log));
  const fail = (error: unknown, what: string): never => {
    log.fatal({ err: error }, `${what}: ${messageOf(error)}`);
    flush();
    process.exit(1);
  };
  endGracefully(current, config, log, flush);
  const start =
    config.workers > 1
      ? startMany(config, log, (why) => fail(why, 'given up'))
      : startOne({ start: config, settings: config }, logging);
  const running = (current.running = await start.catch((error: unknown) => fail(error, 'could not start')));
  const { publicUrl, privateUrl } = running;
  // Scripts and supervisors wait for this line, whatever the level.
  log.child({}, { level: 'info' }).info({ publicUrl, privateUrl }, 'ready');
}

async function serveAsWorker(given: WorkerConfig): Promise<void> {
  const { flush, ...logging } = createLog(given.settings.log.level);
  const { log } = logging;
  const current: { running?: Running; waiting?: Config } = {};
  // Who started this one loads what is new: a hangup that reaches all of them is not for this one.
  process.on('SIGHUP', () => undefined);
  onReload((settings) => {
    if (current.running !== undefined) return current.running.reload(settings);
    current.waiting = settings;
    return false;
  });
  endGracefully(current, given.start, log, flush);
  const running = await startOne(given, logging).catch(async (error: unknown) => {
    // Said once, by the process that started this one.
    await tellFailed(messageOf(error));
    flush();
    return process.exit(1);
  });
  current.running = running;
  if (current.waiting !== undefined) running.reload(current.waiting);
  tellReady({ publicUrl: running.publicUrl, privateUrl: running.privateUrl });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What runs: this process's own gateway, or the workers that it started. */
interface Running {
  readonly publicUrl: string;
  readonly privateUrl: string;
  /** False where it cannot take it, and the old one stays. */
  reload(settings: Config): boolean;
  close(): Promise<void>;
}

async function startOne(
  { start, settings }: WorkerConfig,
  { log, ...logging }: Omit<Log, 'flush'>,
): Promise<Running> {
  // Loaded here, so that a health check or another command does not load a whole gateway.
  const { startApp } = await import('./app.ts');
  const app = await startApp(start, settings, log, logging);
  return { ...app, reload: (next) => takeOver(app, start, next, log) };
}

async function startMany(config: Config, log: Logger, giveUp: (why: Error) => void): Promise<Running> {
  const workers = await startWorkers(config, log, giveUp);
  return {
    ...workers,
    reload(settings) {
      log.level = settings.log.level;
      workers.reload(settings);
      return true;
    },
  };
}

/** From the start on: what has not begun to run yet ends at once. */
function endGracefully(
  current: { readonly running?: Running },
  { shutdown }: Config,
  log: Logger,
  flush: () => void,
): void {
  const delay = shutdown.delayMs + shutdown.drainMs + 5_000;
  closeWithGrace({ delay, skip: ['SIGHUP'] }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'an unexpected error ends the process');
    else log.info({ signal }, 'closing');
    await current.running?.close();
    log.info('closed');
    flush();
  });
}

/** A bad new configuration keeps the old one. */
function reload(running: Running, load: () => LoadedConfig, log: Logger): void {
  const loaded = load();
  if (loaded.ok) running.reload(loaded.config);
  else log.error({ mistakes: loaded.mistakes }, 'reload refused: the old configuration stays');
}

function takeOver(app: App, start: Config, settings: Config, log: Logger): boolean {
  try {
    app.reload(settings);
  } catch (error) {
    log.error({ err: error }, 'reload refused: the old configuration stays');
    return false;
  }
  log.level = settings.log.level;
  const waiting = needRestart(start, settings);
  log.info({ needRestart: waiting }, 'reloaded');
  if (waiting.length > 0)
    log.warn({ needRestart: waiting }, `not taken until a restart: ${waiting.join(', ')}`);
  return true;
}

await main(process.argv.slice(2));

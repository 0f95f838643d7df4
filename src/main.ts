#!/usr/bin/env node
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import type { App } from './app.ts';
import { isWorker, startWorkers, tellFailed, tellReady } from './app/workers.ts';
import { isCommand, runCli } from './cli/index.ts';
import {
  findingText,
  loadConfig,
  needRestart,
  processEnvironment,
  type Config,
  type Loaded,
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
  const load = (): Loaded => loadConfig({ argv: flags, env: processEnvironment(), cwd: process.cwd() });
  const loaded = load();
  if (!loaded.ok) {
    for (const mistake of loaded.mistakes) console.error(`configuration: ${findingText(mistake)}`);
    process.exitCode = 2;
    return;
  }
  const { config } = loaded;
  const { log, flush, hasRoom } = createLog(config.log.level);
  const supervises = config.workers > 1 && !isWorker();
  if (!isWorker())
    for (const warning of loaded.warnings) log.warn({ path: warning.path }, findingText(warning));
  const current: { running?: Running } = {};
  // Listened to from the start: a hangup must not end a gateway that is still starting.
  process.on('SIGHUP', () => current.running?.reload());
  const fail = (error: unknown, what: string): never => {
    log.fatal({ err: error }, `${what}: ${error instanceof Error ? error.message : String(error)}`);
    flush();
    process.exit(1);
  };
  const start = supervises
    ? startWorkers(config.workers, log, (why) => fail(why, 'given up'))
    : startOne(config, load, { log, hasRoom });
  const running = await start.catch(async (error: unknown) => {
    // Said once, by the process that started this one.
    if (isWorker()) await tellFailed(error instanceof Error ? error.message : String(error));
    else fail(error, 'could not start');
    return process.exit(1);
  });
  current.running = running;
  const { publicUrl, privateUrl } = running;
  if (isWorker()) tellReady({ publicUrl, privateUrl });
  // Scripts and supervisors wait for this line, whatever the level.
  else log.child({}, { level: 'info' }).info({ publicUrl, privateUrl }, 'ready');
  endGracefully(running, config, log, flush);
}

/** What runs: this process's own gateway, or the workers that it started. */
interface Running {
  readonly publicUrl: string;
  readonly privateUrl: string;
  reload(): void;
  close(): Promise<void>;
}

async function startOne(
  config: Config,
  load: () => Loaded,
  { log, hasRoom }: Omit<Log, 'flush'>,
): Promise<Running> {
  // Loaded here, so that a health check or another command does not load a whole gateway.
  const { startApp } = await import('./app.ts');
  const app = await startApp(config, config, log, hasRoom);
  return { ...app, reload: () => reload(app, config, load, log) };
}

function endGracefully(running: Running, { shutdown }: Config, log: Logger, flush: () => void): void {
  const delay = shutdown.delayMs + shutdown.drainMs + 5_000;
  closeWithGrace({ delay, skip: ['SIGHUP'] }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'an unexpected error ends the process');
    else log.info({ signal }, 'closing');
    await running.close();
    log.info('closed');
    flush();
  });
}

/** A bad new configuration keeps the old one. */
function reload(app: App, running: Config, load: () => Loaded, log: Logger): void {
  const loaded = load();
  if (!loaded.ok) {
    log.error({ mistakes: loaded.mistakes }, 'reload refused: the old configuration stays');
    return;
  }
  try {
    app.reload(loaded.config);
    log.level = loaded.config.log.level;
    const waiting = needRestart(running, loaded.config);
    log.info({ needRestart: waiting }, 'reloaded');
    if (waiting.length > 0)
      log.warn({ needRestart: waiting }, `not taken until a restart: ${waiting.join(', ')}`);
  } catch (error) {
    log.error({ err: error }, 'reload refused: the old configuration stays');
  }
}

await main(process.argv.slice(2));

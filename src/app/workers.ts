import cluster, { type Worker } from 'node:cluster';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { AggregatorRegistry, type RegistryContentType } from 'prom-client';
import type { Config } from '../config/index.ts';
import { createPatience } from './patience.ts';
import { tryDoors } from './start-failure.ts';
import type { WorkerConfig, WorkerMessage } from './worker.ts';

export interface Workers {
  readonly publicUrl: string;
  readonly privateUrl: string;
  /** Hands it to each of them. */
  reload(settings: Config): void;
  /** Ends them as they would end by themselves: drained. */
  close(): Promise<void>;
}

interface State {
  closing: boolean;
  /** True once all have taken requests. */
  started: boolean;
  /** What a worker that could not start said last. */
  failure?: string;
  given: WorkerConfig;
  /** The newest configuration, taken or not. */
  offered?: Extract<WorkerMessage, { kind: 'reload' }>;
  /** Those that take requests, or did. */
  readonly ready: Set<Worker>;
  readonly slots: Map<Worker, Patience>;
  readonly sums: Sums;
}

type Patience = ReturnType<typeof createPatience>;

/**
 * Runs `count` processes behind the same ports; one that dies is started again, after a pause that grows, and takes
 * no other with it. Resolves once all of them take requests; rejects, with all of them ended, where one cannot
 * start. `giveUp` is told, with all of them ended, of one that died again and again.
 */
export async function startWorkers(
  start: Config,
  log: Logger,
  giveUp: (why: Error) => void,
): Promise<Workers> {
  // Before all of them warm up.
  if (start.warmUpMs > 0) await tryDoors(start);
  // Keys are bytes, which JSON does not carry.
  cluster.setupPrimary({ serialization: 'advanced' });
  const given = { start, settings: start };
  const state: State = {
    ...{ closing: false, started: false, given, ready: new Set(), slots: new Map() },
    sums: new AggregatorRegistry(),
  };
  const urls = await new Promise<{ publicUrl: string; privateUrl: string }>((resolve, reject) => {
    cluster.on('message', (worker, message: WorkerMessage) => hear(state, worker, message, log, resolve));
    supervise(
      state,
      log,
      (why) => void endAll(state).then(() => (state.started ? giveUp(why) : reject(why))),
    );
    for (let i = 0; i < start.workers; i += 1)
      fork(
        state,
        createPatience(() => performance.now()),
      );
  });
  return {
    publicUrl: urls.publicUrl,
    privateUrl: urls.privateUrl,
    reload(settings) {
      state.offered = { kind: 'reload', settings, turn: (state.offered?.turn ?? 0) + 1 };
      for (const worker of all()) tell(worker, state.offered);
    },
    close: () => endAll(state),
  };
}

function hear(
  state: State,
  worker: Worker,
  message: WorkerMessage,
  log: Logger,
  started: (urls: { publicUrl: string; privateUrl: string }) => void,
): void {
  if (message.kind === 'ask') tell(worker, { kind: 'given', ...state.given });
  if (message.kind === 'taken') take(state, message.turn);
  if (message.kind === 'metrics') void answerMetrics(state.sums, worker, message.id);
  if (message.kind === 'failed') state.failure = message.why;
  if (message.kind !== 'ready') return;
  state.ready.add(worker);
  if (state.started) log.info({ worker: worker.process.pid }, 'a worker takes requests again');
  if (state.started || state.ready.size < state.given.start.workers) return;
  state.started = true;
  started(message);
}

/** Only what one of them could take is given to those that are started later. */
function take(state: State, turn: number): void {
  if (state.offered?.turn === turn)
    state.given = { start: state.given.start, settings: state.offered.settings };
}

function fork(state: State, patience: Patience): void {
  if (!state.closing) state.slots.set(cluster.fork(), patience);
}

function supervise(state: State, log: Logger, end: (why: Error) => void): void {
  cluster.on('exit', (worker, code, signal) => {
    const patience = state.slots.get(worker);
    state.slots.delete(worker);
    if (state.closing || patience === undefined) return;
    const wasReady = state.ready.has(worker);
    const how = signal === null ? `with code ${String(code)}` : `by ${String(signal)}`;
    const why = wasReady ? `it ended ${how}` : (state.failure ?? `it ended ${how} before it took requests`);
    const pauseMs = state.started || wasReady ? patience.died() : undefined;
    if (pauseMs === undefined)
      return end(new Error(state.started ? `a worker died again and again: ${why}` : why));
    log.error(
      { worker: worker.process.pid, code, signal, pauseMs, why },
      'a worker died; another is started',
    );
    setTimeout(() => fork(state, patience), pauseMs);
  });
}

const all = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);

async function endAll(state: State): Promise<void> {
  state.closing = true;
  await Promise.all(all().map(ended));
}

function ended(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}

type Sums = Pick<AggregatorRegistry<RegistryContentType>, 'clusterMetrics'>;

async function answerMetrics(sums: Sums, worker: Worker, id: number): Promise<void> {
  const text = await sums.clusterMetrics().catch(() => '');
  tell(worker, { kind: 'summed', id, text });
}

function tell(worker: Worker, message: WorkerMessage): void {
  if (worker.isConnected()) worker.send(message);
}

import cluster, { type Worker } from 'node:cluster';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry, type RegistryContentType } from 'prom-client';
import { createPatience } from './patience.ts';

/** What a worker tells the process that started it. */
type Message =
  | { readonly kind: 'ready'; readonly publicUrl: string; readonly privateUrl: string }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'summed'; readonly id: number; readonly text: string };

export interface Workers {
  readonly publicUrl: string;
  readonly privateUrl: string;
  reload(): void;
  /** Ends them as they would end by themselves: drained. */
  close(): Promise<void>;
}

interface State {
  closing: boolean;
  /** True once all have taken requests. */
  started: boolean;
  /** What a worker that could not start said last. */
  failure?: string;
  /** Those that take requests, or did. */
  readonly ready: Set<Worker>;
  readonly slots: Map<Worker, Patience>;
}

type Patience = ReturnType<typeof createPatience>;

/**
 * Runs `count` processes behind the same ports; one that dies is started again, after a pause that grows, and takes
 * no other with it. Resolves once all of them take requests; rejects, with all of them ended, where one cannot
 * start. `giveUp` is told, with all of them ended, of one that died again and again.
 */
export async function startWorkers(
  count: number,
  log: Logger,
  giveUp: (why: Error) => void,
): Promise<Workers> {
  const state: State = { closing: false, started: false, ready: new Set(), slots: new Map() };
  const sums = new AggregatorRegistry();
  const urls = await new Promise<{ publicUrl: string; privateUrl: string }>((resolve, reject) => {
    cluster.on('message', (worker, message: Message) => {
      if (message.kind === 'metrics') void answerMetrics(sums, worker, message.id);
      if (message.kind === 'failed') state.failure = message.why;
      if (message.kind !== 'ready') return;
      state.ready.add(worker);
      if (state.started || state.ready.size < count) return;
      state.started = true;
      resolve(message);
    });
    supervise(
      state,
      log,
      (why) => void endAll(state).then(() => (state.started ? giveUp(why) : reject(why))),
    );
    for (let i = 0; i < count; i += 1)
      fork(
        state,
        createPatience(() => performance.now()),
      );
  });
  return {
    publicUrl: urls.publicUrl,
    privateUrl: urls.privateUrl,
    reload: () => all().forEach((worker) => worker.process.kill('SIGHUP')),
    close: () => endAll(state),
  };
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
  const answer: Message = { kind: 'summed', id, text };
  if (worker.isConnected()) worker.send(answer);
}

/** True in a process that was started by `startWorkers`. */
export const isWorker = (): boolean => cluster.isWorker;

/** Tells the process that started this one that it takes requests. */
export function tellReady(urls: { readonly publicUrl: string; readonly privateUrl: string }): void {
  const message: Message = { kind: 'ready', ...urls };
  process.send?.(message);
}

/** Tells it that this one cannot take any; resolves once that is told. */
export function tellFailed(why: string): Promise<void> {
  const message: Message = { kind: 'failed', why };
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

/** The figures of all workers together: each may be asked, and asks for them all. */
export function summedMetrics(own: Registry): () => Promise<string> {
  // Made for its listener alone: by it the figures of this process are asked for.
  void new AggregatorRegistry();
  AggregatorRegistry.setRegistries(own);
  let last = 0;
  const waiting = new Map<number, (text: string) => void>();
  process.on('message', (message: Message) => {
    if (message.kind !== 'summed') return;
    waiting.get(message.id)?.(message.text);
    waiting.delete(message.id);
  });
  return () =>
    new Promise((resolve) => {
      const message: Message = { kind: 'metrics', id: (last += 1) };
      waiting.set(message.id, resolve);
      process.send?.(message);
    });
}

import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry, type RegistryContentType } from 'prom-client';

/** What a worker tells the process that started it. */
type Message =
  | { readonly kind: 'ready'; readonly publicUrl: string; readonly privateUrl: string }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'summed'; readonly id: number; readonly text: string };

/** So that a worker that cannot start does not spin. */
const restartPauseMs = 500;

export interface Workers {
  readonly publicUrl: string;
  readonly privateUrl: string;
  reload(): void;
  /** Ends them as they would end by themselves: drained. */
  close(): Promise<void>;
}

/**
 * Runs `count` processes behind the same ports; one that dies is started again, and takes no other with it.
 *
 * Resolves once all of them take requests.
 */
export async function startWorkers(count: number, log: Logger): Promise<Workers> {
  const sums = new AggregatorRegistry();
  const state = { closing: false, ready: 0 };
  const ready = new Promise<{ publicUrl: string; privateUrl: string }>((resolve) => {
    cluster.on('message', (worker, message: Message) => {
      if (message.kind === 'metrics') void answerMetrics(sums, worker, message.id);
      if (message.kind === 'ready' && ++state.ready === count) resolve(message);
    });
  });
  cluster.on('exit', (worker, code, signal) => {
    if (state.closing) return;
    log.error({ worker: worker.process.pid, code, signal }, 'a worker died; another is started');
    setTimeout(() => !state.closing && cluster.fork(), restartPauseMs);
  });
  for (let i = 0; i < count; i += 1) cluster.fork();
  const all = (): Worker[] => Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  return {
    ...(await ready),
    reload: () => all().forEach((worker) => worker.process.kill('SIGHUP')),
    async close() {
      state.closing = true;
      await Promise.all(all().map(ended));
    },
  };
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

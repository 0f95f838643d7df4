import cluster from 'node:cluster';
import { AggregatorRegistry, type Registry } from 'prom-client';
import type { Config } from '../config/index.ts';

/** What all workers run by: the configuration of the start, and the last one that a reload took. */
export interface WorkerConfig {
  readonly start: Config;
  readonly settings: Config;
}

/** What a worker and the process that started it tell each other. */
export type WorkerMessage =
  | { readonly kind: 'ask' }
  | ({ readonly kind: 'given' } & WorkerConfig)
  | { readonly kind: 'reload'; readonly turn: number; readonly settings: Config }
  | { readonly kind: 'taken'; readonly turn: number }
  | { readonly kind: 'ready'; readonly publicUrl: string; readonly privateUrl: string }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'metrics'; readonly id: number }
  | { readonly kind: 'summed'; readonly id: number; readonly text: string };

/** True in a process that was started by `startWorkers`. */
export const isWorker = (): boolean => cluster.isWorker;

/**
 * What this worker runs by: as the process that started it was told, whatever its file says by now. One that is
 * started again must not serve by a configuration that nobody accepted, or half of which waits for a restart.
 */
export function askGiven(): Promise<WorkerConfig> {
  return new Promise((resolve) => {
    const hear = (message: WorkerMessage): void => {
      if (message.kind !== 'given') return;
      process.off('message', hear);
      resolve(message);
    };
    process.on('message', hear);
    process.send?.({ kind: 'ask' } satisfies WorkerMessage);
  });
}

/** Hears each newer configuration; `take` says whether it could be taken. */
export function onReload(take: (settings: Config) => boolean): void {
  process.on('message', (message: WorkerMessage) => {
    if (message.kind !== 'reload' || !take(message.settings)) return;
    process.send?.({ kind: 'taken', turn: message.turn } satisfies WorkerMessage);
  });
}

/** Tells the process that started this one that it takes requests. */
export function tellReady(urls: { readonly publicUrl: string; readonly privateUrl: string }): void {
  const message: WorkerMessage = { kind: 'ready', ...urls };
  process.send?.(message);
}

/** Tells it that this one cannot take any; resolves once that is told. */
export function tellFailed(why: string): Promise<void> {
  const message: WorkerMessage = { kind: 'failed', why };
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
  process.on('message', (message: WorkerMessage) => {
    if (message.kind !== 'summed') return;
    waiting.get(message.id)?.(message.text);
    waiting.delete(message.id);
  });
  return () =>
    new Promise((resolve) => {
      const message: WorkerMessage = { kind: 'metrics', id: (last += 1) };
      waiting.set(message.id, resolve);
      process.send?.(message);
    });
}

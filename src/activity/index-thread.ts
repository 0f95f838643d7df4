import { Worker } from 'node:worker_threads';
import type { Answers, Questions, Reply, ThreadData } from './operations.ts';

/** The index on a thread of its own: neither writing nor asking holds a request up. */
export interface IndexThread {
  ask<Name extends keyof Answers>(name: Name, question: Questions[Name]): Promise<Answers[Name]>;
  /** Ends it once what was asked before has been done. */
  close(): Promise<void>;
}

/** Beside this file, with the ending that this file has: built or not. What is built needs no loader of the process. */
const isBuilt = !import.meta.url.endsWith('.ts');
const source = new URL(`./thread${isBuilt ? '.js' : '.ts'}`, import.meta.url);

/** Starts the thread. Everything asked of it rejects, with its reason, once it has ended by itself. */
export function startIndexThread(data: ThreadData, onEnded: (why: string) => void): IndexThread {
  const worker = new Worker(source, { workerData: data, ...(isBuilt && { execArgv: [] }) });
  worker.unref();
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let ended: string | undefined;
  const end = (why: string): void => {
    if (ended !== undefined) return;
    ended = why;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
    onEnded(why);
  };
  worker.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('failed' in reply) asked?.reject(new Error(reply.failed));
    else asked?.resolve(reply.value);
    if (waiting.size === 0) worker.unref();
  });
  worker.on('error', (error: Error) => end(error.message));
  worker.on('exit', () => end('the thread of the activity record has ended'));
  const ask = <Name extends keyof Answers>(name: Name, question: Questions[Name]): Promise<Answers[Name]> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(new Error(ended));
      const id = ++lastId;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      worker.ref();
      worker.postMessage({ id, operation: { ...question, name } });
    });
  return {
    ask,
    async close() {
      await ask('close', {}).catch(() => undefined);
      await worker.terminate();
    },
  };
}

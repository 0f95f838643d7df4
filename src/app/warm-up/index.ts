import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { startMadeGateway } from './gateway.ts';
import type { Heard, Told } from './world.ts';

/** Requests that are under way at one time. */
const visitors = 16;
/** For what became of them to be told. */
const lastMs = 500;

const isBuilt = !import.meta.url.endsWith('.ts');
/** Beside this file, with the ending that this file has. */
const world = new URL(`./world${isBuilt ? '.js' : '.ts'}`, import.meta.url);

/**
 * Runs what a request runs, on requests that are made up, so that it is compiled before the first visitor comes: a
 * second gateway in this process, with a policy, a platform and keys of its own, on sockets of this machine. It
 * touches nothing of the first one's, and tells nobody. Ends after `ms`, its start included; resolves with the number
 * of answers. Rejects where one was not as it should be, or the thread around it fails.
 */
export async function warmUp(ms: number): Promise<number> {
  const enough = AbortSignal.timeout(ms);
  const thread = new Worker(world, { workerData: { visitors }, ...(isBuilt && { execArgv: [] }) });
  const tell = (message: Heard): void => thread.postMessage(message);
  // Whoever waits hears of it; while nobody does, it must not end the process.
  thread.on('error', () => undefined);
  try {
    const start = await hear(thread, enough);
    if (start === undefined || 'answered' in start) return 0;
    const gateway = await startMadeGateway(start.platformPort, start.publicKey);
    try {
      tell({ port: gateway.port });
      await hear(thread, enough);
      tell({ port: undefined });
      return answered(await hear(thread, AbortSignal.timeout(lastMs)));
    } finally {
      await gateway.close();
    }
  } finally {
    await thread.terminate();
  }
}

/** What the thread tells next; undefined where that is enough before. Rejects where it fails. */
async function hear(thread: Worker, enough: AbortSignal): Promise<Told | undefined> {
  try {
    const [told] = (await once(thread, 'message', { signal: enough })) as [Told];
    return told;
  } catch (error) {
    if (enough.aborted) return undefined;
    throw error;
  }
}

function answered(told: Told | undefined): number {
  if (told === undefined || !('answered' in told)) return 0;
  if (told.wrong !== undefined) throw new Error(told.wrong);
  return told.answered;
}

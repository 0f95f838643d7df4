import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { createEditor } from '../../src/policy-store/editor.ts';
import { createTrials } from '../../src/policy-store/trials.ts';
import type { Scene } from './scene.ts';

/** The clocks of some gateways on one store; `to` sets them. */
export function clocks(t: Test, { store, live }: Scene, count: number) {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => t.fail(JSON.stringify(fields)),
  };
  const open = () => {
    const editor = createEditor({
      store,
      live,
      now,
      randomId: () => Math.random().toString(16).slice(2).padEnd(16, '0').slice(0, 16),
    });
    return createTrials({ store, editor, subscribe, log, now });
  };
  const listeners = new Set<(revision: number) => void>();
  const subscribe = (listener: (revision: number) => void) => {
    listeners.add(listener);
    const unsubscribe = live.subscribe(listener);
    return () => {
      listeners.delete(listener);
      unsubscribe();
    };
  };
  let running = Array.from({ length: count }, open);
  const stop = (): void => running.forEach((each) => each.close());
  t.teardown(() => stop());
  return {
    stop,
    start: (): void => void (running = Array.from({ length: count }, open)),
    pass(ms: number): void {
      aheadMs += ms;
      // What time itself does after some seconds.
      for (const look of listeners) look(0);
    },
  };
}

/** Waits for something to be so. */
export async function until(done: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await done()) return true;
    await sleep(25);
  }
  return false;
}

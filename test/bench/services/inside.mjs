// Loaded into a gateway before it starts: says on demand what it holds, and how long its event loop stood still.
import { PerformanceObserver } from 'node:perf_hooks';
import { watchTurns } from '../turns.mjs';

let turns = watchTurns();
let worstGcMs = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) worstGcMs = Math.max(worstGcMs, duration);
}).observe({ type: 'gc' });

const answers = {
  memory() {
    globalThis.gc();
    globalThis.gc();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { rss, heapUsed, external };
  },
  /** Since it was last asked. */
  turns() {
    const worst = { ...turns(), worstGcMs: Number(worstGcMs.toFixed(1)) };
    turns = watchTurns();
    worstGcMs = 0;
    return worst;
  },
};

process.on('message', (what) => process.send(answers[what]()));
process.channel.unref();

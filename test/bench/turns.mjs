// How long the event loop of this process stands still.
import { clearTimeout, setTimeout } from 'node:timers';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const round = (n) => Number(n.toFixed(1));

/**
 * The most that one turn of the event loop took: by the clock, and in CPU time of the process (all of its threads),
 * which a busy machine does not blur.
 */
export function watchTurns() {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let [worst, last] = [0, process.cpuUsage()];
  let timer;
  const turn = () => {
    const now = process.cpuUsage();
    worst = Math.max(worst, now.user + now.system - last.user - last.system);
    last = now;
    timer = setTimeout(turn, 1).unref();
  };
  turn();
  return () => {
    clearTimeout(timer);
    delay.disable();
    return { worstStallMs: round(delay.max / 1e6 - 1), worstTurnCpuMs: round(worst / 1000) };
  };
}

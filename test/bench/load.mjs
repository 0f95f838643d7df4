// Loads one candidate for a while, through wrk on processor 1, and reads what it cost.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { promisify } from 'node:util';
import { cpuSeconds, residentBytes } from './processes.mjs';

const clientProgram = new URL('./client.mjs', import.meta.url).pathname;

const run = promisify(execFile);
const costOf = (pids) => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
const weightOf = (pids) => pids.reduce((sum, pid) => sum + residentBytes(pid), 0);

/** A wrk script that sends each request with the next of these header sets. */
export function writeScript(folder, name, headerSets) {
  const sets = headerSets.map(
    (headers) =>
      `{${Object.entries(headers)
        .map(([header, value]) => `["${header}"]="${value}"`)
        .join(',')}}`,
  );
  const file = join(folder, `${name}.lua`);
  writeFileSync(
    file,
    `local sets = {${sets.join(',\n')}}
local n = 0
request = function()
  n = n % #sets + 1
  return wrk.format("GET", nil, sets[n])
end
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`,
  );
  return file;
}

/** Above this share the processor of the generator and the platform is full: a round says then how fast those are. */
const mostBusy = 0.95;

/** Ticks of processor 1 so far, in all and idle (proc(5)). */
function ticks() {
  const [, ...all] = /^cpu1 .*$/m.exec(readFileSync('/proc/stat', 'utf8'))[0].split(' ').map(Number);
  return { all: all.slice(0, 8).reduce((sum, each) => sum + each), idle: all[3] + all[4] };
}

/** Runs the generator on processor 1; `isFull` where that was the bottleneck, and rates and latencies say nothing. */
async function generate(...command) {
  const before = ticks();
  const { stdout } = await run('taskset', ['-c', '1', ...command]);
  const after = ticks();
  const isFull = after.idle - before.idle < (1 - mostBusy) * (after.all - before.all);
  return { stdout, isFull };
}

/**
 * @returns requests a second, processor microseconds a request, latency in microseconds, answers that were not 2xx,
 * resident bytes.
 */
export async function load(wrk, { port, pids }, { path, script, connections, seconds }) {
  const before = costOf(pids);
  const url = `http://127.0.0.1:${port}${path}`;
  const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s'];
  const { stdout, isFull } = await generate(wrk, ...flags, '-s', script, url);
  const cpu = costOf(pids) - before;
  const figures = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout)?.slice(1).map(Number);
  if (figures === undefined) throw new Error(`wrk said nothing of use: ${stdout}`);
  const [requests, micros, refused, failed, p50, p99] = figures;
  return {
    perSecond: (requests / micros) * 1e6,
    cpuMicros: pids.length > 0 ? (cpu / requests) * 1e6 : undefined,
    p50,
    p99,
    refused,
    failed,
    isFull,
    resident: weightOf(pids),
  };
}

/**
 * The same for what wrk cannot do, through client.mjs: `perSecond` counts what the case says (MB, messages), and
 * `resident` is the most that the candidate grew by meanwhile.
 */
export async function stream({ port, pids }, { kind, path, headers, seconds }) {
  const [before, weight] = [costOf(pids), weightOf(pids)];
  let most = weight;
  const watch = setInterval(() => (most = Math.max(most, weightOf(pids))), 50);
  const url = `http://127.0.0.1:${port}${path}`;
  const args = [clientProgram, kind, url, JSON.stringify(headers), String(seconds)];
  const { stdout, isFull } = await generate(process.execPath, ...args);
  clearInterval(watch);
  const { done, failed, seconds: took, p50, p99 } = JSON.parse(stdout);
  const cpuMicros = pids.length > 0 ? ((costOf(pids) - before) / Math.max(1, done)) * 1e6 : undefined;
  return { perSecond: done / took, cpuMicros, p50, p99, refused: 0, failed, isFull, resident: most - weight };
}

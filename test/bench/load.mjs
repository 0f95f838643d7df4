// Loads one candidate for a while, through wrk on processor 1, and reads what it cost.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, residentBytes } from './processes.mjs';

const run = promisify(execFile);

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

/**
 * @returns requests a second, processor microseconds a request, latency in microseconds, answers that were not 2xx,
 * resident bytes.
 */
export async function load(wrk, { port, pids }, { path, script, connections, seconds }) {
  const before = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const url = `http://127.0.0.1:${port}${path}`;
  const { stdout } = await run('taskset', [
    '-c',
    '1',
    wrk,
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '30s',
    '-s',
    script,
    url,
  ]);
  const cpu = pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0) - before;
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
    resident: pids.reduce((sum, pid) => sum + residentBytes(pid), 0),
  };
}

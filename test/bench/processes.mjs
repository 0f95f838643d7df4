// Starts the programs of a benchmark and reads what they cost from the operating system.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const ticksPerSecond = 100;

/** Processor time of a process and all its children so far, in seconds (proc(5)). */
export function cpuSeconds(pid) {
  return family(pid).reduce((sum, member) => sum + ownCpuSeconds(member), 0);
}

/** Resident memory of a process and all its children, in bytes. */
export function residentBytes(pid) {
  return family(pid).reduce((sum, member) => {
    const kib = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${member}/status`))?.[1] ?? 0;
    return sum + Number(kib) * 1024;
  }, 0);
}

function ownCpuSeconds(pid) {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}

function family(pid) {
  const children = readdirSync(`/proc/${pid}/task`, { withFileTypes: true }).flatMap(({ name }) =>
    read(`/proc/${pid}/task/${name}/children`).trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Starts a program pinned to one processor and waits until its ports answer.
 *
 * @returns `{ pid, port, stop() }`
 */
export async function start(command, { cpu, port, alsoPort = port, env = {}, cwd }) {
  const child = spawn('taskset', ['-c', String(cpu), ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd,
    detached: true,
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => said.length < 100 && said.push(chunk));
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    signal(child.pid, 'SIGTERM');
    await Promise.race([gone, sleep(2000)]);
    signal(child.pid, 'SIGKILL');
  };
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await answers(port)) && (await answers(alsoPort))) return { pid: child.pid, port, stop };
    if (child.exitCode !== null) break;
    await sleep(50);
  }
  await stop();
  throw new Error(
    `${command.join(' ')} does not listen on ${port}: ${Buffer.concat(said).toString().slice(-800)}`,
  );
}

function signal(pid, name) {
  try {
    process.kill(-pid, name);
  } catch {
    // already gone
  }
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

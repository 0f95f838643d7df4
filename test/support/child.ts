import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export type LogLine = Readonly<Record<string, unknown>>;

/** A node program under test. */
export interface Child {
  readonly pid: number;
  /** Every JSON line of its standard output so far. */
  readonly logs: readonly LogLine[];
  /** What it said otherwise: plain lines and standard error. */
  readonly text: () => string;
  /** Resolves with the first line, of those gone by too, that fits. */
  readonly line: (fits: (line: LogLine) => boolean, timeoutMs?: number) => Promise<LogLine>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** From now on nobody reads its standard output, or somebody does again. */
  readonly hold: (yes: boolean) => void;
  /** Sends a signal and resolves with the exit code, null where a signal ended it. */
  readonly end: (signal: NodeJS.Signals, timeoutMs?: number) => Promise<number | null>;
  readonly exited: Promise<number | null>;
}

function parse(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}

/** The JSON lines of a process, and what else it says. */
function listen(process: ChildProcessByStdio<null, Readable, Readable>) {
  const logs: LogLine[] = [];
  const listeners = new Set<(line: LogLine) => void>();
  let plain = '';
  process.stderr.setEncoding('utf8').on('data', (chunk: string) => (plain += chunk));
  const lines = createInterface({ input: process.stdout }).on('line', (text) => {
    const line = parse(text);
    if (line === undefined) plain += `${text}\n`;
    else {
      logs.push(line);
      for (const listener of listeners) listener(line);
    }
  });
  const hold = (yes: boolean): void => void (yes ? lines.pause() : lines.resume());
  return { logs, listeners, hold, text: () => plain };
}

/** Waits for one line of a child, or fails with all that the child said. */
function waitForLine(
  { logs, listeners, text }: ReturnType<typeof listen>,
  exited: Promise<number | null>,
  fits: (line: LogLine) => boolean,
  timeoutMs: number,
): Promise<LogLine> {
  const seen = logs.find(fits);
  if (seen !== undefined) return Promise.resolve(seen);
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer);
      listeners.delete(listener);
    };
    const fail = (why: string) => {
      done();
      reject(new Error(`${why}; it said: ${text()}${logs.map((line) => JSON.stringify(line)).join('\n')}`));
    };
    const listener = (line: LogLine) => {
      if (!fits(line)) return;
      done();
      resolve(line);
    };
    const timer = setTimeout(() => fail(`no such line within ${timeoutMs} ms`), timeoutMs);
    listeners.add(listener);
    void exited.then((code) => fail(`it ended with ${code}`));
  });
}

const running = new Set<{ kill(signal: NodeJS.Signals): boolean }>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a node program; a program that outlives the tests is killed with them. */
export function startChild(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Child {
  // Without what the test runner would put into every node: a program is started as operators start it.
  const own = { ...env, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, args, { env: own, stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = listen(child);
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  running.add(child);
  void exited.then(() => running.delete(child));
  return {
    pid: child.pid ?? -1,
    logs: heard.logs,
    text: heard.text,
    hold: heard.hold,
    line: (fits, timeoutMs = 60_000) => waitForLine(heard, exited, fits, timeoutMs),
    signal: (name) => void child.kill(name),
    async end(signal, timeoutMs = 20_000) {
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      child.kill(signal);
      const code = await exited;
      clearTimeout(timer);
      return code;
    },
    exited,
  };
}

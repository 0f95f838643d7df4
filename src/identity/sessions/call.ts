import { Agent, buildConnector } from 'undici';
import { readJsonObject } from '../../json.ts';

/** One call that asks whose a session is. */
export interface SessionCall {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path and query, byte for byte. */
  readonly path: string;
  readonly method: string;
  /** Name, value, name, value. */
  readonly headers: readonly string[];
  readonly body?: string;
  readonly timeoutMs: number;
  /** A longer answer is none. Undefined: its body is of no interest. */
  readonly bodyBytes?: number;
}

/** An answer, whole. */
export interface CallAnswer {
  readonly status: number;
  /** Names in lower case; several of one name joined as HTTP joins them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Caller {
  /** Resolves with the answer or, as one sentence, with why there is none. Never rejects, never follows. */
  call(call: SessionCall): Promise<CallAnswer | string>;
  running(): number;
  close(): Promise<void>;
}

/** More calls than this do not wait for their turn. */
const MAX_WAITING = 512;

/** Asks with a bound on how many calls run at one time, each on a connection of its own: no answer meets another's. */
export function createCaller(origin: string, atOnce: number, ca: string | undefined): Caller {
  const dispatcher = createDispatcher(new URL(origin), ca);
  const turns = createTurns(atOnce);
  return {
    async call(call) {
      const signal = AbortSignal.timeout(call.timeoutMs);
      if (!(await turns.take(signal))) return 'too many calls wait already';
      try {
        return await ask(call, dispatcher, signal);
      } catch (error) {
        return inWords(error, call.timeoutMs);
      } finally {
        turns.giveBack();
      }
    },
    running: () => turns.taken(),
    close: () => dispatcher.destroy(),
  };
}

function createDispatcher({ hostname }: URL, ca: string | undefined): Agent {
  const servername = /^\[|^[\d.]+$/.test(hostname) ? '' : hostname;
  const connector = buildConnector({ rejectUnauthorized: true, ...(ca !== undefined && { ca }) });
  // The name of the certificate is the platform's own, never one that a visitor's Host says.
  return new Agent({ pipelining: 0, connect: (opts, done) => connector({ ...opts, servername }, done) });
}

async function ask(call: SessionCall, dispatcher: Agent, signal: AbortSignal): Promise<CallAnswer | string> {
  const { origin, path, method, timeoutMs, bodyBytes } = call;
  const answer = await dispatcher.request({
    origin,
    path,
    signal,
    method,
    headers: [...call.headers],
    body: call.body ?? null,
    reset: true,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const text = await readBody(answer.body, bodyBytes);
  if (text === undefined) return `its answer is longer than ${String(bodyBytes)} bytes`;
  const headers = Object.entries(answer.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  return { status: answer.statusCode, headers: Object.fromEntries(headers), text };
}

type Body = AsyncIterable<Buffer> & { on(event: 'error', listener: () => void): { destroy(): void } };

/** Undefined where it is too long. */
async function readBody(body: Body, bodyBytes: number | undefined): Promise<string | undefined> {
  if (bodyBytes === undefined) {
    body.on('error', () => undefined).destroy();
    return '';
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > bodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A bound on what runs, first come, first served; who waits too long leaves. */
function createTurns(atOnce: number) {
  const waiting = new Set<(granted: boolean) => void>();
  let taken = 0;
  return {
    async take(signal: AbortSignal): Promise<boolean> {
      if (taken < atOnce) {
        taken += 1;
        return true;
      }
      if (waiting.size >= MAX_WAITING) return false;
      return new Promise((resolve) => {
        const turn = (granted: boolean): void => {
          waiting.delete(turn);
          resolve(granted);
        };
        waiting.add(turn);
        signal.addEventListener('abort', () => waiting.has(turn) && turn(false), { once: true });
      });
    },
    giveBack(): void {
      const [next] = waiting;
      if (next === undefined) taken -= 1;
      else next(true);
    },
    taken: () => taken,
  };
}

/** An object without a member twice; undefined for all else. */
export function readJsonValue(text: string): unknown {
  const start = text.trimStart().charAt(0);
  if (start === '{') return readJsonObject(text);
  if (start !== '[') return undefined;
  // In an object, where members given twice are found.
  const wrapped = readJsonObject(`{"list":${text}}`);
  return wrapped?.['list'];
}

function inWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'it could not be asked';
  if (/Timeout/.test(error.name)) return `it did not answer within ${String(timeoutMs)} ms`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return `it could not be asked (${code})`;
}

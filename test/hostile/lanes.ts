import { connect, type Socket } from 'node:net';
import { readResponses, type RawResponse } from '../support/raw.ts';

/** What came back for a row: an answer, or a connection that was closed without one. */
export type Outcome = RawResponse | 'closed';

/** Kept connections to one port, over which rows go one after another: a whole table takes seconds. */
export interface Lanes {
  /** Sends bytes as they are (one character, one byte) on some connection and waits for one answer. */
  send(bytes: string): Promise<Outcome>;
  close(): void;
}

interface Lane {
  send(bytes: string): Promise<Outcome>;
  close(): void;
}

/** A row that is answered by nothing at all within this is counted as closed. */
const patienceMs = 8_000;

/** The first answer of a text, where all of it is there. */
function answerIn(text: string, method: string, ended: boolean): RawResponse | undefined {
  const [answer] = readResponses(text, [method]);
  if (answer === undefined || !answer.complete) return undefined;
  const { headers, status } = answer;
  const framed = 'content-length' in headers || 'transfer-encoding' in headers;
  const bodiless = method === 'HEAD' || status === 204 || status === 304 || status === 101;
  return ended || framed || bodiless ? answer : undefined;
}

function createLane(port: number): Lane {
  let socket: Socket | undefined;
  const close = (): void => {
    socket?.destroy();
    socket = undefined;
  };
  const send = (bytes: string): Promise<Outcome> =>
    new Promise((resolve) => {
      const method = /^[A-Z]+/.exec(bytes)?.[0] ?? '';
      const own = socket ?? connect(port, '127.0.0.1');
      socket = own;
      own.setNoDelay(true).setEncoding('latin1');
      let text = '';
      const finish = (outcome: Outcome, keep: boolean): void => {
        clearTimeout(timer);
        own.removeAllListeners().on('error', () => undefined);
        if (!keep) close();
        resolve(outcome);
      };
      const timer = setTimeout(() => finish('closed', false), patienceMs);
      own.on('data', (chunk: string) => {
        text += chunk;
        const answer = answerIn(text, method, false);
        if (answer !== undefined) finish(answer, keeps(answer));
      });
      own.on('error', () => undefined);
      own.on('close', () => finish(answerIn(text, method, true) ?? 'closed', false));
      own.write(bytes, 'latin1');
    });
  return { send, close };
}

function keeps({ headers, status }: RawResponse): boolean {
  return status !== 101 && headers['connection']?.toLowerCase() !== 'close';
}

/** `count` connections to a port; each row waits for a free one. */
export function createLanes(port: number, count = 4): Lanes {
  const all = Array.from({ length: count }, () => createLane(port));
  const free = [...all];
  const waiting: ((lane: Lane) => void)[] = [];
  const take = (): Promise<Lane> => {
    const lane = free.pop();
    return lane === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(lane);
  };
  return {
    async send(bytes) {
      const lane = await take();
      const outcome = await lane.send(bytes);
      const next = waiting.shift();
      if (next === undefined) free.push(lane);
      else next(lane);
      return outcome;
    },
    close: () => all.forEach((lane) => lane.close()),
  };
}

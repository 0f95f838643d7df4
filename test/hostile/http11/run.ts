import { connect, type Socket } from 'node:net';
import { seen, type Case, type Seen } from './case.ts';

/** As long as the suite waits for an answer. */
const silenceMs = 5_000;
/** After an answer: for more of them, or the end of the connection. */
const quietMs = 800;

/** Sends the steps of a case over one connection; those after its end are not sent. */
export async function run(port: number, { steps }: Case): Promise<Seen[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined).setEncoding('latin1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const all: Seen[] = [];
  for (const step of steps) {
    const [first] = all;
    if (first?.closed === true) break;
    const bytes = typeof step === 'string' ? step : first === undefined ? '' : step(first);
    all.push(await exchange(socket, bytes));
  }
  socket.destroy();
  return all;
}

function exchange(socket: Socket, bytes: string): Promise<Seen> {
  const method = /^[A-Z]+/.exec(bytes)?.[0] ?? '';
  return new Promise((resolve) => {
    let text = '';
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.off('data', take).off('end', ended).off('close', ended);
      resolve(seen(text, closed, method));
    };
    const ended = (): void => finish(true);
    const take = (chunk: string): void => {
      text += chunk;
      clearTimeout(timer);
      const isWhole = seen(text, false, method).answer?.complete === true;
      timer = setTimeout(() => finish(false), isWhole ? quietMs : silenceMs);
    };
    let timer = setTimeout(() => finish(false), silenceMs);
    socket.on('data', take).once('end', ended).once('close', ended);
    socket.write(bytes, 'latin1');
  });
}

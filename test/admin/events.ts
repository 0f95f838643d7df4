import { request } from 'node:http';
import { lineOf, toRow } from '../../src/activity/event.ts';
import type { ActivityEvent } from '../../src/activity/event.ts';
import { decided, superAdmin } from './scene.ts';
import type { Scene } from './scene.ts';

/** Puts decisions into a scene's record. */
export function record(
  { recorded }: Pick<Scene, 'recorded'>,
  events: readonly Partial<ActivityEvent>[],
): void {
  recorded({
    replica: 'one',
    firstSeq: (next += 1000),
    lines: events.map((event) => lineOf(toRow(decided(event)))),
  });
}
let next = 0;

/** A stream of events as a reader has it. */
export interface ReadStream {
  readonly status: number;
  readonly type: string;
  /** All that came. */
  text(): string;
  /** The last digits of the request ids that came. */
  ids(): string;
  /** Resolves with all that came once the gateway ended it. */
  readonly ended: Promise<string>;
  close(): void;
}

export function openStream(port: number, query: string, token = superAdmin): Promise<ReadStream> {
  return readStream(port, `/activity/stream${query}`, token);
}

/** What is answered as it comes; with a body it is posted. */
export function readStream(
  port: number,
  call: string,
  token = superAdmin,
  body?: object,
): Promise<ReadStream> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      ...(body && { 'content-type': 'application/json' }),
    };
    const path = `/_gateway/api/v1${call}`;
    const method = body === undefined ? 'GET' : 'POST';
    const sent = request({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const ended = new Promise<string>((done) => answer.once('end', () => done(text)));
      answer.on('error', () => undefined);
      resolve({
        status: answer.statusCode ?? 0,
        type: String(answer.headers['content-type']),
        text: () => text,
        ids: () => [...text.matchAll(/"requestId":"[^"]*(.)"/g)].map(([, last]) => last).join(''),
        ended,
        close: () => sent.destroy(),
      });
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });
}

/** Longer than what came waits before it goes out. */
export const flushed = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400));

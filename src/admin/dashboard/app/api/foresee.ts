import { ApiError, requestStream, type Sent } from './request.ts';
import type { Forecast } from './types.ts';

/** A call that is answered by a forecast, part by part, and before it by what else there is to say. */
export interface ForeseeCall {
  readonly path: string;
  readonly sent: Sent;
}

/** What came of it, one or the other. */
export interface Told {
  readonly answer?: unknown;
  readonly forecast?: Forecast;
}

/** Tells what comes until all of it is there. Throws `ApiError`, also where it stops before. */
export async function foresee(
  { path, sent }: ForeseeCall,
  stream: AbortSignal,
  tell: (told: Told) => void,
): Promise<void> {
  let end: unknown;
  for await (const [name, data] of messagesOf(await requestStream(path, { ...sent, stream }))) {
    if (name === 'answer') tell({ answer: data });
    if (name === 'forecast') tell({ forecast: data as Forecast });
    if (name === 'end') end = (data as { readonly reason?: string }).reason;
  }
  if (end === 'done') return;
  throw new ApiError({
    status: 503,
    title: 'Not known now',
    detail: 'The gateway stopped before all recorded visits were counted. Try again.',
  });
}

/** The messages of server-sent events that have a name (HTML, section 9.2.6), as this API writes them. */
async function* messagesOf(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<readonly [name: string, data: unknown]> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    // A connection that breaks is an answer that stops.
    const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
    if (done) return;
    const messages = (text += decoder.decode(value, { stream: true })).split('\n\n');
    text = messages.pop() ?? '';
    for (const message of messages) {
      const [, name = '', data = ''] = /^event: (\w+)\ndata: (.*)$/.exec(message) ?? [];
      if (name !== '') yield [name, JSON.parse(data)];
    }
  }
}

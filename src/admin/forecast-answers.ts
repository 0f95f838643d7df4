import type { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { lastOf } from '../activity/foresee.ts';
import type { Foreseen } from '../activity/foresee.ts';
import * as Type from '../json-schema.ts';
import type { ApiAnswer } from './answers.ts';
import { foreseePlan, type Foreseeable } from './forecast.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { createStreams, isBusy, message } from './streams.ts';

type Parts = AsyncGenerator<ApiAnswer<'forecast'>, void>;

/** What is answered: whole, with the forecast or without, and in parts. */
interface Answer {
  /** Before anything is foreseen, `event: answer` of a stream. */
  readonly first?: object;
  whole(forecast: ApiAnswer<'forecast'> | undefined): FastifyReply;
}

export type SendForecast = (
  request: FastifyRequest,
  reply: FastifyReply,
  foreseeable: Foreseeable,
  answer: Answer,
) => FastifyReply | Promise<FastifyReply>;

/** Sends forecasts: whole, or, to who accepts server-sent events, in parts as they are counted. */
export function createForecastAnswers(app: AdminApp, options: AdminOptions): SendForecast {
  const sendStream = createStreams(app, options);
  return async (request, reply, foreseeable, { first, whole }) => {
    const parts = (how: Foreseen): Parts => foreseePlan(options, request, foreseeable, how);
    if (acceptsStream(request))
      return sendStream(request, reply, (stream) => writeParts(stream, parts, first));
    const isLeft = (): boolean => reply.raw.destroyed;
    return whole(await lastOf(parts({ isLeft })).catch(() => undefined));
  };
}

/** Nobody is given a stream who does not ask for one by its name. */
function acceptsStream({ headers: { accept = '' } }: FastifyRequest): boolean {
  return accept.split(',').some((type) => type.split(';')[0]?.trim().toLowerCase() === 'text/event-stream');
}

/** Writes each part that the reader has time for, and the last; stops once what it returns is called. */
function writeParts(stream: PassThrough, parts: (how: Foreseen) => Parts, first?: object): () => void {
  const state = { isLeft: false };
  // So that the answer's head goes out.
  stream.write(first === undefined ? ':\n\n' : message(first, 'answer'));
  const isLeft = (): boolean => state.isLeft || stream.writableEnded;
  const write = async (): Promise<void> => {
    for await (const part of parts({ inParts: true, isLeft })) {
      const isLast = part.countedFrom === undefined;
      if (!isLeft() && (isLast || !isBusy(stream))) stream.write(message(part, 'forecast'));
    }
  };
  const end = (reason: string): void => {
    if (!isLeft()) stream.end(message({ reason }, 'end'));
  };
  write().then(
    () => end('done'),
    () => end('policy-unavailable'),
  );
  return () => void (state.isLeft = true);
}

/** Describes an answer that holds a forecast. */
export function forecastAnswer<T extends Type.TSchema>(schema: T) {
  return {
    200: {
      description:
        'Whole; or, to who accepts `text/event-stream`, server-sent events: `event: answer` with all but the forecast, where there is more; `event: forecast` with what is counted so far, from the newest visits on, the last one whole; `event: end` with a reason, `done` where nothing is missing.',
      content: {
        'application/json': { schema },
        'text/event-stream': { schema: Type.Unsafe<FastifyReply>({ type: 'string' }) },
      },
    },
  };
}

import type { Readable } from 'node:stream';
import { matchesEvent } from '../activity/match.ts';
import * as Type from '../json-schema.ts';
import { askedActivity } from './activity.ts';
import { StreamQuery } from './activity-schemas.ts';
import { writeEvents } from './event-stream.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { createStreams } from './streams.ts';

/** What is decided, as it comes. */
export function streamRoute(app: AdminApp, options: AdminOptions): void {
  const sendStream = createStreams(app, options);
  app.get('/activity/stream', schema, async (request, reply) => {
    const asked = askedActivity(options, request, reply, request.query);
    if (!asked.ok) return asked.reply;
    const { subscribe } = asked.activity;
    const matches = matchesEvent(asked.filter);
    return sendStream(request, reply, (stream) => writeEvents(stream, { subscribe, matches }));
  });
}

const schema = {
  schema: {
    summary: 'What is decided, as it comes',
    querystring: StreamQuery,
    response: {
      200: {
        description:
          'Server-sent events: each `data` is an event as in `/activity`; `event: skipped` with how many there were too many of, `event: end` with a reason where it ends.',
        content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
      },
    },
  },
};

import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { matchesEvent } from '../activity/match.ts';
import * as Type from '../json-schema.ts';
import { askedActivity } from './activity.ts';
import { StreamQuery } from './activity-schemas.ts';
import { actorOf, nameOf, type Actor } from './actor.ts';
import { createEventStreams } from './event-stream.ts';
import { prove } from './guard.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';

/** What is decided here, as it comes. */
export function streamRoute(app: AdminApp, options: AdminOptions): void {
  const streams = createEventStreams();
  app.addHook('preClose', async () => streams.close());
  app.get('/activity/stream', schema, async (request, reply) => {
    const asked = askedActivity(options, request, reply, request.query);
    if (!asked.ok) return asked.reply;
    const actor = actorOf(request);
    const stream = streams.open(nameOf(actor), {
      subscribe: asked.activity.subscribe,
      matches: matchesEvent(asked.filter),
      mayGoOn: () => stillMay(options, request, actor),
    });
    if (stream === undefined) {
      return sendProblem(reply, 'too-many-streams', 'You have as many streams open as there may be.');
    }
    return reply.headers({ 'x-accel-buffering': 'no' }).type('text/event-stream; charset=utf-8').send(stream);
  });
}

const schema = {
  schema: {
    summary: 'What is decided by this gateway, as it comes',
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

/** True while the same credential proves at least what it proved at first. */
async function stillMay(options: AdminOptions, request: FastifyRequest, before: Actor): Promise<boolean> {
  const proof = await prove(options, request);
  if (!proof.ok) return false;
  const { superAdmin, ownedBots } = proof.actor;
  return superAdmin || (!before.superAdmin && [...before.ownedBots].every((bot) => ownedBots.has(bot)));
}

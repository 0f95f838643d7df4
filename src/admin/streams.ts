import { PassThrough } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, nameOf, type Actor } from './actor.ts';
import { prove } from './guard.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';

const mostPerReader = 8;
const mostStreams = 100;
const askMs = 1_000;
/** Below the half minute after which proxies close what is silent. */
const heartbeatMs = 15_000;
/** What may wait for a reader that is slow. */
const mostBytes = 262_144;

/** Answers with what `fill` writes; it returns what is to be done once nobody reads it any more. */
export type SendStream = (
  request: FastifyRequest,
  reply: FastifyReply,
  fill: (stream: PassThrough) => () => void,
) => FastifyReply;

/** Streams of server-sent events, a bounded number for each reader; each ends with the right to read it. */
export function createStreams(app: AdminApp, options: AdminOptions): SendStream {
  const streams = new Map<PassThrough, string>();
  app.addHook('preClose', async () =>
    streams.forEach((_reader, stream) => stream.end(message({ reason: 'closing' }, 'end'))),
  );
  return (request, reply, fill) => {
    const actor = actorOf(request);
    const reader = nameOf(actor);
    const own = [...streams.values()].filter((name) => name === reader).length;
    if (own >= mostPerReader || streams.size >= mostStreams)
      return sendProblem(reply, 'too-many-streams', 'You have as many streams open as there may be.');
    const stream = new PassThrough({ highWaterMark: mostBytes });
    streams.set(stream, reader);
    stream.once('close', () => streams.delete(stream));
    keepOpen(stream, fill(stream), () => stillMay(options, request, actor));
    return reply.headers({ 'x-accel-buffering': 'no' }).type('text/event-stream; charset=utf-8').send(stream);
  };
}

/** A message of server-sent events (HTML, section 9.2.6). */
export function message(data: object, name?: string): string {
  return `${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** True while nothing can be written: the reader is slow, or it has ended. */
export function isBusy({ writableNeedDrain, writableEnded }: PassThrough): boolean {
  return writableNeedDrain || writableEnded;
}

function keepOpen(stream: PassThrough, leave: () => void, mayGoOn: () => Promise<boolean>): void {
  const ask = async (): Promise<void> => {
    if (await mayGoOn().catch(() => false)) return;
    stop();
    if (!stream.writableEnded) stream.end(message({ reason: 'not-yours' }, 'end'));
  };
  const timers = [
    setInterval(() => void ask(), askMs),
    setInterval(() => void (isBusy(stream) || stream.write(':\n\n')), heartbeatMs),
  ];
  const stop = (): void => {
    leave();
    for (const timer of timers) clearInterval(timer);
  };
  stream.once('finish', stop).once('close', stop);
}

/** True while the same credential proves at least what it proved at first. */
async function stillMay(options: AdminOptions, request: FastifyRequest, before: Actor): Promise<boolean> {
  const proof = await prove(options, request);
  if (!proof.ok) return false;
  const { superAdmin, ownedBots } = proof.actor;
  return superAdmin || (!before.superAdmin && [...before.ownedBots].every((bot) => ownedBots.has(bot)));
}

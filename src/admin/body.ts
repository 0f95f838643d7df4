import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readJsonInSlices } from '../json.ts';
import { isSafe } from './same-origin.ts';
import type { AdminApp } from './options.ts';
import { sendProblem } from './problem.ts';

/** A body that is no JSON as it is taken here. */
export class MalformedBody extends Error {
  readonly field: string;
  constructor(message: string, field: string) {
    super(message);
    this.name = 'MalformedBody';
    this.field = field;
  }
}

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset="?utf-8"?)?$/i;

/** Takes bodies of exactly `application/json`, and nothing else. */
export function takeJsonOnly(app: AdminApp): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => {
      if (body.length === 0) return undefined;
      const reading = readJsonInSlices(decode(body));
      for (let slice = reading.next(); ; slice = reading.next()) {
        if (slice.done !== true) {
          await nextTurn();
          continue;
        }
        if (slice.value.ok) return slice.value.value;
        throw new MalformedBody(slice.value.message, slice.value.field ?? '');
      }
    },
  );
}

function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new MalformedBody('is not UTF-8', '');
  }
}

/** Refuses a write that is not JSON before its body is read. Forms of other sites cannot send this type. */
export async function requireJson(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  if (isSafe(request.method)) return undefined;
  const type = request.headers['content-type'];
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding !== 'identity') {
    return sendProblem(reply, 'content-type', 'A body must not be compressed.');
  }
  if (type === undefined && isBodiless(request) && mayBeBodiless(request)) return undefined;
  if (type !== undefined && JSON_TYPE.test(type)) return undefined;
  return sendProblem(reply, 'content-type', 'A write must be application/json.');
}

function isBodiless(request: FastifyRequest): boolean {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  return coding === undefined && (length === undefined || Number(length) === 0);
}

/** What needs no body may come without its type; a browser vouches for those by their origin. */
function mayBeBodiless(request: FastifyRequest): boolean {
  return request.method === 'DELETE' || /\/(?:revert|confirm)$/.test(request.url.split('?')[0] ?? '');
}

import type { FastifyRequest } from 'fastify';
import type { Change } from '../changes/change.ts';
import { trialSeconds } from '../changes/trial.ts';
import type { FieldError } from '../policy/range.ts';
import { actorOf, nameOf } from './actor.ts';
import { knownAddress } from './client.ts';
import type { AdminOptions } from './options.ts';

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600 } as const;

/** Until when a write is on trial (RFC 3339); undefined where it is not, and what is wrong where it cannot be. */
export function trialUntil(text: string | undefined, nowMs: number): string | FieldError | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text.slice(0, -1)) * UNIT_SECONDS[text.slice(-1) as keyof typeof UNIT_SECONDS];
  const { least, most } = trialSeconds;
  if (!(seconds >= least && seconds <= most)) {
    return { field: 'confirmWithin', message: 'must be from 10s to 1h, as 5m' };
  }
  return new Date(nowMs + seconds * 1000).toISOString();
}

/** Why somebody may not confirm a change; undefined where they are who made it, and where they made it. */
export function strangerTo(
  trial: Change,
  options: AdminOptions,
  request: FastifyRequest,
): string | undefined {
  if (nameOf(actorOf(request)) !== trial.by) return `Only ${trial.by}, who made it, confirms it.`;
  if (trial.from === undefined || trial.from === knownAddress(options, request)) return undefined;
  return `It is confirmed from where it was made, ${trial.from}: that shows that one still comes in from there.`;
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type Type from 'typebox';
import type { Use } from '../activity/summary.ts';
import type { Scope } from '../policy/reason.ts';
import { fromRecord, NO_RECORD, timeOf } from './activity.ts';
import type { ApiAnswer } from './answers.ts';
import type { AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { noteRead } from './reads.ts';
import type { RangesQuery } from './list-schemas.ts';
import { isYes } from './schemas.ts';

const DAY_MS = 86_400_000;
/** Uses are counted over so long. */
export const useMs = 30 * DAY_MS;
/** What ends within it ends soon. */
export const soonMs = 14 * DAY_MS;

/** Of each range that was used, by its id. */
export type UseOf = ReadonlyMap<string, Use>;

/** When the ranges of a list were last used; undefined where no record is kept. */
export async function usesOf(
  { activity, now }: Pick<AdminOptions, 'activity' | 'now'>,
  scope: Scope,
): Promise<UseOf | undefined> {
  const uses = await activity?.rangeUse(scope, now() - useMs);
  return uses && new Map(uses.map((use) => [use.name, use]));
}

export function usedAs(
  use: Use | undefined,
): Pick<ApiAnswer<'lookup'>['ranges'][number], 'lastUsedAt' | 'uses'> {
  return use === undefined ? {} : { lastUsedAt: timeOf(use.lastMs), uses: use.count };
}

type Asked = FastifyRequest<{ Querystring: Type.Static<typeof RangesQuery> }>;

/** What a reading of a list asks of the record. The list itself is there without: only a filter by use needs it. */
export async function usesAsked(
  options: AdminOptions,
  request: Asked,
  reply: FastifyReply,
  scope: Scope,
): Promise<UseOf | undefined | 'answered'> {
  const { use, show } = request.query;
  const isNeeded = show === 'never-used';
  if (!isNeeded && !isYes(use)) return undefined;
  noteRead(options, request, { scope });
  if (!isNeeded) return usesOf(options, scope).catch(() => undefined);
  const uses = await fromRecord(options, reply, async () => (await usesOf(options, scope)) ?? 'none');
  if (uses === 'none') await sendProblem(reply, 'not-found', NO_RECORD);
  return uses instanceof Map ? (uses as UseOf) : 'answered';
}

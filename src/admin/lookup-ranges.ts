import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Scope } from '../policy/reason.ts';
import { isRangeId, rangesOf, type CompactRange, type Whitelist } from '../policy/whitelist.ts';
import { readPlaces } from './activity-query.ts';
import { mayManage, type Actor } from './actor.ts';
import type { ApiAnswer } from './answers.ts';
import type { AdminOptions } from './options.ts';
import { usedAs, usesOf } from './range-use.ts';

type Found = ApiAnswer<'lookup'>['ranges'][number];

const mostRanges = 100;
/** Ranges looked at between two looks at the event loop. */
const slice = 20_000;

/** Every range that holds the address, in the lists that the admin may see, whether it counts or not. */
export async function findRanges(
  options: AdminOptions,
  actor: Actor,
  q: string,
): Promise<{ readonly ranges: readonly Found[]; readonly more: boolean }> {
  const places = readPlaces(q, (address) => address);
  const between = 'between' in places ? places.between : undefined;
  const matches = between !== undefined ? overlaps(between) : isRangeId(q) ? hasId(q) : undefined;
  if (matches === undefined) return { ranges: [], more: false };
  const found: Found[] = [];
  for (const [scope, list] of options.policy().policy?.scopes ?? []) {
    if (!mayManage(actor, scope)) continue;
    const ranges = await matching(list.whitelist, matches, mostRanges + 1 - found.length);
    if (ranges.length > 0) found.push(...(await described(options, scope, list.enabled, ranges)));
    if (found.length > mostRanges) return { ranges: found.slice(0, mostRanges), more: true };
  }
  return { ranges: found, more: false };
}

type Matches = (range: CompactRange) => boolean;

function overlaps([from, to]: readonly [number, number]): Matches {
  return ({ start, end }) => start <= to && end >= from;
}

function hasId(wanted: string): Matches {
  return ({ id }) => id === wanted;
}

async function matching(list: Whitelist, matches: Matches, most: number): Promise<readonly CompactRange[]> {
  const found: CompactRange[] = [];
  let seen = 0;
  for (const range of rangesOf(list)) {
    if (++seen % slice === 0) await nextTurn();
    if (matches(range)) found.push(range);
    if (found.length >= most) break;
  }
  return found;
}

/** With what the store and the record know of them. */
async function described(
  { store, activity, now }: AdminOptions,
  scope: Scope,
  enabled: boolean,
  ranges: readonly CompactRange[],
): Promise<readonly Found[]> {
  const { ranges: stored } = await store.scope(scope);
  const byId = new Map(stored.map((range) => [range.id, range]));
  const useOf = await usesOf({ activity, now }, scope);
  // One that went since the policy was read is no longer in the list.
  return ranges.flatMap(({ id, until }) => {
    const record = byId.get(id);
    if (record === undefined) return [];
    return [{ ...record, scope, enabled, expired: until * 1000 <= now(), ...usedAs(useOf?.get(id)) }];
  });
}

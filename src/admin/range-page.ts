import type Type from 'typebox';
import type { RangeRecord } from '../changes/change.ts';
import { isRangeId } from '../policy/whitelist.ts';
import type { ApiAnswer } from './answers.ts';
import { DEFAULT_LIMIT, matcher, pageById, pageOfRanges, readPlace, type ListPage } from './paging.ts';
import { soonMs, usedAs, type UseOf } from './range-use.ts';
import type { RangesQuery } from './list-schemas.ts';

type Listed = ApiAnswer<'whitelist'>['ranges'][number];
type Asked = Type.Static<typeof RangesQuery>;

/** A page of a list's ranges, with their use where it is known; undefined where `after` is no cursor of its. */
export async function rangePage(
  ranges: readonly RangeRecord[],
  { q = '', show, after, limit = DEFAULT_LIMIT, sort = 'start' }: Asked,
  { useOf, nowMs }: { readonly useOf: UseOf | undefined; readonly nowMs: number },
): Promise<ListPage<Listed> | undefined> {
  const place = after === undefined || sort === 'id' ? undefined : readPlace(after);
  const isCursor = after === undefined || (sort === 'id' ? isRangeId(after) : place !== undefined);
  if (!isCursor) return undefined;
  const isFound = q.trim() === '' ? () => true : matcher(q);
  const isShown = shownBy(show, nowMs, useOf);
  const matches = (range: RangeRecord): boolean => isFound(range) && isShown(range);
  const page =
    sort === 'id'
      ? await pageById(ranges, { matches, after, limit })
      : await pageOfRanges(ranges, { matches, place, limit });
  return { ...page, items: page.items.map((range) => ({ ...range, ...usedAs(useOf?.get(range.id)) })) };
}

function shownBy(
  show: Asked['show'],
  nowMs: number,
  useOf: UseOf | undefined,
): (range: RangeRecord) => boolean {
  const untilMs = ({ expiresAt }: RangeRecord): number =>
    expiresAt === undefined ? Infinity : Date.parse(expiresAt);
  switch (show) {
    case undefined:
      return () => true;
    case 'never-used':
      return ({ id }) => useOf?.has(id) === false;
    case 'expired':
      return (range) => untilMs(range) <= nowMs;
    case 'expiring':
      return (range) => untilMs(range) > nowMs && untilMs(range) < nowMs + soonMs;
  }
}

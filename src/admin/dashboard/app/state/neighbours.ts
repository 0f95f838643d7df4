import { useEffect, useState } from 'preact/hooks';
import { getWhitelist } from '../api/calls.ts';
import type { RangeRecord, Scope } from '../api/types.ts';
import { touches } from '../ranges/effects.ts';
import type { Span } from '../ranges/effects.ts';

/** Ranges of the list that touch a span; a search by address finds those that hold it. */
export async function neighbours(scope: Scope, span: Span): Promise<readonly RangeRecord[]> {
  const found = await getWhitelist(scope, { q: `${span.start} - ${span.end}`, limit: 20 });
  return found.ranges.filter((range) => touches(range, span));
}

/** The same, followed while somebody types; `undefined` until the gateway has said. */
export function useNeighbours(
  scope: Scope,
  span: Span | undefined,
  without?: string,
): readonly RangeRecord[] | undefined {
  const [found, setFound] = useState<readonly RangeRecord[]>();
  const key = span === undefined ? '' : `${span.start} ${span.end}`;
  useEffect(() => {
    setFound(undefined);
    if (span === undefined) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      neighbours(scope, span)
        .then((ranges) => (current ? setFound(ranges.filter((range) => range.id !== without)) : undefined))
        .catch(() => (current ? setFound([]) : undefined));
    }, 200);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [scope, key, without]);
  return found;
}

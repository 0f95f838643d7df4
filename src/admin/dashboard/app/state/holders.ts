import { useEffect, useState } from 'preact/hooks';
import type { RangeRecord, Scope } from '../api/types.ts';
import { neighbours } from './neighbours.ts';

/** The list's ranges that hold an address; empty until the gateway has said. */
export function useHolders(scope: Scope, address: string | undefined): readonly RangeRecord[] {
  const [found, setFound] = useState<readonly RangeRecord[]>([]);
  useEffect(() => {
    if (address === undefined) return undefined;
    let current = true;
    neighbours(scope, { start: address, end: address })
      .then((ranges) => (current ? setFound(ranges) : undefined))
      .catch(() => undefined);
    return () => {
      current = false;
    };
  }, [scope, address]);
  return found;
}

/** A map that forgets what was not used lately; bounded by entries and by the weight of what it holds. */
export interface Cache<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value, weight: number): void;
  delete(key: string): void;
  size(): number;
}

interface Half<Value> {
  readonly entries: Map<string, { readonly value: Value; readonly weight: number }>;
  weight: number;
}

/**
 * Two halves: when the young one is full it becomes the old one, and the old one is dropped whole. What is used in
 * the old half moves to the young one. No timers and no lists; what is used survives, within a factor of two.
 */
export function createCache<Value>(maxEntries: number, maxWeight: number): Cache<Value> {
  const fresh = (): Half<Value> => ({ entries: new Map(), weight: 0 });
  let young = fresh();
  let old = fresh();

  function set(key: string, value: Value, weight: number): void {
    if (weight > maxWeight / 2 || maxEntries < 2) return;
    if (young.entries.size >= maxEntries / 2 || young.weight + weight > maxWeight / 2) {
      old = young;
      young = fresh();
    }
    young.weight += weight - (young.entries.get(key)?.weight ?? 0);
    young.entries.set(key, { value, weight });
  }

  return {
    get(key) {
      const hit = young.entries.get(key);
      if (hit !== undefined) return hit.value;
      const aged = old.entries.get(key);
      if (aged === undefined) return undefined;
      old.entries.delete(key);
      set(key, aged.value, aged.weight);
      return aged.value;
    },
    set,
    delete(key) {
      young.entries.delete(key);
      old.entries.delete(key);
    },
    size: () => young.entries.size + old.entries.size,
  };
}

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

/** What a call answered last; an answer to an earlier question is dropped. */
export function useLoad<T>(call: () => Promise<T>, keys: readonly unknown[]) {
  const [value, setValue] = useState<T>();
  const [error, setError] = useState<unknown>();
  const turn = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const read = await call();
      if (mine !== turn.current) return;
      setValue(read);
      setError(undefined);
    } catch (failure) {
      if (mine === turn.current) setError(failure);
    }
  }, keys);
  useEffect(() => void reload(), [reload]);
  return { value, error, reload };
}

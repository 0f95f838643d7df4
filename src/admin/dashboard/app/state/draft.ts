import { useCallback, useState } from 'preact/hooks';

const prefix = 'gateway-draft:';

/**
 * State that outlives a reload and a login in this tab: what was typed is not lost.
 * Kept in the tab's session storage only; gone as soon as it is saved (`clear`).
 */
export function useDraft<T>(key: string, initial: T): [T, (value: T) => void, () => void] {
  const [value, setValue] = useState<T>(() => read(key) ?? initial);
  const set = useCallback(
    (next: T) => {
      setValue(next);
      write(key, next);
    },
    [key],
  );
  const clear = useCallback(() => {
    setValue(initial);
    forget(key);
  }, [key]);
  return [value, set, clear];
}

/** True where something typed earlier waits to be saved. */
export function hasDraft(key: string): boolean {
  return read(key) !== undefined;
}

function read<T>(key: string): T | undefined {
  try {
    const text = sessionStorage.getItem(prefix + key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    sessionStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage may be full or forbidden: the page itself still has the text.
  }
}

function forget(key: string): void {
  try {
    sessionStorage.removeItem(prefix + key);
  } catch {
    // Nothing was kept, then.
  }
}

/** Somebody logs out: the next one at this screen sees nothing of it. */
export function clearDrafts(): void {
  try {
    Object.keys(sessionStorage)
      .filter((key) => key.startsWith(prefix))
      .forEach((key) => sessionStorage.removeItem(key));
  } catch {
    // Nothing was kept, then.
  }
}

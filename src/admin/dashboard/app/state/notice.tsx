import { createContext } from 'preact';
import type { ComponentChildren } from 'preact';
import { useCallback, useContext, useMemo, useState } from 'preact/hooks';

export interface Notice {
  readonly text: string;
  readonly tone: 'ok' | 'warn' | 'bad' | 'info';
  /** The change that can be taken back, or what takes back what is none. */
  readonly undo?: { readonly done: () => void } & (
    { readonly revision: number } | { readonly task: () => Promise<void> }
  );
  /** Where the focus would otherwise be lost, it goes to the notice. */
  readonly takeFocus?: boolean;
}

interface Notices {
  readonly notice: Notice | undefined;
  readonly say: (notice: Notice) => void;
  readonly dismiss: () => void;
}

const Context = createContext<Notices>({
  notice: undefined,
  say: () => undefined,
  dismiss: () => undefined,
});

export const useNotices = (): Notices => useContext(Context);

/** The one place where the outcome of an action is said. */
export function NoticeProvider({ children }: { readonly children: ComponentChildren }) {
  const [notice, setNotice] = useState<Notice>();
  const say = useCallback((next: Notice) => setNotice(next), []);
  const dismiss = useCallback(() => setNotice(undefined), []);
  const value = useMemo(() => ({ notice, say, dismiss }), [notice]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

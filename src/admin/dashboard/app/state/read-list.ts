import { useEffect, useState } from 'preact/hooks';
import { importRanges } from '../api/calls.ts';
import type { Imported, Scope } from '../api/types.ts';
import { bare, readList } from '../ranges/file.ts';
import type { ReadList } from '../ranges/file.ts';

export interface ListReading {
  /** From 0 to 1 while a text is read; undefined while nothing is. */
  readonly progress: number | undefined;
  readonly read: ReadList | undefined;
  /** From 0 to 1 while the list is sent to be checked. */
  readonly sent: number | undefined;
  /** The gateway was asked, without writing, and says what it would do. */
  readonly checked: Imported | undefined;
  /** Why it would not. */
  readonly refused: unknown;
}

const idle: ListReading = {
  progress: undefined,
  read: undefined,
  sent: undefined,
  checked: undefined,
  refused: undefined,
};

/** Reads a list as soon as it is there, and asks the gateway whether it would take it. */
export function useReadList(scope: Scope, text: string, revision: number | undefined): ListReading {
  const [reading, setReading] = useState<ListReading>(idle);
  useEffect(() => {
    setReading(idle);
    if (text.trim() === '') return undefined;
    const stop = new AbortController();
    const start = setTimeout(() => {
      readList(text, (progress) => setReading({ ...idle, progress }), stop.signal)
        .then((read) => (stop.signal.aborted ? undefined : setReading({ ...idle, read })))
        .catch(() => undefined);
    }, 250);
    return () => {
      clearTimeout(start);
      stop.abort();
    };
  }, [text]);
  useDryRun(scope, reading.read, revision, setReading);
  return reading;
}

type Update = (change: (before: ListReading) => ListReading) => void;

function useDryRun(
  scope: Scope,
  read: ReadList | undefined,
  revision: number | undefined,
  update: Update,
): void {
  useEffect(() => {
    if (read === undefined || revision === undefined || read.bad.length > 0 || read.ranges.length === 0)
      return undefined;
    let current = true;
    const settle = (part: Partial<ListReading>): void => {
      if (current) update((before) => (before.read === read ? { ...before, ...part } : before));
    };
    settle({ sent: undefined, checked: undefined, refused: undefined });
    const onSent = (sent: number): void => settle({ sent });
    importRanges(scope, read.ranges.map(bare), { dryRun: true, ifMatch: revision, onSent })
      .then((checked) => settle({ checked }))
      .catch((refused: unknown) => settle({ refused }));
    return () => {
      current = false;
    };
  }, [scope, read, revision]);
}

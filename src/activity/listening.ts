import { openedEntry } from './entries.ts';
import { cellOf, eventOf, type ActivityEvent, type Row } from './event.ts';
import type { StreamEntry } from './stream.ts';

type Listener = (event: ActivityEvent) => void;

/** Who hears of events as they come. */
export interface Listening {
  subscribe(listener: Listener): () => void;
  /** Records an event of this gateway, and tells it. */
  record: Listener;
  /** What another gateway wrote; opened only while somebody listens. */
  tellOthers(entry: StreamEntry): void;
}

/** What is older was not decided just now: a gateway that was away reads what it missed. */
const newMs = 60_000;

export function createListening(record: Listener, replica: string, now: () => number): Listening {
  const listeners = new Set<Listener>();
  const tell: Listener = (event) => {
    for (const listener of listeners) listener(event);
  };
  return {
    record(event) {
      record(event);
      tell(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tellOthers(entry) {
      const batch = listeners.size === 0 ? undefined : openedEntry(entry);
      if (batch === undefined || batch.replica === replica) return;
      for (const line of batch.lines) {
        const row = JSON.parse(line) as Row;
        const event = eventOf((name) => cellOf(row, name));
        if (event.atMs > now() - newMs) tell(event);
      }
    },
  };
}

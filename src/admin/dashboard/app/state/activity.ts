import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { getActivity, getSummary } from '../api/calls.ts';
import { address } from '../api/request.ts';
import type { ActivityEvent, ActivityPage } from '../api/types.ts';
import { askedOf, filterText, isLive, narrowing, type ActivityFilter } from './activity-filter.ts';
import { useLoad } from './load.ts';
import { useSession } from './session.tsx';

const perPage = 50;
/** Bars of the plot, about. */
const bars = 72;
/** Of those that come in while one looks, so many are kept on the page. */
const mostLive = 1_000;
/** The plot is asked for again at most so often. */
const againMs = 3_000;
/** After so long a decision is in the record of all gateways. */
const recordedMs = 1_000;

interface Events {
  readonly events: readonly ActivityEvent[];
  readonly next: string | undefined;
  readonly loading: boolean;
  readonly error: unknown;
}

const none: Events = { events: [], next: undefined, loading: true, error: undefined };

/** What was decided, newest first: page by page, and as it comes where `live` is said. */
export function useActivity(filter: ActivityFilter, live: boolean) {
  const key = filterText(filter);
  const summary = useLoad(() => getSummary({ ...askedOf(filter), buckets: bars }), [key]);
  const [state, setState] = useState(none);
  const turn = useRef(0);
  const read = useCallback(
    async (before: Events) => {
      const mine = ++turn.current;
      setState({ ...before, loading: true, error: undefined });
      try {
        const page = await getActivity({ ...askedOf(filter), limit: perPage, after: before.next });
        if (mine === turn.current) setState((now) => withPage(before === none ? none : now, page));
      } catch (error) {
        if (mine === turn.current) setState((now) => ({ ...now, loading: false, error }));
      }
    },
    [key],
  );
  useEffect(() => void read(none), [read]);
  const again = useThrottled(summary.reload);
  const add = useCallback(
    (events: readonly ActivityEvent[]) => {
      setState((now) => withNew(now, events));
      again();
    },
    [again],
  );
  const isHeard = useStream(filter, live && isLive(filter), add);
  const more = state.next === undefined || state.loading ? undefined : () => void read(state);
  return { ...state, summary, more, isHeard };
}

function withPage(now: Events, { events, next }: ActivityPage): Events {
  const known = new Set(now.events.map(eventKey));
  const fresh = events.filter((event) => !known.has(eventKey(event)));
  return { events: [...now.events, ...fresh], next, loading: false, error: undefined };
}

/** Beyond the bound older ones go, and the way to still older ones with them: pages have no holes. */
function withNew(now: Events, events: readonly ActivityEvent[]): Events {
  const known = new Set(now.events.map(eventKey));
  const fresh = events.filter((event) => !known.has(eventKey(event)));
  if (fresh.length === 0) return now;
  const all = [...fresh, ...now.events].sort((a, b) => b.at.localeCompare(a.at));
  return { ...now, events: all.slice(0, mostLive), next: all.length > mostLive ? undefined : now.next };
}

/** What tells events apart. */
export function eventKey({ requestId, at, reason }: ActivityEvent): string {
  return `${requestId} ${at} ${reason}`;
}

/** The same, not more often than the plot can be looked at; the last call is not lost. */
function useThrottled(task: () => Promise<void>): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(task);
  latest.current = task;
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void latest.current();
    }, againMs);
  }, []);
}

/** Hears of decisions as they come, while the tab is seen; true while it does. */
function useStream(
  filter: ActivityFilter,
  wanted: boolean,
  add: (events: readonly ActivityEvent[]) => void,
): boolean {
  const signedIn = useSession().standing === 'in';
  const seen = useSeenTab();
  const [heard, setHeard] = useState(false);
  const isOn = wanted && signedIn && seen;
  useEffect(() => {
    if (!isOn) return undefined;
    const source = new EventSource(address('/activity/stream', narrowing(filter)));
    let missing: ReturnType<typeof setTimeout> | undefined;
    source.onopen = () => {
      setHeard(true);
      // What came before it was heard, or while it was away.
      missing = setTimeout(() => {
        void getActivity({ ...askedOf(filter), limit: perPage }).then(({ events }) => add(events), ignored);
      }, recordedMs);
    };
    source.onerror = () => setHeard(false);
    source.onmessage = ({ data }) => add([JSON.parse(String(data)) as ActivityEvent]);
    // The gateway has ended it: it would only be told so again.
    source.addEventListener('end', () => source.close());
    return () => {
      source.close();
      clearTimeout(missing);
      setHeard(false);
    };
  }, [isOn, filterText(narrowing(filter)), add]);
  return heard;
}

/** The stream itself tells what goes wrong. */
const ignored = (): void => undefined;

function useSeenTab(): boolean {
  const [seen, setSeen] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setSeen(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return seen;
}

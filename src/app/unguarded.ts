import type { Logger } from 'pino';
import { createUnguarded, type Unguarded, type UnguardedReport } from '../audit/unguarded.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import type { GatewayDeps } from '../gateway/index.ts';
import { createBuckets } from '../limits/bucket.ts';
import type { Figure } from '../ops/metrics.ts';
import { shapeOf, showsWords } from '../reading/shape.ts';
import { shareUnguarded, type UnguardedShares } from './unguarded-shares.ts';

/** What watches what no route guards, and who is told. */
export interface UnguardedWatch extends Required<Pick<GatewayDeps, 'canarySink' | 'onUnguarded'>> {
  /** What this process saw. */
  read(): UnguardedReport;
  /** What all gateways on the store saw. */
  readonly shares: UnguardedShares;
}

/** Lines a minute for one canary in one kind of URL. */
const linesPerMinute = 6;

export function createUnguardedWatch(
  start: StartOptions,
  settings: () => ReloadSettings,
  log: Logger,
): UnguardedWatch {
  const seen: Unguarded = createUnguarded(Date.now);
  const lines = createBuckets({
    perMinute: linesPerMinute,
    maxKeys: 1_000,
    now: () => performance.now(),
  });
  return {
    canarySink: {
      found({ name, action, asked, open }) {
        const { method, target } = asked.question;
        const shape = shapeOf(target);
        seen.canary({ canary: name, action, method, shape, open });
        if (!lines.hit(`${name} ${method} ${shape}`)) return;
        log.warn({ canary: name, action, method, shape, requestId: asked.requestId }, 'canary');
      },
      notSearched: (why) => seen.notSearched(why),
    },
    onUnguarded({ mode, resource }, { method, target }, status) {
      const { listUnguarded } = settings();
      if (listUnguarded === 'never' || (listUnguarded === 'report' && mode !== 'report')) return;
      if (!isShown(status) || !showsWords(target)) return;
      seen.passed({ method, shape: shapeOf(target), open: resource.kind === 'other' && resource.open });
    },
    read: () => seen.read(),
    shares: shareUnguarded(start, () => seen.read(), log),
  };
}

/** What was shown: a page, one that the browser has already, a tunnel. */
function isShown(status: number): boolean {
  return (status >= 200 && status < 300) || status === 304 || status === 101;
}

/** What canaries were found, and what could not be searched for them. */
export function unguardedFigures({ read }: UnguardedWatch): readonly Figure[] {
  return [
    {
      name: 'canaries_found_total',
      type: 'counter',
      help: 'Answers of URLs that no route guards which carried a canary.',
      labels: ['canary', 'action'],
      read: () =>
        read().canaries.map(({ canary, action, count }) => ({ labels: { canary, action }, value: count })),
    },
    {
      name: 'canary_not_searched_total',
      type: 'counter',
      help: 'Such answers that could not be searched, or not to their end: coding, broken, busy, long.',
      labels: ['why'],
      read: () => [...read().notSearched].map(([why, value]) => ({ labels: { why }, value })),
    },
  ];
}

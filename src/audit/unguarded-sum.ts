import { isObject, readJsonObject } from '../json.ts';
import type { CanaryCount, UnguardedCount, UnguardedReport } from './unguarded.ts';

/** What several gateways saw together. */
export interface UnguardedSum extends UnguardedReport {
  /** Of how many, each worker being one. */
  readonly gateways: number;
  /** True where others may have seen more: the store could not be asked. */
  readonly partial: boolean;
}

/** What one tells the others: no more than this. */
const mostShared = 200;
const mostSummed = 1_000;

const byCount = (one: UnguardedCount, other: UnguardedCount): number => other.count - one.count;
const total = (counts: readonly UnguardedCount[]): number =>
  counts.reduce((sum, { count }) => sum + count, 0);

/** The most frequent of them; what is left out is counted as such. */
function bounded(report: UnguardedReport, most: number): UnguardedReport {
  const shapes = [...report.shapes].sort(byCount);
  const canaries = [...report.canaries].sort(byCount).slice(0, most);
  return {
    ...report,
    canaries,
    shapes: shapes.slice(0, most),
    left: report.left + total(shapes.slice(most)),
  };
}

/** A report as the others read it: shapes and counts, never a value. */
export function writeUnguarded(report: UnguardedReport): string {
  return JSON.stringify({ ...bounded(report, mostShared), notSearched: [...report.notSearched] });
}

/** A report that another gateway wrote; undefined where this one cannot read it. */
export function readUnguarded(text: string): UnguardedReport | undefined {
  const { sinceMs, left, shapes, canaries, notSearched } = readJsonObject(text) ?? {};
  if (typeof sinceMs !== 'number' || typeof left !== 'number') return undefined;
  if (!isListOf(shapes, isCount) || !isListOf(canaries, isCanary) || !isListOf(notSearched, isNotSearched))
    return undefined;
  return { sinceMs, left, shapes, canaries, notSearched: new Map(notSearched) };
}

/** All of them as one. */
export function sumUnguarded(reports: readonly UnguardedReport[], partial: boolean): UnguardedSum {
  const notSearched = new Map<string, number>();
  for (const [why, count] of reports.flatMap((report) => [...report.notSearched]))
    notSearched.set(why, (notSearched.get(why) ?? 0) + count);
  const sum = {
    sinceMs: Math.min(...reports.map(({ sinceMs }) => sinceMs)),
    left: reports.reduce((left, report) => left + report.left, 0),
    shapes: merged(
      reports.flatMap(({ shapes }) => shapes),
      ({ method, shape }) => `${method} ${shape}`,
    ),
    canaries: merged(
      reports.flatMap(({ canaries }) => canaries),
      ({ canary, method, shape }) => `${canary} ${method} ${shape}`,
    ),
    notSearched,
  };
  return { ...bounded(sum, mostSummed), gateways: reports.length, partial };
}

function merged<T extends UnguardedCount>(all: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const sums = new Map<string, T>();
  for (const one of all) {
    const { count = 0, firstMs = Infinity, lastMs = 0, open = true } = sums.get(nameOf(one)) ?? {};
    sums.set(nameOf(one), {
      ...one,
      open: one.open && open,
      count: one.count + count,
      firstMs: Math.min(one.firstMs, firstMs),
      lastMs: Math.max(one.lastMs, lastMs),
    });
  }
  return [...sums.values()];
}

const isListOf = <T>(value: unknown, is: (one: unknown) => one is T): value is T[] =>
  Array.isArray(value) && value.every(is);

function isCount(value: unknown): value is UnguardedCount {
  return (
    isObject(value) &&
    [value['method'], value['shape']].every((text) => typeof text === 'string') &&
    [value['count'], value['firstMs'], value['lastMs']].every(Number.isSafeInteger) &&
    typeof value['open'] === 'boolean'
  );
}

const isCanary = (value: unknown): value is CanaryCount =>
  isCount(value) &&
  'canary' in value &&
  typeof value.canary === 'string' &&
  'action' in value &&
  (value.action === 'alarm' || value.action === 'refuse');

const isNotSearched = (value: unknown): value is [string, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isSafeInteger(value[1]);

import type { Use } from '../../activity/summary.ts';
import type { RangeRecord } from '../../changes/change.ts';
import type { Scope } from '../../policy/reason.ts';
import { quadValue } from '../../policy/range.ts';
import { timeOf } from '../activity.ts';
import { soonMs } from '../range-use.ts';
import type { Report, Row } from './report.ts';

/** A range of a list, with what is known of it. */
export interface ListedRange {
  readonly scope: Scope;
  readonly enabled: boolean;
  readonly range: RangeRecord;
  /** Absent: no use is on record, or there is no record. */
  readonly use: Use | undefined;
  readonly isRecorded: boolean;
}

const DAY_MS = 86_400_000;
/** More addresses than a /24 has. */
const wideAbove = 256;
/** What is younger may not have been needed yet. */
const unusedMs = 30 * DAY_MS;
const yearMs = 365 * DAY_MS;

/** What a reviewer should look at, the gravest first. */
const findings: readonly (readonly [text: string, applies: (one: ListedRange, nowMs: number) => boolean])[] =
  [
    [
      'never used',
      ({ range, use, isRecorded }, nowMs) =>
        isRecorded && use === undefined && ageOf(range, nowMs) > unusedMs,
    ],
    ['not used for 30 days', ({ use }) => use?.count === 0],
    ['wide', ({ range }) => addresses(range) > wideAbove],
    ['no end', ({ range }) => range.expiresAt === undefined],
    ['no purpose', ({ range }) => range.purpose === undefined],
    [
      'not reviewed for a year',
      ({ range }, nowMs) => nowMs - Date.parse(range.reviewedAt ?? range.createdAt) > yearMs,
    ],
    ['reviewed by its own author', ({ range }) => range.reviewedBy !== undefined && isAuthor(range)],
    ['expired', ({ range }, nowMs) => untilMs(range) <= nowMs],
    ['ends soon', ({ range }, nowMs) => untilMs(range) > nowMs && untilMs(range) - nowMs < soonMs],
    ['its list is off', ({ enabled }) => !enabled],
  ];

function isAuthor({ reviewedBy, createdBy, updatedBy }: RangeRecord): boolean {
  return reviewedBy === (updatedBy ?? createdBy);
}

function ageOf({ createdAt }: RangeRecord, nowMs: number): number {
  return nowMs - Date.parse(createdAt);
}

function addresses({ start, end }: RangeRecord): number {
  return quadValue(end) - quadValue(start) + 1;
}

function untilMs({ expiresAt }: RangeRecord): number {
  return expiresAt === undefined ? Infinity : Date.parse(expiresAt);
}

export const reviewColumns: Report['columns'] = [
  ['findings', 'Findings'],
  ['scope', 'List'],
  ['id', 'Range'],
  ['start', 'Start'],
  ['end', 'End'],
  ['addresses', 'Addresses'],
  ['purpose', 'Purpose'],
  ['note', 'Note'],
  ['author', 'Author'],
  ['createdAt', 'Added'],
  ['ageDays', 'Days old'],
  ['expiresAt', 'Expires'],
  ['lastUsedAt', 'Last used'],
  ['uses', 'Uses in 30 days'],
  ['reviewedAt', 'Reviewed'],
  ['reviewer', 'Reviewer'],
];

/** The rows of a review, those with the gravest findings first. */
export function reviewRows(listed: readonly ListedRange[], nowMs: number): readonly Row[] {
  return listed
    .map((one) => ({ one, found: findings.map(([, applies]) => applies(one, nowMs)) }))
    .sort((a, b) => weight(b.found) - weight(a.found))
    .map(({ one, found }) =>
      rowOf(
        one,
        findings.flatMap(([text], at) => (found[at] ? [text] : [])),
        nowMs,
      ),
    );
}

/** A graver finding outweighs all after it. */
function weight(found: readonly boolean[]): number {
  return found.reduce((sum, applies) => sum * 2 + Number(applies), 0);
}

function rowOf({ scope, range, use }: ListedRange, found: readonly string[], nowMs: number): Row {
  const { id, start, end, purpose, note, createdAt, createdBy, updatedBy, expiresAt } = range;
  return {
    ...{ findings: found.join(', '), scope, id, start, end, addresses: addresses(range), purpose, note },
    author: updatedBy ?? createdBy,
    ...{ createdAt, ageDays: Math.floor(ageOf(range, nowMs) / DAY_MS), expiresAt },
    ...{ lastUsedAt: use && timeOf(use.lastMs), uses: use?.count },
    ...{ reviewedAt: range.reviewedAt, reviewer: range.reviewedBy },
  };
}

import type { Change, RangeRecord, StoredSettings } from '../api/types.ts';
import { counted, whenText } from '../parts/time.tsx';
import { spanText } from './effects.ts';

const most = 5;

/** What a change did, one line each. */
export function describeChange(change: Change): string[] {
  const lines = [
    ...(change.reverts === undefined ? [] : [`Undid change ${change.reverts}`]),
    ...(change.confirms === undefined ? [] : [`Made change ${change.confirms} stay`]),
    ...(change.trialUntil === undefined ? [] : [`Made on trial, until ${whenText(change.trialUntil)}`]),
    ...(change.reason === undefined ? [] : [`Because: ${change.reason}`]),
  ];
  if (change.scope === 'revocations') return [...lines, ...describeRevocations(change)];
  return [...lines, ...describeSettings(change), ...describeRanges(change)];
}

/** What two states differ in, one line each. */
export function describeDifference(found: Did): string[] {
  return [...describeSettings(found), ...describeRanges(found)];
}

type Did = Pick<Change, 'before' | 'after' | 'addedCount' | 'removedCount'> & Partial<Change>;

function describeRevocations({ before, after }: Change): string[] {
  const named = ({ issuer, subject, sid, jti }: Revocation): string => {
    const what = [
      subject,
      sid === undefined ? '' : `session ${sid}`,
      jti === undefined ? '' : `token ${jti}`,
    ];
    return `${what.filter(Boolean).join(', ') || 'everything'} of ${issuer}`;
  };
  return [
    ...(after.revocations ?? []).map((one) => `Took back ${named(one)}`),
    ...(before.revocations ?? []).map((one) => `Lifted, or over: ${named(one)}`),
  ];
}

type Revocation = NonNullable<Change['before']['revocations']>[number];

function describeSettings(change: Did): string[] {
  const [before, after] = [change.before.settings, change.after.settings];
  if (before === undefined || after === undefined) return [];
  const toggle =
    before.enabled === after.enabled ? [] : [`Switched IP whitelisting ${after.enabled ? 'on' : 'off'}`];
  return [...toggle, ...settingLines(before, after)];
}

const settingNames = {
  mode: 'Mode',
  whenOff: 'When off',
  requireLogin: 'Require login',
  inheritPlatform: 'Inherit the platform’s list',
} as const;

function settingLines(before: StoredSettings, after: StoredSettings): string[] {
  const keys = ['mode', 'whenOff', 'requireLogin', 'inheritPlatform'] as const;
  return keys
    .filter((key) => shown(before[key]) !== shown(after[key]))
    .map((key) => `${settingNames[key]}: ${shown(before[key])} → ${shown(after[key])}`);
}

function shown(value: string | boolean | null): string {
  if (value === null) return 'inherited';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}

function describeRanges(change: Did): string[] {
  if (change.truncated === true) {
    return [
      ...(change.addedCount > 0 ? [`Added ${counted(change.addedCount, 'range')}`] : []),
      ...(change.removedCount > 0 ? [`Deleted ${counted(change.removedCount, 'range')}`] : []),
    ];
  }
  const { edited, added, removed } = sortRanges(change);
  return [
    ...edited.map(([before, after]) => `Changed ${rangeText(before)} to ${rangeText(after)}`),
    ...listed('Added', added),
    ...listed('Deleted', removed),
  ];
}

function listed(verb: string, ranges: readonly RangeRecord[]): string[] {
  const lines = ranges.slice(0, most).map((range) => `${verb} ${rangeText(range)}`);
  const left = ranges.length - lines.length;
  return left > 0 ? [...lines, `${verb} ${counted(left, 'more range')}`] : lines;
}

function rangeText(range: RangeRecord): string {
  const prose = [range.purpose, range.note].filter((one) => one !== undefined).join('; ');
  const note = prose === '' ? '' : ` (${prose})`;
  const expiry = range.expiresAt === undefined ? '' : `, until ${whenText(range.expiresAt)}`;
  return `${spanText(range)}${note}${expiry}`;
}

/** A range that is in both lists under one id was edited. */
function sortRanges(change: Did) {
  const after = new Map(change.after.ranges.map((range) => [range.id, range]));
  const edited: [RangeRecord, RangeRecord][] = [];
  const removed: RangeRecord[] = [];
  for (const before of change.before.ranges) {
    const now = after.get(before.id);
    if (now === undefined) removed.push(before);
    else edited.push([before, now]);
    after.delete(before.id);
  }
  return { edited, removed, added: [...after.values()] };
}

import { readRange, rangeText } from './stored-range.ts';
import { readRevocationList } from '../../changes/revocation-record.ts';
import { isChangeScope, readSettings } from '../../changes/record.ts';
import type { Change, Draft, RangeRecord, ScopeRecord } from '../../changes/change.ts';
import type { Scope } from '../../policy/reason.ts';

/** Ranges with their ids, as Redis holds them. */
export type RangeTexts = [id: string, text: string][];

export const rangeTexts = (ranges: readonly RangeRecord[]): RangeTexts =>
  ranges.map((range) => [range.id, rangeText(range)]);

function readTexts(value: unknown): RangeRecord[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ranges = value.map((pair: unknown) => {
    const [id, text]: unknown[] = Array.isArray(pair) ? pair : [];
    return typeof id === 'string' && typeof text === 'string' ? readRange(id, text) : undefined;
  });
  const whole = ranges.filter((range) => range !== undefined);
  return whole.length === ranges.length ? whole : undefined;
}

/** What a change adds to its record in Redis: ids and texts. */
export function addedTexts(draft: Pick<Draft, 'added' | 'revocations'>): RangeTexts {
  if (draft.revocations === undefined) return rangeTexts(draft.added);
  return draft.revocations.added.map((one) => [one.id, JSON.stringify(one)]);
}

/** A change for the stream: what its entry's other fields do not say. */
export function changeText(draft: Draft & Pick<Change, 'listsHash'>, listed: boolean): string {
  const { scope, at, by, from, settings, removed, added, revocations, reverts, listsHash } = draft;
  return JSON.stringify({
    scope,
    at,
    by,
    from,
    settings,
    reverts,
    revocations,
    listsHash,
    removedCount: (revocations ?? draft).removed.length,
    addedCount: (revocations ?? draft).added.length,
    ...(listed ? { removed: rangeTexts(removed), added: rangeTexts(added) } : {}),
  });
}

/** A change as the stream has it. */
export interface StreamEntry {
  readonly change: Change;
  /** The gateway that wrote it. */
  readonly origin: string;
}

function fieldsOf(flat: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(flat[i] ?? '', flat[i + 1] ?? '');
  return fields;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => typeof value === 'number';

function readStates(value: unknown): Change['settings'] {
  if (typeof value !== 'object' || value === null || !('before' in value) || !('after' in value))
    return undefined;
  const [before, after] = [readSettings(value.before), readSettings(value.after)];
  return before && after && { before, after };
}

function readLists(value: unknown): Change['revocations'] {
  if (typeof value !== 'object' || value === null || !('removed' in value) || !('added' in value))
    return undefined;
  const [removed, added] = [readRevocationList(value.removed), readRevocationList(value.added)];
  return removed && added && { removed, added };
}

/** An entry of the stream; undefined where it is not a change. */
export function readStreamEntry(streamId: string, flat: readonly string[]): StreamEntry | undefined {
  const fields = fieldsOf(flat);
  const body = parse(fields.get('change') ?? '');
  const revision = Number(streamId.split('-')[0]);
  const changeId = fields.get('id');
  if (body === undefined || changeId === undefined || !Number.isSafeInteger(revision)) return undefined;
  const { scope, at, by, from, reverts, removedCount, addedCount, listsHash } = body;
  const settings = readStates(body['settings']);
  const revocations = readLists(body['revocations']);
  const listed = body['added'] !== undefined;
  const [removed, added] = listed ? [readTexts(body['removed']), readTexts(body['added'])] : [[], []];
  if (!isText(scope) || !isChangeScope(scope) || !isText(at) || !isText(by) || !removed || !added)
    return undefined;
  if (!isCount(removedCount) || !isCount(addedCount) || (body['settings'] !== undefined && !settings))
    return undefined;
  if ((scope === 'revocations') !== (revocations !== undefined)) return undefined;
  const change: Change = {
    revision,
    changeId,
    previousId: fields.get('prev') ?? '',
    scope,
    at,
    by,
    ...(isText(from) ? { from } : {}),
    ...(settings ? { settings } : {}),
    removed,
    added,
    ...(revocations ? { revocations } : {}),
    ...(isCount(reverts) ? { reverts } : {}),
    ...(listed ? {} : { truncated: true }),
    removedCount,
    addedCount,
    ...(isText(listsHash) ? { listsHash } : {}),
  };
  return { change, origin: fields.get('origin') ?? '' };
}

/** Long lists in pieces, for a key of their own. */
export function* listTexts(draft: Draft, piece: number): Generator<string, void> {
  for (const [name, ranges] of [
    ['removed', draft.removed],
    ['added', draft.added],
  ] as const) {
    for (let i = 0; i < ranges.length; i += piece) {
      yield JSON.stringify({ [name]: rangeTexts(ranges.slice(i, i + piece)) });
    }
  }
}

/** Adds a piece to a change's lists; false where it cannot be read. */
export function readPiece(text: string, lists: { removed: RangeRecord[]; added: RangeRecord[] }): boolean {
  const body = parse(text);
  const [removed, added] = [readTexts(body?.['removed'] ?? []), readTexts(body?.['added'] ?? [])];
  if (!body || !removed || !added) return false;
  lists.removed.push(...removed);
  lists.added.push(...added);
  return true;
}

/** A scope's record; undefined where it cannot be read. */
export function readRecord(scope: Scope, text: string): ScopeRecord | undefined {
  const [, revision, ranges, json = ''] = /^(\d+) (\d+) (.+)$/.exec(text) ?? [];
  const settings = readSettings(parse(json));
  if (settings === undefined) return undefined;
  return { scope, ...settings, revision: Number(revision), ranges: Number(ranges) };
}

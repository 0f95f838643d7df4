import type { Scope } from '../../policy/reason.ts';
import { readStreamEntry, readPiece, readRecord } from './change-text.ts';
import type { StreamEntry } from './change-text.ts';
import { readRange } from './stored-range.ts';
import { emptyRecord, isScope } from '../../changes/record.ts';
import { sortRanges } from '../../changes/sorted.ts';
import type { KeptLists } from './kept-lists.ts';
import type { Keys } from './keys.ts';
import type { Client } from './scripts.ts';
import { StoreError } from '../store.ts';
import type {
  Change,
  Position,
  RangeRecord,
  ScopeDetail,
  ScopeRecord,
  ChangeScope,
  RevocationRecord,
} from '../../changes/change.ts';
import type { Revocation } from '../../policy/revocation.ts';
import { readRevocationList } from '../../changes/revocation-record.ts';

/** Up to so many ranges are read in one command; more would hold up Redis. */
const AT_ONCE = 5000;
const TRIES = 20;

/** Range ids and their texts. */
export type IdAndText = (readonly [string, string])[];

/** What a pipeline was answered, or the first error in it. */
export async function replies(work: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
  const all = (await work) ?? [];
  return all.map(([error, reply]) => {
    if (error) throw error;
    return reply;
  });
}

/** A hash's fields, whether the client made an object of them (alone) or not (in a transaction). */
export function asTexts(reply: unknown): IdAndText {
  if (!Array.isArray(reply)) return Object.entries(reply as Record<string, string>);
  const flat = reply as string[];
  return flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : []));
}

/** Where the store stands; undefined where it has no head. */
export async function readHead(client: Client, keys: Keys): Promise<Position | undefined> {
  const [revision, changeId] = await client.hmget(keys.head, 'revision', 'id');
  return revision && changeId ? { revision: Number(revision), changeId } : undefined;
}

/** A scope's ranges in pieces; right only if the scope's record is the same before and after. */
export async function scanRanges(client: Client, key: string): Promise<IdAndText> {
  const texts = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, flat] = await client.hscan(key, cursor, 'COUNT', 2000);
    for (let i = 0; i + 1 < flat.length; i += 2) texts.set(flat[i] ?? '', flat[i + 1] ?? '');
    cursor = next;
  } while (cursor !== '0');
  return [...texts];
}

/** How many ranges a scope's record speaks of. */
export const rangeCount = (record: string): number => Number(record.split(' ', 2)[1] ?? 0);

/** A scope's record and ranges as they were at one moment. */
export async function fetchScope(
  client: Client,
  keys: Keys,
  scope: ChangeScope,
): Promise<{ record: string | null; texts: IdAndText }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const record = await client.hget(keys.scopes, scope);
    if (record === null) return { record, texts: [] };
    const key = keys.scope(scope);
    const texts =
      rangeCount(record) > AT_ONCE ? await scanRanges(client, key) : asTexts(await client.hgetall(key));
    if ((await client.hget(keys.scopes, scope)) === record) return { record, texts };
  }
  throw new StoreError('unavailable', `${scope} changes faster than it can be read`);
}

/** A scope as admins see it. Rejects with `unreadable` where its record or a range of it cannot be read. */
export async function scopeDetail(
  client: Client,
  keys: Keys,
  scope: Scope,
  kept: KeptLists,
): Promise<ScopeDetail> {
  const found = kept.find(scope, (await client.hget(keys.scopes, scope)) ?? '');
  if (found !== undefined) return found;
  const { record: text, texts } = await fetchScope(client, keys, scope);
  if (text === null) return { record: emptyRecord(scope), ranges: [] };
  const record = readRecord(scope, text);
  if (record === undefined) throw new StoreError('unreadable', `the record of ${scope} cannot be read`);
  const ranges: RangeRecord[] = [];
  for (const [id, text] of texts) {
    const range = readRange(id, text);
    if (range === undefined) throw new StoreError('unreadable', `range ${id} of ${scope} cannot be read`);
    ranges.push(range);
  }
  const detail = { record, ranges: sortRanges(ranges) };
  kept.keep(scope, text, detail);
  return detail;
}

/** Revocations from their texts; undefined where one cannot be read. */
export function revocationsIn(texts: IdAndText): readonly Revocation[] | undefined {
  try {
    return readRevocationList(texts.map(([, text]): unknown => JSON.parse(text)));
  } catch {
    return undefined;
  }
}

/** What was taken back. Rejects with `unreadable` where a record of it cannot be read. */
export async function revocationRecord(client: Client, keys: Keys): Promise<RevocationRecord> {
  const { record, texts } = await fetchScope(client, keys, 'revocations');
  const entries = revocationsIn(texts);
  if (entries === undefined) throw new StoreError('unreadable', 'a revocation cannot be read');
  return { revision: Number((record ?? '0').split(' ')[0]), entries };
}

/** Every scope's record that can be read. */
export async function scopeRecords(client: Client, keys: Keys): Promise<ScopeRecord[]> {
  const stored = Object.entries(await client.hgetall(keys.scopes));
  return stored.flatMap(([scope, text]) => (isScope(scope) ? (readRecord(scope, text) ?? []) : []));
}

/** One change of the log; undefined where it is not there. Rejects with `unreadable` where it is no change. */
export async function readChange(
  client: Client,
  keys: Keys,
  revision: number,
): Promise<StreamEntry | undefined> {
  const id = `${String(revision)}-0`;
  const [found] = await client.xrange(keys.changes, id, id);
  if (found === undefined) return undefined;
  const entry = readStreamEntry(found[0], found[1]);
  if (entry === undefined) throw new StoreError('unreadable', `change ${String(revision)} cannot be read`);
  return entry;
}

/** The change with its whole lists; undefined where they are not kept any more. */
export async function wholeChange(client: Client, keys: Keys, change: Change): Promise<Change | undefined> {
  if (change.truncated !== true) return change;
  const lists: { removed: RangeRecord[]; added: RangeRecord[] } = { removed: [], added: [] };
  const key = keys.lists(change.changeId);
  for (let from = 0; ; from += 2) {
    const pieces = await client.lrange(key, from, from + 1);
    if (!pieces.every((piece) => readPiece(piece, lists))) return undefined;
    if (pieces.length < 2) break;
  }
  const { removedCount, addedCount, truncated: _, ...rest } = change;
  if (lists.removed.length !== removedCount || lists.added.length !== addedCount) return undefined;
  return { ...rest, ...lists, removedCount, addedCount };
}

/** The log, newest first; entries that cannot be read are left out. */
export async function listChanges(
  client: Client,
  keys: Keys,
  query: { scope?: ChangeScope; before?: number; limit: number },
): Promise<Change[]> {
  const found: Change[] = [];
  let end = query.before === undefined ? '+' : `${String(query.before - 1)}-0`;
  while (found.length < query.limit && end !== '0-0') {
    const page = await client.xrevrange(keys.changes, end, '-', 'COUNT', 200);
    const last = page.at(-1);
    if (last === undefined) break;
    const changes = page.flatMap(([id, flat]) => readStreamEntry(id, flat)?.change ?? []);
    found.push(...changes.filter(({ scope }) => query.scope === undefined || query.scope === scope));
    end = `${String(Number(last[0].split('-')[0]) - 1)}-0`;
  }
  return found.slice(0, query.limit);
}

import type { Revocation } from '../../policy/revocation.ts';
import type { Scope } from '../../policy/reason.ts';
import { EMPTY, compiling } from '../../policy/whitelist.ts';
import type { CompactRange, Compiling, Whitelist } from '../../policy/whitelist.ts';
import { readRecord } from './change-text.ts';
import type { StoreLog } from '../log.ts';
import { readCompact } from './stored-range.ts';
import { CLOSED, isScope, settingsOf } from '../../changes/record.ts';
import type { Keys } from './keys.ts';
import { loadPack } from './catch-up.ts';
import { asTexts, readHead, replies, revocationsIn, scanRanges, rangeCount } from './read.ts';
import type { IdAndText } from './read.ts';
import type { Client } from './scripts.ts';
import { createSlicer } from '../slicer.ts';
import type { Slicer } from '../slicer.ts';
import { START } from '../../changes/log-entry.ts';
import { StoreError } from '../store.ts';
import type { LoadedPolicy, ScopeImage } from '../store.ts';
import type { Position } from '../../changes/change.ts';

/** Ranges that one round of reading asks for. */
const ROUND = 2000;
const ROUNDS = 50;

type Records = ReadonlyMap<string, string>;

/** Scopes of one round: a few thousand ranges, or one scope that has more. */
function* rounds(records: Records): Generator<string[], void> {
  let round: string[] = [];
  let size = 0;
  for (const [scope, record] of records) {
    if (size > 0 && (size + rangeCount(record) > ROUND || round.length >= 500)) {
      yield round;
      [round, size] = [[], 0];
    }
    round.push(scope);
    size += 1 + rangeCount(record);
  }
  if (round.length > 0) yield round;
}

async function readRound(
  client: Client,
  keys: Keys,
  scopes: string[],
  records: Records,
): Promise<Map<string, IdAndText>> {
  const [only = ''] = scopes;
  if (scopes.length === 1 && rangeCount(records.get(only) ?? '') > ROUND) {
    return new Map([[only, await scanRanges(client, keys.scope(only as Scope))]]);
  }
  const pipeline = client.pipeline();
  for (const scope of scopes) pipeline.hgetall(keys.scope(scope as Scope));
  const found = await replies(pipeline.exec());
  return new Map(scopes.map((scope, i) => [scope, asTexts(found[i])]));
}

/** The head, every record, and the ranges of some scopes, as they were at one moment. */
async function readTogether(client: Client, keys: Keys, scopes: Iterable<string>) {
  const asked = [...scopes];
  const transaction = client.multi().hmget(keys.head, 'revision', 'id').hgetall(keys.scopes);
  for (const scope of asked) transaction.hgetall(keys.scope(scope as Scope));
  const [head, all, ...ranges] = await replies(transaction.exec());
  const [revision, changeId] = head as (string | null)[];
  return {
    position: revision && changeId ? { revision: Number(revision), changeId } : undefined,
    records: new Map(asTexts(all)),
    ranges: new Map(asked.map((scope, i) => [scope, asTexts(ranges[i])])),
  };
}

/** A scope's ranges, compiled as they come: a million texts are not kept until the last is read. */
interface Read {
  readonly list: Whitelist;
  readonly refused: readonly string[];
}

interface Gathered {
  readonly revocations: readonly Revocation[] | undefined;
  readonly position: Position;
  readonly records: Records;
  readonly ranges: ReadonlyMap<string, Read>;
}

function* compacted(texts: IdAndText, refused: string[]): Generator<CompactRange, void> {
  for (const [id, text] of texts) {
    const range = readCompact(id, text);
    if (typeof range === 'string') refused.push(range);
    else yield range;
  }
}

async function compileTexts(texts: IdAndText, slicer: Slicer): Promise<Read> {
  const refused: string[] = [];
  return { list: await slicer.run(compiling(compacted(texts, refused))), refused };
}

/**
 * Everything at one revision, read while others write: what has changed meanwhile is read again, in one transaction
 * with the head once it is little.
 */
async function gather(client: Client, keys: Keys): Promise<Gathered> {
  let { records, position } = await readTogether(client, keys, []);
  const ranges = new Map<string, Read>();
  let revocations: Gathered['revocations'] = [];
  const slicer = createSlicer();
  const take = async (read: ReadonlyMap<string, IdAndText>): Promise<void> => {
    await slicer.rest();
    for (const [scope, texts] of read) {
      if (scope === 'revocations') revocations = revocationsIn(texts);
      else ranges.set(scope, await compileTexts(texts, slicer));
    }
  };
  for (const round of rounds(records)) await take(await readRound(client, keys, round, records));
  const moving = new Set<string>();
  for (let n = 0; n < ROUNDS; n += 1) {
    const again = await readTogether(client, keys, moving);
    await take(again.ranges);
    await slicer.rest();
    const changed = [...again.records].filter(
      ([scope, text]) => !moving.has(scope) && records.get(scope) !== text,
    );
    ({ records, position } = again);
    if (changed.length === 0 && position !== undefined) return { position, records, ranges, revocations };
    for (const [scope] of changed) moving.add(scope);
  }
  throw new StoreError('unavailable', 'the policy changes faster than it can be read');
}

/** What is compiled already. */
function* already(list: Whitelist): Compiling {
  return list;
}

function* imagesOf({ records, ranges }: Gathered, unreadable: { scope: string; why: string }[]) {
  for (const [scope, text] of records) {
    if (scope === 'revocations') continue;
    if (!isScope(scope)) {
      unreadable.push({ scope, why: 'not a scope' });
      continue;
    }
    const record = readRecord(scope, text);
    if (record === undefined) unreadable.push({ scope, why: 'its record cannot be read: it is closed' });
    const { list, refused } = ranges.get(scope) ?? { list: EMPTY, refused: [] };
    for (const why of refused) unreadable.push({ scope, why });
    const settings = record === undefined ? CLOSED : settingsOf(record);
    yield { scope, settings, compile: () => already(list) } satisfies ScopeImage;
  }
}

/**
 * The whole policy. Rejects with `unreadable` where the store has lost its head: what is known here, or still lies
 * there, says that it is no empty store.
 */
export async function loadPolicy(
  client: Client,
  keys: Keys,
  highestSeen: number,
  log: StoreLog,
): Promise<LoadedPolicy> {
  const head = await readHead(client, keys);
  if (head === undefined) {
    const left = await client.exists(keys.scopes, keys.changes);
    if (highestSeen === 0 && left === 0) {
      return { position: START, scopes: [], revocations: [], unreadable: [] };
    }
    const known = highestSeen > 0 ? `revision ${String(highestSeen)} is known here` : 'other keys are there';
    throw new StoreError(
      'unreadable',
      `Redis has lost the policy (no ${keys.head}, but ${known}): restore it`,
    );
  }
  const packed = await loadPack(client, keys, head).catch((error: unknown) => {
    if (client.status !== 'ready') throw error;
    log.warn({ problem: String(error) }, 'the pack cannot be read: the records are');
    return undefined;
  });
  if (packed !== undefined) {
    log.info({ revision: packed.position.revision }, 'policy read from its pack');
    return packed;
  }
  const gathered = await gather(client, keys);
  const unreadable: { scope: string; why: string }[] = [];
  const { position, revocations = 'unknown' } = gathered;
  if (revocations === 'unknown')
    unreadable.push({ scope: 'revocations', why: 'one cannot be read: no token counts' });
  return { position, scopes: imagesOf(gathered, unreadable), revocations, unreadable };
}

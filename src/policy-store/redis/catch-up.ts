import { readStreamEntry } from './change-text.ts';
import { unpack } from './pack.ts';
import type { Keys } from './keys.ts';
import { readPack } from './packer.ts';
import { wholeChange } from './read.ts';
import type { Client } from './scripts.ts';
import { createSlicer } from '../slicer.ts';
import type { Change, Position } from '../../changes/change.ts';
import type { LoadedPolicy } from '../store.ts';

/** So many changes, or ranges in them, after it a pack is older than it is worth. */
const MOST = { changes: 5000, ranges: 200_000 };
const PAGE = 200;

/** The changes after a position up to another; undefined where the log does not lead from one to the other. */
async function changesBetween(
  client: Client,
  keys: Keys,
  from: Position,
  to: Position,
): Promise<Change[] | undefined> {
  const changes: Change[] = [];
  let [at, ranges] = [from, 0];
  while (at.revision < to.revision) {
    const ids = [`(${String(at.revision)}-0`, `${String(to.revision)}-0`] as const;
    const page = await client.xrange(keys.changes, ...ids, 'COUNT', PAGE);
    if (page.length === 0) return undefined;
    for (const [id, fields] of page) {
      const entry = readStreamEntry(id, fields);
      if (entry?.change.previousId !== at.changeId) return undefined;
      ranges += entry.change.removedCount + entry.change.addedCount;
      if (ranges > MOST.ranges) return undefined;
      const change = await wholeChange(client, keys, entry.change);
      if (change === undefined) return undefined;
      changes.push(change);
      at = { revision: change.revision, changeId: change.changeId };
    }
  }
  return at.changeId === to.changeId ? changes : undefined;
}

/**
 * The pack with everything that came after it; undefined where there is none that leads to the head.
 *
 * It counts as the policy of now, so what was taken away since must not wait for the feed.
 */
export async function loadPack(
  client: Client,
  keys: Keys,
  head: Position,
): Promise<LoadedPolicy | undefined> {
  const [revision, changeId] = await client.hmget(keys.pack, 'revision', 'id');
  if (!revision || !changeId || head.revision - Number(revision) > MOST.changes) return undefined;
  const since = await changesBetween(client, keys, { revision: Number(revision), changeId }, head);
  if (since === undefined) return undefined;
  const bytes = await readPack(client, keys);
  const packed = bytes && (await unpack(bytes, createSlicer()));
  if (packed?.position.changeId !== changeId) return undefined;
  return { position: head, scopes: packed.scopes, revocations: packed.revocations, since, unreadable: [] };
}

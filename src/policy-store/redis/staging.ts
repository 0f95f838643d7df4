import { randomBytes } from 'node:crypto';
import { listTexts, rangeTexts } from './change-text.ts';
import type { RedisConnections } from './connections.ts';
import type { Keys } from './keys.ts';
import { replies } from './read.ts';
import { createSlicer } from '../slicer.ts';
import { StoreError } from '../store.ts';
import type { Draft } from '../../changes/change.ts';

const PIECE = 500;
/** Ranges that one command stages. */
const STAGED = 2000;
const STAGING_SECONDS = 600;

export type Staged = { readonly size: number; readonly hash: string; readonly lists: string };

/** Puts a scope's new ranges together beside it; it counts only with the commit, and is forgotten without one. */
export async function stage(
  { connections, keys }: { readonly connections: RedisConnections; readonly keys: Keys },
  draft: Draft,
): Promise<Staged> {
  const { commands: client } = connections;
  const id = randomBytes(8).toString('hex');
  const [hash, lists] = [keys.staging(id), keys.staging(`${id}:lists`)];
  const slicer = createSlicer();
  await replies(
    client.pipeline().copy(keys.scope(draft.scope), hash, 'REPLACE').expire(hash, STAGING_SECONDS).exec(),
  );
  let removed = 0;
  for (let i = 0; i < draft.removed.length; i += STAGED) {
    removed += await client.hdel(hash, ...draft.removed.slice(i, i + STAGED).map(({ id }) => id));
    await slicer.pause();
  }
  let added = 0;
  for (let i = 0; i < draft.added.length; i += STAGED) {
    added += await client.hset(hash, ...rangeTexts(draft.added.slice(i, i + STAGED)).flat());
    await slicer.pause();
  }
  for (const piece of listTexts(draft, PIECE)) {
    await client.rpush(lists, piece);
    await slicer.pause();
  }
  const size = await client.hlen(hash);
  await replies(client.pipeline().expire(hash, STAGING_SECONDS).expire(lists, STAGING_SECONDS).exec());
  if (removed === draft.removed.length && added === draft.added.length) return { size, hash, lists };
  await client.del(hash, lists);
  throw new StoreError('conflict', `${draft.scope} has other ranges now`);
}

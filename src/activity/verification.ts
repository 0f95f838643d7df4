import type { IndexThread } from './index-thread.ts';
import type { ActivityStream } from './stream.ts';
import type { Verified } from './verify.ts';
import type { ChainState, Progress } from './walk.ts';

/** What was found of the record. */
export interface Verification {
  /** By gateway; each start of one is a chain of its own. */
  readonly chains: readonly ChainState[];
  /** Signed digests, as JWS; whoever asked must check who signed them. */
  readonly digests: readonly string[];
}

/** Entries are checked so many at a time: what comes in meanwhile gets its turn. */
const mostAtOnce = 16;

/**
 * Follows every chain in the index, and where there is one in the stream. `digests`: others than those in the record,
 * which it must agree with. Rejects where index or stream cannot be read.
 */
export async function verifyRecord(
  ask: IndexThread['ask'],
  digests: readonly string[],
  stream?: ActivityStream,
): Promise<Verification> {
  const inStream = stream === undefined ? [] : await verifyStream(ask, digests, stream);
  let verified: Verified | undefined;
  do verified = await ask('verify', { digests, ...(verified && { from: verified }) });
  while (!verified.isDone);
  const brokenIn = new Map(inStream.map(({ replica, broken }) => [replica, broken]));
  const known = new Set(verified.chains.map(({ replica }) => replica));
  const onlyThere = inStream.filter(({ replica }) => !known.has(replica));
  const chains = [...verified.chains, ...onlyThere].map(({ hash: _hash, links: _links, ...state }) => {
    const broken = state.broken ?? brokenIn.get(state.replica);
    return { ...state, ...(broken && { broken }) };
  });
  return { chains, digests: await ask('digests', {}) };
}

async function verifyStream(
  ask: IndexThread['ask'],
  digests: readonly string[],
  stream: ActivityStream,
): Promise<readonly Progress[]> {
  const heads = await ask('heads', {});
  let [from, after]: [readonly Progress[], string] = [[], '0-0'];
  for (;;) {
    const found = await stream.read(after, mostAtOnce, 0);
    const last = found.at(-1);
    const entries = found.map(({ sealed }) => sealed);
    from = await ask('verifyEntries', { entries, from, heads, digests, isLast: last === undefined });
    if (last === undefined) return from;
    after = last.id;
  }
}

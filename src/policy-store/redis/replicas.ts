import { performance } from 'node:perf_hooks';
import { createAcks } from './acks.ts';
import type { Keys } from './keys.ts';
import { ackScript, beatScript, run } from './scripts.ts';
import type { Client } from './scripts.ts';
import type { Live, Position } from '../../changes/change.ts';
import type { ReplicaStatus } from '../store.ts';

/** A gateway's entry in the store: what it serves, said when, how old that was then, and how long it may go on. */
interface Presence {
  readonly revision: number;
  /** Unix ms, by the store's clock. */
  readonly atMs: number;
  readonly ageMs: number;
  readonly forMs: number;
  /** What it is configured for, in one word; '' where it does not say. */
  readonly site: string;
}

function readPresence(text: string): Presence | undefined {
  const words = text.split(' ');
  const [revision, atMs, ageMs, forMs] = words.map(Number);
  if (revision === undefined || atMs === undefined || ageMs === undefined || forMs === undefined)
    return undefined;
  return { revision, atMs, ageMs, forMs, site: words[4] ?? '' };
}

/** Gateways that may still grant something by what they said last. */
export function aliveIn(flat: readonly string[], nowMs: number): Map<string, Presence> {
  const alive = new Map<string, Presence>();
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const entry = readPresence(flat[i + 1] ?? '');
    if (entry !== undefined && nowMs - entry.atMs <= entry.forMs) alive.set(flat[i] ?? '', entry);
  }
  return alive;
}

/** TIME as Unix ms. */
export const timeMs = (time: readonly unknown[]): number =>
  Number(time[0]) * 1000 + Math.floor(Number(time[1]) / 1000);

/** What a beat found. */
export interface Beat {
  /** Where the store stands; undefined where it has no head. */
  readonly head: Position | undefined;
  /** True where the store has no head but other keys of a policy. */
  readonly beheaded: boolean;
}

export interface ReplicasOptions {
  readonly client: Client;
  readonly keys: Keys;
  readonly replica: string;
  /** How long after its last beat a gateway may go on granting. */
  readonly outlivesMs: () => number;
  /** What this gateway is configured for, in one word. */
  readonly site: () => string;
}

/** What this gateway says of itself. */
function createPresence({ replica, outlivesMs, site }: ReplicasOptions) {
  let serving: Position = { revision: 0, changeId: '' };
  let confirmedMs = performance.now();
  return {
    serving: (): Position => serving,
    serve: (position: Position): void => {
      serving = position;
    },
    confirmed: (): void => {
      confirmedMs = performance.now();
    },
    args: (): string[] => {
      const ageMs = Math.round(performance.now() - confirmedMs);
      return [
        replica,
        String(serving.revision),
        String(ageMs),
        `${String(outlivesMs())} ${site()}`.trimEnd(),
      ];
    },
  };
}

/** The gateways that may still grant something. */
async function listReplicas(
  client: Client,
  keys: Keys,
  replica: string,
  own: number,
): Promise<ReplicaStatus[]> {
  const time = timeMs(await client.time());
  const flat = Object.entries(await client.hgetall(keys.replicas)).flat();
  return [...aliveIn(flat, time)].map(([id, { revision, atMs, ageMs }]) => {
    const self = id === replica;
    const ageSeconds = Math.max(0, (time - atMs + ageMs) / 1000);
    return { id, revision: self ? own : revision, ageSeconds, self };
  });
}

/** The gateways of one site: this one's word on what it serves, and what is known of the others. */
export function createReplicas(options: ReplicasOptions) {
  const { client, keys, replica } = options;
  const acks = createAcks();
  const entry = createPresence(options);
  const list = (): Promise<ReplicaStatus[]> => listReplicas(client, keys, replica, entry.serving().revision);
  return {
    acked: acks.add,
    list,
    confirmed: entry.confirmed,
    /** Says what is served here, and learns where the store stands. */
    async beat(): Promise<Beat> {
      const keysOf = [keys.replicas, keys.head, keys.scopes, keys.changes];
      const [revision, changeId, found] = (await run(client, beatScript, keysOf, entry.args())) as string[];
      const head = revision && changeId ? { revision: Number(revision), changeId } : undefined;
      return { head, beheaded: head === undefined && found !== '0' };
    },
    /** A change is served here from now on: tells the gateway that wrote it. */
    serves(position: Position, origin: string | undefined): void {
      entry.serve(position);
      acks.add(position.changeId, replica);
      if (origin === undefined || origin === replica) return;
      const args = [...entry.args(), position.changeId];
      run(client, ackScript, [keys.replicas, keys.acks(origin)], args).catch(() => undefined); // the beat says it too
    },
    /** On how many gateways a change is live; `alive` are those that there were when it was written. */
    async live(changeId: string, alive: Iterable<string>, sinceMs: number, timeoutMs: number): Promise<Live> {
      const expected = new Set([...alive, replica]);
      const replicas = await acks.count(changeId, expected, timeoutMs);
      return { replicas, of: expected.size, ms: Math.ceil(performance.now() - sinceMs) };
    },
    /** The same for a change that was written earlier, by what the gateways said last. */
    async liveNow(revision: number, sinceMs: number): Promise<Live> {
      const all = await list();
      const replicas = all.filter((one) => one.revision >= revision).length;
      return { replicas, of: all.length, ms: Math.ceil(performance.now() - sinceMs) };
    },
    forget: (gone: readonly string[]) => client.hdel(keys.replicas, ...gone),
  };
}

export type ReplicaRegistry = ReturnType<typeof createReplicas>;

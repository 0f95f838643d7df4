import type { StoreLog } from '../log.ts';
import type { Feed } from './feed.ts';
import type { Beat, ReplicaRegistry } from './replicas.ts';
import type { Client } from './scripts.ts';

export interface PulseOptions {
  readonly client: Client;
  readonly replicas: ReplicaRegistry;
  readonly feeds: ReadonlySet<Feed>;
  readonly heartbeatMs: number;
  readonly log: StoreLog;
  readonly now: () => number;
}

/** Every so many beats Redis is asked for its own replicas. */
const INFO_EVERY = 10;

async function connectedReplicas(client: Client): Promise<number> {
  const info = await client.info('replication').catch(() => '');
  return Number(/^connected_slaves:(\d+)/m.exec(info)?.[1] ?? 0);
}

/** Says regularly what is served here, and compares where the store stands with what was told. */
export function createPulse({ client, replicas, feeds, heartbeatMs, log, now }: PulseOptions) {
  let problem: string | undefined;
  let beats = 0;
  let followers = 0;

  const beat = async (): Promise<Beat> => {
    const atMs = now();
    const compare = [...feeds].map((feed) => feed.beat(atMs));
    const found = await replicas.beat();
    for (const one of compare) one(found);
    problem = undefined;
    return found;
  };
  const failed = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== problem) log.warn({ problem: message }, 'Redis does not confirm the policy');
    problem = message;
  };
  const timer = setInterval(() => {
    if (client.status !== 'ready') return;
    void beat().catch(failed);
    beats += 1;
    if (beats % INFO_EVERY === 1) void connectedReplicas(client).then((count) => (followers = count));
  }, heartbeatMs);

  return {
    beat,
    /** A beat out of turn, whose failure is only noted. */
    now: (): void => {
      if (client.status === 'ready') void beat().catch(failed);
    },
    problem: (): string | undefined => problem,
    followers: (): number => followers,
    close: (): void => {
      clearInterval(timer);
    },
  };
}

export type Pulse = ReturnType<typeof createPulse>;

import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createListening } from '../../activity/listening.ts';
import { createRecorder } from '../../activity/recorder.ts';
import { createRecentBots } from '../../admin/index.ts';
import { createCounters } from '../../audit/counters.ts';
import { loadConfig, type Config } from '../../config/index.ts';
import type { Gateway } from '../../gateway/index.ts';
import { createLog } from '../../ops/log.ts';
import { createDurations } from '../../ops/metrics.ts';
import { createLivePolicy } from '../../policy-store/live/live-policy.ts';
import { createPublicDoor } from '../doors.ts';
import { createLimits } from '../limits.ts';
import { createStanding } from '../standing.ts';
import { createUnguardedWatch } from '../unguarded.ts';
import { madePolicy } from './policy.ts';
import { audience, issuer } from './requests.ts';

/** A second gateway in this process, of the same code, that shares nothing with the first. */
export interface MadeGateway {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts it in front of a platform on this machine; `publicKey`: PEM, of what tokens are signed by (ES256). */
export async function startMadeGateway(platformPort: number, publicKey: string): Promise<MadeGateway> {
  const config = configOf(platformPort, publicKey);
  const nowhere = openSync(devNull, 'w');
  const { log, lines, hasRoom, flush } = createLog('info', true, nowhere);
  const standing = createStanding(config, config, log, { live: () => live });
  const { ruling, onPassed } = standing;
  const live = createLivePolicy({
    ...{ store: madePolicy, log, now: Date.now },
    maxStalenessSeconds: () => ruling().config.policy.maxStalenessSeconds,
  });
  const limits = createLimits(config);
  const record = createRecord();
  const unguarded = createUnguardedWatch(config, () => ruling().config, log, { canary: () => undefined });
  const gateway = createPublicDoor({
    ...{ start: config, ruling, onPassed, live, limits, unguarded, log, lines, hasRoom, activity: record },
    ...{ counters: createCounters(), durations: createDurations(), recentBots: createRecentBots() },
    authorize: standing.authorizeBy(live.view, limits.failedTokens),
    health: { isDraining: () => false, canDecide: () => true, dependencies: () => [] },
    ...{ admin: undefined, logouts: { done: 0, refused: 0, failed: 0 }, asserting: undefined },
  });
  for (const each of [standing, live]) each.start();
  await live.reached(1, 1_000);
  const port = await listen(gateway);
  return {
    port,
    async close() {
      await gateway.close(0);
      live.close();
      limits.close();
      await Promise.all([standing.close(), record.close(), unguarded.shares.close()]);
      flush();
      closeSync(nowhere);
    },
  };
}

/** No file, no environment and no key of the real one: a folder that has no configuration, and flags. */
function configOf(platformPort: number, publicKey: string): Config {
  const staff = { name: 'warm-up', issuer, audience, keys: [{ algorithm: 'ES256', publicKey }] };
  const identity = { issuers: [{ ...staff, from: ['bearer', 'cookie:session'], grants: ['member'] }] };
  const values: Readonly<Record<string, unknown>> = {
    'upstream-url': `http://127.0.0.1:${String(platformPort)}`,
    routes: [{ path: '/transcripts/:botId/:conversationId' }, { path: '/api/bots/:botId/:conversationId' }],
    identity,
    'login-url': '/login',
    'trusted-proxies': { cidrs: ['127.0.0.0/8'] },
    'limits-hostile-tokens-per-minute': 1_000_000,
  };
  const argv = Object.entries(values).flatMap(([name, value]) => [
    `--${name}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const loaded = loadConfig({ argv, env: {}, cwd: dirname(fileURLToPath(import.meta.url)) });
  if (!loaded.ok) throw new Error(loaded.mistakes.map(({ message }) => message).join('; '));
  return loaded.config;
}

/** What is recorded becomes text, as it does in the real one, and then nothing. */
function createRecord() {
  const replica = 'warm-up';
  const send = (): Promise<void> => Promise.resolve();
  const recorder = createRecorder({
    replica,
    flushMs: 250,
    flushEvents: 512,
    mostWaiting: 50_000,
    send,
    now: Date.now,
  });
  const { record } = createListening(recorder.record, replica, Date.now);
  return { record, hasRoom: () => !recorder.state().isLosing, close: recorder.close };
}

/** A port of its own, also where workers share theirs. */
async function listen({ app }: Gateway): Promise<number> {
  return Number(new URL(await app.listen({ host: '127.0.0.1', port: 0, exclusive: true })).port);
}

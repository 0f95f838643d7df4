import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createAuthorize } from './access/authorize.ts';
import { createAdmin } from './app/admin.ts';
import { createPrivateDoor, createPublicDoor } from './app/doors.ts';
import { figuresOf } from './app/figures.ts';
import { healthOf } from './app/health.ts';
import { createLimits } from './app/limits.ts';
import { createRuling, type Ruling } from './app/rules.ts';
import { opening } from './app/start-failure.ts';
import { openStore } from './app/store.ts';
import { isWorker, summedMetrics } from './app/worker.ts';
import { createCounters } from './audit/counters.ts';
import type { ReloadSettings, StartOptions } from './config/index.ts';
import type { Gateway } from './gateway/index.ts';
import { createDurations, createRegistry } from './ops/metrics.ts';
import { createLivePolicy } from './policy-store/live-policy.ts';

/** A running gateway. */
export interface App {
  readonly publicUrl: string;
  readonly privateUrl: string;
  /** Takes over what a reload may change; throws, and changes nothing, where it cannot. */
  reload(settings: ReloadSettings): void;
  /** Readiness turns, what is in flight gets its time, then everything is closed. */
  close(): Promise<void>;
}

/** The composition root: the keepers, then the one function that decides, then the doors. */
export async function startApp(start: StartOptions, settings: ReloadSettings, log: Logger): Promise<App> {
  const current: Current = { ruling: createRuling(start, settings, log), draining: false };
  const ruling = (): Ruling => current.ruling;
  const keepers = await openKeepers(start, () => ruling().config, log);
  const { store, live, limits } = keepers;
  const authorize = createAuthorize({
    ...{ rules: () => ruling().rules, policy: live.view, failedTokens: limits.failedTokens },
    now: Date.now,
  });
  const health = healthOf({ store, live, ruling, current });
  const counters = createCounters();
  const admin = createAdmin({ start, ruling, authorize, store, live, limits, log });
  const durations = createDurations();
  const parts = { start, ruling, authorize, live, counters, durations, health, admin, limits, log };
  const gateway = (current.gateway = createPublicDoor(parts));
  const figures = figuresOf({ counters, live, gateway, verifier: () => ruling().verifier });
  const registry = createRegistry(figures, durations);
  const privateDoor = await createPrivateDoor(health, exposed(registry), admin);

  ruling().verifier.start();
  live.start();
  const closeKeepers = (): Promise<unknown> => Promise.all([ruling().verifier.close(), keepers.close()]);
  try {
    const publicUrl = await opening('public', start.public, gateway.listen());
    const privateUrl = await opening('private', start.private, privateDoor.listen({ ...start.private }));
    return {
      publicUrl,
      privateUrl,
      reload: (next) => takeOver(current, start, next, log),
      async close() {
        current.draining = true;
        gateway.drain();
        await sleep(start.shutdown.delayMs);
        await gateway.close(start.shutdown.drainMs);
        await privateDoor.close();
        await closeKeepers();
      },
    };
  } catch (error) {
    await closeKeepers();
    throw error;
  }
}

/** The policy and what is counted, before anything is asked of them. Rejects as `openStore` does. */
async function openKeepers(start: StartOptions, settings: () => ReloadSettings, log: Logger) {
  const maxStalenessSeconds = (): number => settings().policy.maxStalenessSeconds;
  const store = await openStore(start, settings, log);
  const live = createLivePolicy({ store, maxStalenessSeconds, log, now: Date.now });
  const limits = createLimits(start);
  const close = (): Promise<void> => {
    live.close();
    limits.close();
    return store.close();
  };
  return { store, live, limits, close };
}

/** What a request is judged by now, and whether the gateway is about to end. */
interface Current {
  ruling: Ruling;
  draining: boolean;
  gateway?: Gateway;
}

/** Swaps in the rules of newer settings; throws, and changes nothing, where they cannot be made. */
function takeOver(current: Current, start: StartOptions, next: ReloadSettings, log: Logger): void {
  const previous = current.ruling;
  current.ruling = createRuling(start, next, log, previous);
  current.ruling.verifier.start();
  void previous.verifier.close();
  current.gateway?.reconsider();
}

/** The figures of this process, or of all workers where it is one of them. */
function exposed(registry: Registry): { contentType: string; metrics: () => Promise<string> } {
  const { contentType } = registry;
  return { contentType, metrics: isWorker() ? summedMetrics(registry) : () => registry.metrics() };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { createAsserting } from './app/assertion.ts';
import { createAlertWatch, type AlertWatch } from './app/alerts.ts';
import { createAdmin, editingOf } from './app/admin.ts';
import { createPrivateDoor, createPublicDoor } from './app/doors.ts';
import { figuresOf } from './app/figures.ts';
import { healthOf } from './app/health.ts';
import { createLimits } from './app/limits.ts';
import { openRecord } from './app/record.ts';
import { createStanding, type Standing } from './app/standing.ts';
import { opening, tryDoors } from './app/start-failure.ts';
import { openStore } from './app/store.ts';
import { createUnguardedWatch } from './app/unguarded.ts';
import { warmUp } from './app/warm-up/index.ts';
import { isWorker, summedMetrics } from './app/worker.ts';
import { createLogoutCounts } from './admin/index.ts';
import { createCounters } from './audit/counters.ts';
import type { ReloadSettings, StartOptions } from './config/index.ts';
import type { Gateway } from './gateway/index.ts';
import type { Log } from './ops/log.ts';
import { createDurations, createRegistry } from './ops/metrics.ts';
import { createEditor } from './policy-store/editor.ts';
import { createTrials } from './policy-store/trials.ts';
import { createLivePolicy } from './policy-store/live/live-policy.ts';

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
export async function startApp(
  start: StartOptions,
  settings: ReloadSettings,
  log: Logger,
  { lines = log, hasRoom = () => true }: Partial<Pick<Log, 'lines' | 'hasRoom'>> = {},
): Promise<App> {
  const current: Current = { draining: false };
  const known = { live: () => keepers.live };
  const { ruling, delegation, onPassed, ...standing } = createStanding(start, settings, log, known);
  const keepers = await openKeepers(start, () => ruling().config, log);
  const { store, live, limits, alerts } = keepers;
  const authorize = standing.authorizeBy(live.view, limits.failedTokens);
  const health = healthOf({ store, live, ruling, delegation, current });
  const [counters, durations, logouts] = [createCounters(), createDurations(), createLogoutCounts()];
  const admin = createAdmin({ start, ruling, authorize, log, ...keepers });
  const seen = { ...keepers, counters, logouts, durations, health, log, lines, hasRoom };
  const parts = { start, ruling, onPassed, authorize, admin, recentBots: admin.recentBots, ...seen };
  const gateway = (current.gateway = createPublicDoor(parts));
  const registry = createRegistry(figuresOf({ gateway, ruling, delegation, ...seen }), durations);
  const privateDoor = await createPrivateDoor(health, exposed(registry), admin);

  for (const each of [standing, live]) each.start();
  const closeKeepers = (): Promise<unknown> => Promise.all([standing.close(), keepers.close()]);
  try {
    if (start.warmUpMs > 0) await warm(start, log);
    const publicUrl = await opening('public', start.public, gateway.listen());
    const privateUrl = await opening('private', start.private, privateDoor.listen({ ...start.private }));
    const close = async (): Promise<void> => {
      current.draining = true;
      await drain(gateway, start);
      await privateDoor.close();
      await closeKeepers();
    };
    return { publicUrl, privateUrl, reload: reloading(standing, gateway, alerts), close };
  } catch (error) {
    await closeKeepers();
    throw error;
  }
}

/** Before the first visitor comes; a door that cannot open is told of first. What fails of it costs the first ones time. */
async function warm(start: StartOptions, log: Logger): Promise<void> {
  // Those of workers are tried by the process that starts them: here they may be open already.
  if (!isWorker()) await tryDoors(start);
  await warmUp(start.warmUpMs).catch((error: unknown) => {
    log.warn({ err: error }, 'could not warm up: the first requests take longer');
  });
}

/** Longer the rest of the platform does not wait for a record that hangs; transcripts do. */
const openingMs = 10_000;

/** Visitors go elsewhere first; what is in flight gets its time. */
async function drain(gateway: Gateway, { shutdown }: StartOptions): Promise<void> {
  gateway.drain();
  await sleep(shutdown.delayMs);
  await gateway.close(shutdown.drainMs);
}

/** The policy and what is counted, before anything is asked of them. Rejects as `openStore` does. */
async function openKeepers(start: StartOptions, settings: () => ReloadSettings, log: Logger) {
  const maxStalenessSeconds = (): number => settings().policy.maxStalenessSeconds;
  const store = await openStore(start, settings, log);
  const live = createLivePolicy({ store, maxStalenessSeconds, log, now: Date.now });
  const trials = createTrials({
    ...{ store, editor: createEditor(editingOf(store, live)) },
    ...{ subscribe: live.subscribe, log, now: Date.now },
  });
  const limits = createLimits(start);
  const activity = openRecord(start, live.position, log);
  // What is refused because the record is still being opened would have been shown a moment later.
  if (settings().log.whenFull === 'refuse')
    await Promise.race([activity?.opened, sleep(openingMs, undefined, { ref: false })]);
  const alerts = createAlertWatch({ start, settings, store, activity, log });
  alerts.takeOver(settings());
  const unguarded = createUnguardedWatch(start, settings, log, alerts);
  const asserting = createAsserting(start, log);
  const close = async (): Promise<void> => {
    trials.close();
    live.close();
    limits.close();
    alerts.close();
    asserting?.keys.close();
    // Before the store, whose lock on their folder keeps another gateway out of it.
    await activity?.close();
    await unguarded.shares.close();
    await store.close();
  };
  return { store, live, limits, activity, alerts, unguarded, asserting, close };
}

/** New rules, and everything under way is asked about by them. */
function reloading(
  standing: Pick<Standing, 'takeOver'>,
  gateway: Gateway,
  alerts: AlertWatch,
): App['reload'] {
  return (next) => {
    standing.takeOver(next);
    alerts.takeOver(next);
    gateway.reconsider();
  };
}

/** Whether the gateway is about to end. */
interface Current {
  draining: boolean;
  gateway?: Gateway;
}

/** The figures of this process, or of all workers where it is one of them. */
function exposed(registry: Registry): { contentType: string; metrics: () => Promise<string> } {
  const { contentType } = registry;
  return { contentType, metrics: isWorker() ? summedMetrics(registry) : () => registry.metrics() };
}

import type { Activity } from '../activity/activity.ts';
import type { ActivityEvent } from '../activity/event.ts';
import { networkOf } from '../activity/network.ts';
import { placeOf } from '../alerts/alert.ts';
import { createAlerts, type Alerts } from '../alerts/alerts.ts';
import { createFirstUse } from '../alerts/first-use.ts';
import { createWatch, type Heard } from '../alerts/watch.ts';
import type { Webhook } from '../alerts/webhook.ts';
import type { ReloadSettings, StartOptions } from '../config/index.ts';
import type { Figure } from '../ops/metrics.ts';
import type { StoreLog } from '../policy-store/log.ts';
import type { Store } from '../policy-store/store.ts';
import { createAlertFile, createAlertShare } from './alert-share.ts';
import { gauge } from './plain-figures.ts';
import { reportingSince } from './report-mode.ts';

type Settings = NonNullable<ReloadSettings['alerts']>;

/** Alerts, and what is watched for them. */
export interface AlertWatch extends Pick<Alerts, 'test' | 'recent' | 'receivers' | 'counts'> {
  /** False where no alerts are configured: then nothing is watched. */
  isOn(): boolean;
  canary(canary: string, action: string, method: string, shape: string): void;
  /** Somebody used the static admin token, from an address, or a network where no more may be shown. */
  staticToken(from: string, method: string): void;
  takeOver(settings: ReloadSettings): void;
  close(): void;
}

export interface AlertWatchParts {
  readonly start: StartOptions;
  readonly settings: () => ReloadSettings;
  readonly store: Pick<Store, 'scopes' | 'changes'>;
  readonly activity: Pick<Activity, 'subscribe' | 'query' | 'stats'> | undefined;
  readonly log: StoreLog;
}

const dayMs = 86_400_000;
const lookMs = 5_000;
/** How long a mode lasts is a matter of days. */
const modesMs = 3_600_000;

export function createAlertWatch(parts: AlertWatchParts): AlertWatch {
  const { start, settings, activity, log } = parts;
  const { redis, file } = start.store;
  const share = redis ? createAlertShare(redis, log) : file === undefined ? undefined : createAlertFile(file);
  const windowMs = (): number => (settings().alerts?.windowMinutes ?? 60) * 60_000;
  const alerts = createAlerts({ log, now: Date.now, everyMs: windowMs, ...(share && { share }) });
  const hear = createWatch({
    limits: () => limitsOf(settings().alerts, windowMs()),
    raise: alerts.raise,
    onRange: firstUses(activity, alerts.raise),
  });
  const watching = createWatching(activity, hear, looking(parts, alerts.raise));
  return {
    ...alerts,
    ...happenings(watching.isOn, alerts.raise),
    isOn: watching.isOn,
    takeOver(next) {
      alerts.tell((next.alerts?.webhooks ?? []).map(webhookOf));
      watching.turn(next.alerts !== undefined);
    },
    close() {
      watching.turn(false);
      alerts.close();
      share?.close();
    },
  };
}

/** Listens and looks while alerts are configured, and only then. */
function createWatching(
  activity: AlertWatchParts['activity'],
  hear: (heard: Heard) => void,
  look: () => void,
) {
  const stopped = (): void => undefined;
  let stop = stopped;
  const isOn = (): boolean => stop !== stopped;
  const begin = (): (() => void) => {
    const unsubscribe = activity?.subscribe((event) => hear(asShown(event))) ?? stopped;
    const timer = setInterval(look, lookMs).unref();
    return () => (unsubscribe(), clearInterval(timer));
  };
  return {
    isOn,
    turn(on: boolean): void {
      if (on === isOn()) return;
      stop();
      stop = on ? begin() : stopped;
    },
  };
}

/** With the network in place of the address where only that was recorded. */
function asShown(event: ActivityEvent): Heard {
  const network = networkOf(event);
  return network === undefined ? event : { ...event, clientIp: network };
}

/** What the rooms tell as it happens. */
function happenings(isOn: () => boolean, raise: Alerts['raise']): Pick<AlertWatch, 'canary' | 'staticToken'> {
  return {
    canary(canary, action, method, shape) {
      const summary = `${method} ${shape} shows transcripts, and no route guards it: it carried the canary ${canary}.`;
      const of = { canary, action, method, shape };
      if (isOn()) raise({ kind: 'canary.found', subject: `${canary} ${method} ${shape}`, summary, of });
    },
    staticToken(from, method) {
      const summary = `The static admin token was used, from ${from}.`;
      const of = { ...placeOf(from), method };
      if (isOn()) raise({ kind: 'admin.static_token', subject: from, summary, of });
    },
  };
}

/** Required by a rule of the configuration. */
function webhookOf({ url = '', secret = '', ...webhook }: Settings['webhooks'][number]): Webhook {
  return { ...webhook, url, secret };
}

function limitsOf(settings: ReloadSettings['alerts'], windowMs: number) {
  const {
    conversationsPerPerson = 0,
    conversationsPerAddress = 0,
    conversationsPerRange = 0,
  } = settings ?? {};
  return {
    ...{ perPerson: conversationsPerPerson, perAddress: conversationsPerAddress },
    ...{ perRange: conversationsPerRange, windowMs },
  };
}

function firstUses(activity: AlertWatchParts['activity'], raise: Alerts['raise']) {
  if (activity === undefined) return () => undefined;
  return createFirstUse({
    raise,
    async usedBefore(scope, rangeId, toMs) {
      const { events } = await activity.query({ scope, rangeId, toMs }, 1);
      return events.length > 0;
    },
  });
}

/** What no request tells: lost decisions, and modes that last. */
function looking({ activity, settings, store, log }: AlertWatchParts, raise: Alerts['raise']): () => void {
  const startedMs = Date.now();
  let [lostBefore, modesAtMs] = [0, -Infinity];
  const modes = async (days: number): Promise<void> => {
    const everyMs = days * dayMs;
    for (const [scope, sinceMs] of await reportingSince(store, settings(), startedMs)) {
      if (Date.now() - sinceMs < everyMs) continue;
      const lasted = Math.floor((Date.now() - sinceMs) / dayMs);
      const summary = `Mode report has been on for ${lasted} days, by ${scope}: nothing is refused there.`;
      raise({ kind: 'mode.report_for_days', subject: scope, everyMs, summary, of: { scope, days: lasted } });
    }
  };
  return () => {
    const lost = activity?.stats().lost ?? 0;
    const summary = `The record of decisions has lost ${lost === 1 ? '1 decision' : `${lost} decisions`} since the start of a gateway.`;
    if (lost > lostBefore) raise({ kind: 'activity.lost', subject: 'activity', summary, of: { lost } });
    lostBefore = lost;
    const days = settings().alerts?.reportModeDays ?? 0;
    if (days === 0 || performance.now() - modesAtMs < modesMs) return;
    modesAtMs = performance.now();
    modes(days).catch((error: unknown) => log.warn({ err: error }, 'how long modes last cannot be read'));
  };
}

/** Alerts by kind, and what became of them at each receiver. */
export function alertFigures({ counts, receivers, isOn }: AlertWatch): readonly Figure[] {
  const stats = () => (isOn() ? receivers() : []);
  return [
    {
      ...{ name: 'alerts_total', type: 'counter', help: 'Alerts that this gateway told, by kind.' },
      labels: ['kind'],
      read: () => [...counts()].map(([kind, value]) => ({ labels: { kind }, value })),
    },
    {
      ...{ name: 'alert_deliveries_total', type: 'counter' },
      help: 'Alerts by what became of them at a receiver: delivered, dropped; and attempts that failed.',
      labels: ['receiver', 'result'],
      read: () =>
        stats().flatMap(({ receiver, delivered, dropped, failedAttempts }) =>
          Object.entries({ delivered, dropped, failed_attempt: failedAttempts }).map(([result, value]) => ({
            labels: { receiver, result },
            value,
          })),
        ),
    },
    gauge('alerts_waiting', 'Alerts that wait for a receiver.', () =>
      stats().reduce((sum, { waiting }) => sum + waiting, 0),
    ),
  ];
}

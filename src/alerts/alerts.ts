import { randomBytes } from 'node:crypto';
import { readAlert, type Alert, type AlertKind, type Finding } from './alert.ts';
import { createClaims } from './claims.ts';
import { createDeliveries, type Deliveries, type DeliveryLog, type DeliveryStats } from './deliveries.ts';
import type { Attempt, Webhook } from './webhook.ts';

/** Where alerts are kept, and what gateways on one Redis tell each other of them. Every call rejects where it fails. */
export interface AlertShare {
  /** True for the first that asks within the time. */
  claim(key: string, ms: number): Promise<boolean>;
  /** Keeps an alert among the newest ones of all gateways. */
  keep(alert: string): Promise<void>;
  /** The newest first. */
  recent(most: number): Promise<readonly string[]>;
}

export interface AlertsParts {
  readonly log: DeliveryLog;
  readonly now: () => number;
  /** Absent where they are kept in memory only. */
  readonly share?: AlertShare;
  /** Asked for each alert: how long it is told of one subject once. */
  readonly everyMs: () => number;
  readonly firstRetryMs?: number;
}

/** What a test alert came to, at one receiver. */
export interface Tested extends Attempt {
  readonly receiver: string;
}

/** Alerts: each told once, kept for a while, and sent on. */
export interface Alerts {
  /** Never throws and never waits. */
  raise(finding: Finding): void;
  /** Who is told from now on; what waits for one that stays is kept. */
  tell(webhooks: readonly Webhook[]): void;
  /** Sends each receiver one alert that says that it is a test, once. */
  test(): Promise<readonly Tested[]>;
  /** The newest first; of all gateways, as far as they can be asked. */
  recent(): Promise<readonly Alert[]>;
  receivers(): readonly DeliveryStats[];
  counts(): ReadonlyMap<AlertKind, number>;
  close(): void;
}

/** Alerts that are kept. */
const mostRecent = 200;

export function createAlerts(parts: AlertsParts): Alerts {
  const { log, now, share } = parts;
  const claims = createClaims(parts);
  const receivers = createReceivers(parts);
  const counts = new Map<AlertKind, number>();
  let own: readonly Alert[] = [];
  const publish = (alert: Alert): void => {
    own = [alert, ...own].slice(0, mostRecent);
    counts.set(alert.kind, (counts.get(alert.kind) ?? 0) + 1);
    const { id, kind, summary, of } = alert;
    log.warn({ id, kind, summary, of }, 'alert');
    for (const deliveries of receivers.all()) deliveries.add(alert);
    // That the store is away is said elsewhere; the alert was told.
    share?.keep(JSON.stringify(alert)).catch(() => undefined);
  };
  return {
    raise({ kind, subject, everyMs = parts.everyMs(), summary, of }) {
      const claimed = claims.take(`${kind} ${subject}`, everyMs);
      void claimed?.then((isFirst) => isFirst && publish(alertOf({ kind, summary, of }, now())));
    },
    tell: receivers.tell,
    async test() {
      const alert = alertOf({ kind: 'alerts.test', summary: 'This is a test.', of: {} }, now());
      const ask = async (one: Deliveries): Promise<Tested> => {
        const { receiver } = one.stats();
        return { receiver, ...(await one.attempt(alert)) };
      };
      return Promise.all(receivers.all().map(ask));
    },
    async recent() {
      const found = await share?.recent(mostRecent).catch(() => undefined);
      return found?.flatMap((text) => readAlert(text) ?? []) ?? own;
    },
    receivers: () => receivers.all().map((one) => one.stats()),
    counts: () => counts,
    close: receivers.close,
  };
}

function alertOf({ kind, summary, of }: Omit<Alert, 'id' | 'at'>, nowMs: number): Alert {
  const id = `alert_${randomBytes(12).toString('hex')}`;
  return { id, kind, at: new Date(nowMs).toISOString(), summary, of };
}

interface Receiver {
  readonly webhook: Webhook;
  readonly deliveries: Deliveries;
}

function createReceivers({ log, now, firstRetryMs = 2_000 }: AlertsParts) {
  let current: readonly Receiver[] = [];
  const kept = (webhook: Webhook): Receiver | undefined =>
    current.find(
      (one) => JSON.stringify(one.webhook) === JSON.stringify(webhook) && !one.deliveries.stats().gone,
    );
  const moved = (webhook: Webhook): Receiver => {
    const deliveries = createDeliveries(webhook, { log, now, firstRetryMs });
    const before = current.find((one) => one.webhook.name === webhook.name);
    for (const alert of before?.deliveries.close() ?? []) deliveries.add(alert);
    return { webhook, deliveries };
  };
  return {
    all: (): readonly Deliveries[] => current.map(({ deliveries }) => deliveries),
    tell(webhooks: readonly Webhook[]): void {
      const next = webhooks.map((webhook) => kept(webhook) ?? moved(webhook));
      for (const one of current) if (!next.includes(one)) one.deliveries.close();
      current = next;
    },
    close(): void {
      const left = current.flatMap(({ deliveries }) => deliveries.close());
      if (left.length > 0) log.warn({ alerts: left.map(({ id }) => id) }, 'alerts were not delivered');
    },
  };
}

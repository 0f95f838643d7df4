import { isObject, readJsonObject } from '../json.ts';

/** Every kind of alert: in the log, in metrics, and as the `type` of a webhook. */
export const alertKinds = [
  'conversations.many_by_person',
  'conversations.many_by_address',
  'conversations.many_by_range',
  'range.first_use',
  'admin.static_token',
  'mode.report_for_days',
  'activity.lost',
  'canary.found',
  'log.unavailable',
  'alerts.test',
] as const;

export type AlertKind = (typeof alertKinds)[number];

/** What an alert is of, as far as the log shows it: never a token, a query or a content. */
export type AlertFacts = Readonly<Record<string, string | number>>;

/** Something that should not go unseen. */
export interface Alert {
  /** Unlike any other's. */
  readonly id: string;
  readonly kind: AlertKind;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly of: AlertFacts;
}

/** An alert that is about to be raised, unless it was already. */
export interface Finding extends Pick<Alert, 'kind' | 'summary' | 'of'> {
  /** Whom or what it is of: one alert for each within a time. */
  readonly subject: string;
  /** That time, where it is another than the usual one. */
  readonly everyMs?: number;
}

/** Where somebody came from: an address, or a network in CIDR notation (RFC 4632) where only that is recorded. */
export function placeOf(from: string): AlertFacts {
  return from.includes('/') ? { network: from } : { address: from };
}

const known: ReadonlySet<unknown> = new Set(alertKinds);

/** An alert that another gateway wrote; undefined where this one does not know what it is. */
export function readAlert(text: string): Alert | undefined {
  const alert = readJsonObject(text) ?? {};
  const { kind, of } = alert;
  const isTold = ['id', 'at', 'summary'].every((name) => typeof alert[name] === 'string');
  const isOf = isObject(of) && Object.values(of).every((one) => ['string', 'number'].includes(typeof one));
  return isTold && isOf && known.has(kind) ? (alert as unknown as Alert) : undefined;
}

import type { Gap, StoredEvent } from '../../activity/event.ts';
import { networkOf } from '../../activity/network.ts';
import type { Filter } from '../../activity/match.ts';
import type { Page } from '../../activity/query.ts';
import type { RangeRecord } from '../../changes/change.ts';
import { readScope } from '../scope.ts';
import { timeOf } from '../activity.ts';
import { mayManage, type Actor } from '../actor.ts';
import type { AdminOptions } from '../options.ts';
import { doorOf } from './access-words.ts';
import type { Report, Row } from './report.ts';

/** Who reads, and where from. */
export interface Reader {
  readonly options: AdminOptions;
  readonly actor: Actor;
  readonly activity: NonNullable<AdminOptions['activity']>;
}

const pageSize = 1_000;

/**
 * What the record has of accesses. The form for the person concerned tells when, why and by what kind of recipient,
 * without the names of staff (Court of Justice of the European Union, C-579/21).
 */
export async function accessReport(reader: Reader, filter: Filter, forPerson: boolean): Promise<Report> {
  const { options, activity } = reader;
  const { toMs = options.now() + 1 } = filter;
  const asked = { ...filter, toMs };
  const first = await activity.query(asked, pageSize);
  const rangeOf = createRanges(reader);
  async function* pages(): AsyncGenerator<readonly Row[]> {
    for (let page: Page | undefined = first; page !== undefined;) {
      const rows = await Promise.all(
        page.events.map((event) => (forPerson ? personRow(event, rangeOf) : staffRow(event, rangeOf))),
      );
      yield rows.filter((row) => row !== undefined);
      page = page.next && (await activity.query(asked, pageSize, page.next));
    }
  }
  const kept = filter.fromMs === undefined ? 'the beginning of the record' : timeOf(filter.fromMs);
  return {
    title: forPerson ? 'Who has seen your conversation' : 'Accesses',
    about: [...wordsOf(filter), ['From', kept], ['To', timeOf(toMs)], ['Made', timeOf(options.now())]],
    columns: forPerson ? personColumns : staffColumns,
    pages: pages(),
    lacks: first.gaps.map(gapSentence),
  };
}

const labels = {
  conversation: 'Conversation',
  contact: 'Contact',
  subject: 'Person',
  bot: 'Bot',
  rangeId: 'Range',
} as const;

function wordsOf(filter: Filter): readonly (readonly [string, string])[] {
  return Object.entries(labels).flatMap(([name, label]) => {
    const value = filter[name as keyof typeof labels];
    return value === undefined ? [] : [[label, value] as const];
  });
}

function gapSentence({ kind, fromMs, toMs, count }: Gap): string {
  const why = kind === 'lost' ? 'could not be recorded' : 'were deleted, as too old or for want of room';
  return `From ${timeOf(fromMs)} to ${timeOf(toMs)}, ${String(count)} decisions ${why}; some may belong here.`;
}

type RangeOf = (event: StoredEvent) => Promise<RangeRecord | undefined>;

/** The range that let somebody in, as it is now, where the reader may see its list. Each list is read once. */
function createRanges({ options, actor }: Reader): RangeOf {
  const lists = new Map<string, Promise<ReadonlyMap<string, RangeRecord>>>();
  return async ({ scope: text = '', rangeId }) => {
    const scope = readScope(text);
    if (rangeId === undefined || scope === undefined || !mayManage(actor, scope)) return undefined;
    const list = lists.get(scope) ?? options.store.scope(scope).then(({ ranges }) => byId(ranges));
    lists.set(scope, list);
    return (await list).get(rangeId);
  };
}

function byId(ranges: readonly RangeRecord[]): ReadonlyMap<string, RangeRecord> {
  return new Map(ranges.map((range) => [range.id, range]));
}

const staffColumns: Report['columns'] = [
  ['at', 'When'],
  ['door', 'By what right'],
  ['reason', 'Reason'],
  ['why', 'Because'],
  ['purpose', 'Purpose'],
  ['subject', 'Person'],
  ['via', 'Signed in by'],
  ['clientIp', 'From'],
  ['scope', 'List'],
  ['rangeId', 'Range'],
  ['range', 'Addresses'],
  ['bot', 'Bot'],
  ['conversation', 'Conversation'],
  ['contact', 'Contact'],
  ['route', 'Route'],
  ['method', 'Method'],
  ['status', 'Status'],
  ['requestId', 'Request id'],
  ['revision', 'Revision'],
];

async function staffRow(event: StoredEvent, rangeOf: RangeOf): Promise<Row | undefined> {
  const found = doorOf(event);
  if (found === undefined) return undefined;
  const range = await rangeOf(event);
  const { atMs, reason, subject, issuer, session, scope, rangeId } = event;
  const clientIp = networkOf(event) ?? event.clientIp;
  const { bot, conversation, contact, route, method, status, requestId, revision } = event;
  return {
    ...{ at: timeOf(atMs), door: found.door, reason, why: found.why, purpose: range?.purpose },
    ...{ subject, via: issuer ?? session, clientIp, scope, rangeId },
    range: range && `${range.start} - ${range.end}`,
    ...{ bot, conversation, contact, route, method, status, requestId, revision },
  };
}

const personColumns: Report['columns'] = [
  ['at', 'When'],
  ['who', 'Who'],
  ['why', 'Because'],
  ['purpose', 'Purpose'],
  ['bot', 'Bot'],
  ['conversation', 'Conversation'],
];

/** What failed at the platform showed nothing of the person. */
async function personRow(event: StoredEvent, rangeOf: RangeOf): Promise<Row | undefined> {
  const found = doorOf(event);
  if (found === undefined || (event.status ?? 0) >= 400) return undefined;
  const { atMs, bot, conversation } = event;
  const { purpose } = (await rangeOf(event)) ?? {};
  return { at: timeOf(atMs), who: found.who, why: found.why, purpose, bot, conversation };
}

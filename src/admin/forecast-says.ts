import type { ApiAnswer } from './answers.ts';

type Forecast = Omit<ApiAnswer<'forecast'>, 'says'>;
type Count = Forecast['refused'];

/** Less of a record says little about what happens once a week. */
const SHORT_DAYS = 7;
const HOUR_MS = 3_600_000;

interface Limits {
  /** Not all addresses could be counted. */
  readonly isCut: boolean;
  /** Only the networks of addresses are recorded now. */
  readonly areShortened: boolean;
}

/** A forecast in sentences: what would have been, or is counted of that so far, then what it does not know. */
export function forecastSays(forecast: Forecast, { isCut, areShortened }: Limits): string[] {
  const { unjudged, at, gaps } = forecast;
  const lost = gaps.reduce((sum, { kind, count }) => sum + (kind === 'lost' ? count : 0), 0);
  return [
    ...effects(forecast, isCut),
    ...(at === undefined ? [] : [`This is as it would be from ${at} on, when the new expiry has passed.`]),
    ...shortness(forecast),
    ...(lost > 0 ? [`${counted(lost, 'visit')} of that time could not be recorded: there may be more.`] : []),
    ...(unjudged > 0
      ? [
          `${counted(unjudged, 'recorded visit')} cannot be judged again, and ${unjudged === 1 ? 'is' : 'are'} left out${areShortened ? ': only the network of an address is recorded here (log.clientIp: truncated)' : ''}.`,
        ]
      : []),
  ];
}

function effects({ refused, admitted, judged, unjudged, countedFrom }: Forecast, isCut: boolean): string[] {
  const soFar = countedFrom === undefined ? '' : ' so far';
  if (judged === 0) {
    if (countedFrom !== undefined) return ['No visit is counted yet.'];
    const none = unjudged === 0 ? 'visit is on record' : 'recorded visit can be judged again';
    return [`No ${none}, so nothing can be said.`];
  }
  if (refused.visits + admitted.visits === 0)
    return [`Of ${counted(judged, 'recorded visit')} none would have been answered differently${soFar}.`];
  return [
    ...(refused.visits > 0 ? [`${visits(refused, isCut)} would have been refused${soFar}.`] : []),
    ...(admitted.visits > 0 ? [`${visits(admitted, isCut)} would have been let in${soFar}.`] : []),
  ];
}

function shortness({ from, to }: Forecast): string[] {
  const hours = (Date.parse(to) - Date.parse(from)) / HOUR_MS;
  if (hours >= SHORT_DAYS * 24) return [];
  const span = spanText(hours);
  return [`The record is short, ${span}: who comes less often is not in it.`];
}

function spanText(hours: number): string {
  if (hours < 1) return 'less than an hour';
  return hours >= 48 ? counted(Math.floor(hours / 24), 'day') : counted(Math.floor(hours), 'hour');
}

function visits({ visits, addresses, bots, people }: Count, isCut: boolean): string {
  const from = addresses === 0 ? '' : ` from ${isCut ? 'at least ' : ''}${counted(addresses, 'address')}`;
  const to = bots > 1 ? ` to ${counted(bots, 'bot')}` : '';
  const by = people === 0 ? '' : ` (${people === 1 ? '1 person' : `${amount(people)} people`} signed in)`;
  return `${counted(visits, 'visit')}${from}${to}${by}`;
}

function counted(count: number, word: string): string {
  const many = word.endsWith('address') ? `${word}es` : `${word}s`;
  return `${amount(count)} ${count === 1 ? word : many}`;
}

const amount = (count: number): string => count.toLocaleString('en-US');

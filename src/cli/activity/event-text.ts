import type { EventAnswer } from '../answers.ts';
import { plainText } from '../table.ts';

/** So much of a request id people read out to each other. */
const SHORT = 8;

/** One decision on one line: when, what, why, of what, from where, who, and by which id it is found. */
export function eventText(event: EventAnswer): string {
  const { at, outcome, reason, enforced, bot, conversation, subject, contact, status } = event;
  const from = event.clientNetwork ?? event.clientIp ?? event.clientIpStatus;
  const decided = `${outcome} ${reason}${enforced ? '' : ' (reported)'}`;
  const what = [bot ?? '-', ...(conversation === undefined ? [] : [conversation])].join('/');
  const who = subject ?? (contact === undefined ? '-' : `contact ${contact}`);
  const asked = `${event.method} ${String(status ?? '-')}`;
  const parts = [
    ...[localTime(at), decided.padEnd(30), what.padEnd(20), from.padEnd(15)],
    ...[who.padEnd(16), asked.padEnd(8), shortId(event.requestId)],
  ];
  return plainText(parts.join('  '));
}

export function shortId(requestId: string): string {
  return /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(requestId) ? requestId.slice(0, SHORT) : requestId;
}

/** A time as this machine's clock has it. */
export function localTime(at: string): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

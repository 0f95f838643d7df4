import type { Me, RangeRecord } from '../api/types.ts';
import { amount } from '../parts/time.tsx';
import { quadValue } from '../../../../policy/range.ts';
import { specialBlocks } from './special.ts';

/** What saving would do, before it is done. */
export interface Effect {
  readonly tone: 'info' | 'warn' | 'bad';
  readonly text: string;
}

export interface Span {
  readonly start: string;
  readonly end: string;
}

/** More than a /16. */
export const wideAbove = 65_536;

export function addressCount(span: Span): number {
  return quadValue(span.end) - quadValue(span.start) + 1;
}

export function holds(span: Span, address: string): boolean {
  const value = quadValue(address);
  return quadValue(span.start) <= value && value <= quadValue(span.end);
}

export function touches(a: Span, b: Span): boolean {
  return quadValue(a.start) <= quadValue(b.end) && quadValue(b.start) <= quadValue(a.end);
}

export function spanText(span: Span): string {
  return span.start === span.end ? span.start : `${span.start} – ${span.end}`;
}

/** What adding (or changing to) this range means; `others` are the list's ranges that touch it. */
export function effectsOf(span: Span, others: readonly RangeRecord[], me: Me | undefined): Effect[] {
  return [
    ...width(span),
    ...overlap(span, others),
    ...special(span),
    ...proxies(span, me),
    ...looking(span, me),
  ];
}

function width(span: Span): Effect[] {
  const size = addressCount(span);
  if (size === 2 ** 32) {
    return [
      { tone: 'bad', text: 'This is every IPv4 address there is: everyone on the internet would be let in.' },
    ];
  }
  if (size <= wideAbove) return [];
  return [
    { tone: 'bad', text: `Very wide: ${amount(size)} addresses, more than a /16. Everyone there is let in.` },
  ];
}

function overlap(span: Span, others: readonly RangeRecord[]): Effect[] {
  const around = others.find((other) => holds(other, span.start) && holds(other, span.end));
  if (around !== undefined && around.start === span.start && around.end === span.end) {
    return [{ tone: 'bad', text: `This range is in the list already${noteOf(around)}.` }];
  }
  if (around !== undefined) {
    return [
      {
        tone: 'warn',
        text: `Already covered by ${spanText(around)}${noteOf(around)}: nobody new is let in.`,
      },
    ];
  }
  return others.slice(0, 3).map((other) => ({
    tone: 'warn',
    text:
      holds(span, other.start) && holds(span, other.end)
        ? `Covers ${spanText(other)}${noteOf(other)}: deleting that one later has no effect while this one stands.`
        : `Overlaps ${spanText(other)}${noteOf(other)}.`,
  }));
}

function noteOf(range: RangeRecord): string {
  return range.note === undefined || range.note === '' ? '' : ` (${range.note})`;
}

function special(span: Span): Effect[] {
  if (addressCount(span) > 2 ** 28) return [];
  return specialBlocks
    .filter((block) => quadValue(span.start) <= block.end && block.start <= quadValue(span.end))
    .map((block) => ({ tone: 'warn', text: `Addresses in ${block.cidr} are ${block.are}.` }));
}

function proxies(span: Span, me: Me | undefined): Effect[] {
  const seen = new Set((me?.hops ?? []).filter((hop) => hop.trusted).map((hop) => hop.address));
  return [...seen]
    .filter((address) => isQuad(address) && holds(span, address))
    .map((address) => ({
      tone: 'warn',
      text: `${address} is a proxy in front of this gateway, not a visitor: its address never lets anyone in.`,
    }));
}

function looking(span: Span, me: Me | undefined): Effect[] {
  const mine = ownAddress(me);
  if (mine === undefined || !holds(span, mine)) return [];
  return [{ tone: 'info', text: `Your own address, ${mine}, is in this range.` }];
}

/** The IPv4 address that the gateway sees the person looking at. */
export function ownAddress(me: Me | undefined): string | undefined {
  return me?.clientIpStatus === 'ipv4' ? me.clientIp : undefined;
}

/** What taking `gone` away means for the person looking; `rest` are the ranges that hold their address, without it. */
export function effectsOfRemoval(gone: Span, rest: readonly RangeRecord[], me: Me | undefined): Effect[] {
  const mine = ownAddress(me);
  if (mine === undefined || !holds(gone, mine)) return [];
  const other = rest.find((range) => holds(range, mine));
  if (other !== undefined) {
    return [
      {
        tone: 'info',
        text: `Your own address, ${mine}, stays in this list: ${spanText(other)} holds it too.`,
      },
    ];
  }
  return [{ tone: 'warn', text: `Your own address, ${mine}, would no longer be in this list.` }];
}

function isQuad(text: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(text);
}

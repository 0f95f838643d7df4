import type { FastifyRequest } from 'fastify';
import type { Filter } from '../activity/match.ts';
import { quadText } from '../changes/record.ts';
import { createBoundedMap } from '../limits/bounded-map.ts';
import { parseAddress } from '../reading/address.ts';
import { actorOf, nameOf } from './actor.ts';
import { knownAddress } from './client.ts';
import type { AdminOptions } from './options.ts';

/** Pages of one list, and a page that asks again by itself, are one reading. */
const sameMs = 600_000;
const mostKept = 10_000;

const told = new WeakMap<AdminOptions['read'], ReturnType<typeof createBoundedMap<number>>>();

type Asked = Readonly<Record<string, string | number | boolean | undefined>>;

/** Logs who reads what was decided, and of whom: once in ten minutes for one question of one reader. */
export function noteRead(options: AdminOptions, request: FastifyRequest, asked: Asked): void {
  const actor = actorOf(request);
  const what = request.routeOptions.url?.split('/api/v1/')[1] ?? '';
  const of = Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => {
      return value === undefined ? [] : [[name, shownValue(options, name, String(value))] as const];
    }),
  );
  const nowMs = options.now();
  const key = JSON.stringify([nameOf(actor), what, of]);
  const seen = told.get(options.read) ?? createBoundedMap<number>(mostKept);
  told.set(options.read, seen);
  if (nowMs - (seen.get(key) ?? -Infinity) < sameMs) return;
  seen.set(key, nowMs);
  const { subject, issuer } = actor;
  const from = knownAddress(options, request);
  options.read({
    what,
    of,
    by: { subject, issuer },
    ...(from !== undefined && { from }),
    requestId: request.id,
  });
}

/** What narrows a reading; when is not a part of whom it is of. */
export function narrowedBy({ fromMs: _from, toMs: _to, bots: _bots, between, ...filter }: Filter): Asked {
  return { ...filter, ...(between && { address: between.map(quadText).join('-') }) };
}

/** Whether only the networks of addresses are recorded now. */
export function areShortened({ shownAddress }: Pick<AdminOptions, 'shownAddress'>): boolean {
  return shownAddress('192.0.2.1') !== '192.0.2.1';
}

const people = new Set(['subject', 'contact', 'q']);
const pseudonym = /^[0-9a-f]{20}$/;

/** As the log may show it. */
function shownValue({ shownAddress, shownPerson }: AdminOptions, name: string, value: string): string {
  if (parseAddress(value) !== undefined) return shownAddress(value);
  if (name === 'address') return value.split('-').map(shownAddress).join('-');
  if (!people.has(name) || pseudonym.test(value)) return value;
  return shownPerson(value) ?? '(hidden)';
}

import fc from 'fast-check';
import { unpackAddress } from '../../src/activity/address.ts';
import type { ActivityEvent } from '../../src/activity/event.ts';
import type { Filter } from '../../src/activity/match.ts';
import { event, startMs } from './events.ts';

const spanMs = 40 * 24 * 3_600_000;

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });
const name = fc.constantFrom('a', 'b', 'c', 'Ä', '😀', 'x\ny', '\ud800', '7', 'a'.repeat(300));
const address = fc.oneof(
  fc.integer({ min: 0xcb007100, max: 0xcb007304 }).map((value) => String(unpackAddress(value))),
  fc.constantFrom('2001:db8::1', '203.0.113.007', 'unix'),
);
const requestId = fc.oneof(fc.uuid(), fc.constantFrom('short', 'abcdefgh', 'abcdefgh-1', 'abcdefgh-2', ''));
export const anEvent = fc
  .record({
    atMs: fc.oneof(fc.integer({ min: 0, max: spanMs }), fc.integer({ min: 0, max: 20 })),
    requestId,
    outcome: fc.constantFrom('forward', 'deny', 'login'),
    reason: fc.constantFrom('bot-access', 'no-access'),
    enforced: fc.boolean(),
    revision: fc.constantFrom(1, 2, 5_000_000_000),
    bot: maybe(name),
    subject: maybe(name),
    contact: maybe(name),
    conversation: maybe(fc.nat(50).map(String)),
    scope: maybe(name),
    rangeId: maybe(fc.constantFrom('r1', 'r2')),
    clientIp: maybe(address),
    durationMs: maybe(
      fc.oneof(
        fc.nat(999).map((ms) => ms / 100),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      ),
    ),
  })
  .map(({ atMs, ...more }) => event(startMs + atMs, more));

const time = fc.oneof(fc.nat(spanMs), fc.nat(20)).map((ms) => startMs + ms);
export const aFilter: fc.Arbitrary<Filter> = fc.record(
  {
    fromMs: time,
    toMs: time,
    bot: name,
    bots: fc.array(name, { maxLength: 3 }),
    outcome: fc.constantFrom('forward', 'deny', 'none'),
    reason: fc.constantFrom('bot-access', 'none'),
    enforced: fc.boolean(),
    subject: name,
    contact: name,
    conversation: fc.nat(50).map(String),
    scope: name,
    rangeId: fc.constantFrom('r1', 'r2'),
    revision: fc.constantFrom(1, 2, 3, 5_000_000_000),
    address,
    between: fc
      .tuple(fc.integer({ min: 0xcb007100, max: 0xcb007304 }), fc.constantFrom(0, 3, 255, 600))
      .map(([from, more]) => [from, from + more] as const),
    requestId: fc.constantFrom('abc', 'abcdefgh', 'abcdefgh-', 'abcdefgh-2', 'short', '0'),
  },
  { requiredKeys: [] },
);
/** One or two parts of a filter. */
export const few: fc.Arbitrary<Filter> = fc
  .tuple(aFilter, fc.nat(99), fc.nat(99))
  .map(([filter, ...chosen]) => {
    const parts = Object.entries(filter);
    return Object.fromEntries(chosen.flatMap((at) => parts.slice(at % (parts.length || 1)).slice(0, 1)));
  });

/** What happens to a store, and is asked of it. */
export type Step =
  | { readonly kind: 'take'; readonly replica: string; readonly events: readonly ActivityEvent[] }
  | { readonly kind: 'reopen' }
  | { readonly kind: 'compact' }
  | { readonly kind: 'prune'; readonly days: number }
  | { readonly kind: 'ask'; readonly filter: Filter; readonly limit: number };
const take = fc.record({
  kind: fc.constant('take' as const),
  replica: fc.constantFrom('one', 'two', 'three'),
  events: fc.array(anEvent, { minLength: 1, maxLength: 12 }),
});
export const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: take, weight: 4 },
  fc.constant({ kind: 'reopen' as const }),
  fc.constant({ kind: 'compact' as const }),
  fc.record({ kind: fc.constant('prune' as const), days: fc.integer({ min: 1, max: 40 }) }),
  {
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      filter: fc.oneof(few, few, aFilter),
      limit: fc.integer({ min: 1, max: 9 }),
    }),
    weight: 4,
  },
);

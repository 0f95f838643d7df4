import fc from 'fast-check';
import { unpackAddress } from '../../src/activity/address.ts';
import type { DecisionInput } from '../../src/policy/decide.ts';
import type { PolicyView } from '../../src/policy/policy.ts';
import type { Scope } from '../../src/policy/reason.ts';
import { NO_REVOCATIONS } from '../../src/policy/revocation.ts';
import { compile, NEVER } from '../../src/policy/whitelist.ts';
import * as f from '../policy/facts.ts';
import { principals, resources } from '../policy/questions.ts';

const firstAddress = 0xcb007100;
const address = fc.nat(4095).map((more) => f.ipv4(String(unpackAddress(firstAddress + more))));
export const anInput: fc.Arbitrary<DecisionInput> = fc
  .record({
    preflight: fc.constant(false),
    resource: fc.oneof(
      fc.constantFrom(...resources),
      fc.constantFrom('a', 'b', 'c', 'd').map((bot) => ({ ...f.transcript, bot })),
      fc.constant({ kind: 'ambiguous' as const, why: '', bots: ['a', 'd'] }),
    ),
    principal: fc.oneof({ weight: 2, arbitrary: fc.constant(f.nobody()) }, fc.constantFrom(...principals)),
    client: fc.oneof(
      { weight: 8, arbitrary: address },
      fc.constantFrom(f.inBot, f.inPlatform, f.ipv6, f.unknown),
    ),
    delegation: fc.constantFrom('proven', 'open', 'unknown'),
  })
  .map(({ delegation, ...asked }) => (canBeProven(asked) ? { ...asked, delegation } : asked));

function canBeProven({ resource, principal }: DecisionInput): boolean {
  return 'route' in resource && resource.route?.members === 'platform' && principal.kind !== 'refused';
}

const aSetting = fc.record(
  {
    enabled: fc.boolean(),
    mode: fc.constantFrom('enforce', 'report'),
    whenOff: fc.constantFrom('members', 'anyone'),
    requireLogin: fc.boolean(),
    inheritPlatform: fc.boolean(),
  },
  { requiredKeys: ['enabled'] },
);
const aList = fc
  .array(fc.tuple(fc.nat(4095), fc.nat(300), fc.constantFrom(NEVER, NEVER, f.NOW / 1000, f.NOW / 1000 + 9)), {
    maxLength: 12,
  })
  .map((ranges) =>
    compile(
      ranges.map(([from, more, until], at) => ({
        id: at.toString(16).padStart(16, '0'),
        start: firstAddress + from,
        end: firstAddress + from + more,
        until,
      })),
    ),
  );
const scopes: readonly Scope[] = ['platform', 'bot:a', 'bot:b', 'bot:c'];
export const aView: fc.Arbitrary<PolicyView> = fc
  .tuple(...scopes.map(() => fc.option(fc.tuple(aSetting, aList))))
  .map((records) => ({
    known: true,
    staleSeconds: 0,
    policy: {
      revision: 1,
      revocations: NO_REVOCATIONS,
      scopes: new Map(
        records.flatMap((record, at) => {
          const scope = scopes[at];
          return record === null || scope === undefined
            ? []
            : [[scope, { ...record[0], whitelist: record[1] }]];
        }),
      ),
    },
  }));

import type { Budget } from '../identity/budget.ts';
import type { FailureLimit } from '../limits/failures.ts';
import type { DecideOptions } from '../policy/decide.ts';
import type { PolicyView } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Presented } from '../reading/credential.ts';
import type { Trust } from '../reading/forwarded.ts';
import type { RouteTable } from '../reading/route.ts';

/** What questions are judged by: immutable, swapped whole by a reload. */
export interface Rules {
  readonly routes: RouteTable;
  readonly trust: Trust;
  readonly identity: {
    readonly cookieNames: ReadonlySet<string>;
    identify(
      presented: Presented,
      nowMs: number,
      trace: undefined,
      budget: Budget | undefined,
    ): Principal | Promise<Principal>;
  };
  readonly options: DecideOptions;
}

/** What authorize asks besides its rules, each time anew. */
export interface Sources {
  rules(): Rules;
  policy(nowMs: number): PolicyView;
  /** Counts, by address, tokens that cost a signature check and that no key verified; undefined: no limit. */
  readonly failedTokens?: FailureLimit | undefined;
  /** Unix time in milliseconds. */
  now(): number;
}

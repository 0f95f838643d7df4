import type { Budget } from '../identity/budget.ts';
import type { FailureLimit } from '../limits/failures.ts';
import type { DecideOptions } from '../policy/decide.ts';
import type { Lookups } from '../lookups/index.ts';
import type { PolicyView } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Delegation } from '../policy/decide.ts';
import type { RouteFacts } from '../policy/resource.ts';
import type { ContactPlaces, PresentedContact } from '../reading/contact-parts.ts';
import type { RequestCredentials } from '../reading/credential.ts';
import type { Trust } from '../reading/forwarded.ts';
import type { RouteTable } from '../reading/route.ts';
import type { PresentedSession, ReadSessions } from '../reading/session-parts.ts';
import type { PlacedText, TokenPlaces } from '../reading/token-places.ts';
import type { LinkAges } from './link-age.ts';
import type { Question } from './question.ts';

/** What questions are judged by: immutable, swapped whole by a reload. */
export interface Rules {
  readonly routes: RouteTable;
  readonly trust: Trust;
  readonly identity: {
    readonly cookieNames: ReadonlySet<string>;
    /** Absent: tokens stand in bearers and cookies only. */
    readonly tokenPlaces?: TokenPlaces | undefined;
    /** Where ids of contacts stand, and the hashes that prove them. */
    readonly contactPlaces?: readonly ContactPlaces[] | undefined;
    /** Absent: no kind of session is configured. */
    readonly readSessions?: ReadSessions | undefined;
    identify(
      presented: RequestCredentials & CredentialsBeside,
      nowMs: number,
      trace: ((line: string) => void) | undefined,
      by: AccessContext,
    ): Principal | Promise<Principal>;
  };
  readonly options: DecideOptions;
  /** Absent: none is configured. */
  readonly lookups?: Pick<Lookups, 'find'>;
}

/** What is presented beside bearer and cookies. */
export interface CredentialsBeside {
  readonly placed?: readonly PlacedText[] | undefined;
  readonly contacts?: readonly PresentedContact[] | undefined;
  readonly sessions?: readonly PresentedSession[] | undefined;
}

/** What matters of a request that presents a credential, for the platform to be asked about its session. */
export interface AccessContext {
  /** Whom limits count; absent where nobody is known. */
  readonly address: string | undefined;
  readonly host: string | undefined;
  /** True where the platform's own answer decides: then it is not asked before. */
  readonly delegated: boolean;
  /** Absent: that of one request of nobody's. */
  readonly budget?: Budget | undefined;
}

/** Knows of each route with `members: platform` whether the platform refuses strangers there. */
export interface Delegating {
  stateOf(route: RouteFacts, question: Question): Delegation | Promise<Delegation>;
}

/** What `authorize` reads in addition to its rules, anew for each request. */
export interface Sources {
  rules(): Rules;
  policy(nowMs: number): PolicyView;
  readonly delegating?: Delegating;
  /** Absent: no link's age is known. */
  readonly links?: LinkAges;
  /** Counts, by address, tokens that cost a signature check and that no key verified; undefined: no limit. */
  readonly failedTokens?: FailureLimit | undefined;
  /** Unix time in milliseconds. */
  now(): number;
}

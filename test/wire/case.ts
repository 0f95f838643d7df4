import type { Person } from '../support/platform.ts';

/** Who sends a request, and how it is seen. */
export type Sender = 'page' | 'frame' | 'api';

/** A credential: a person's session, or what goes wrong with one. */
export type Credential = Person | 'expired' | 'broken' | 'foreign' | 'opaque';

/** What the upstream got of a request. */
export interface UpstreamGot {
  /** `X-Gateway-Decision`. */
  readonly decision: string;
  readonly enforced?: 'true' | 'false';
  readonly subject?: string;
  readonly bot?: string;
  /** Other request headers, null where it must not be there. */
  readonly headers?: Readonly<Record<string, string | RegExp | null>>;
  readonly method?: string;
  readonly bodyBytes?: number;
}

/** One request to the running gateway, and all that must come of it. */
export interface Case {
  /** The line of the decision table, and what is shown. */
  readonly name: string;
  readonly method?: string;
  readonly target: string;
  /** Default: `api`, with `Accept` of any kind. */
  readonly sender?: Sender;
  readonly bearer?: Credential;
  readonly cookie?: Credential;
  /** The visitor's address, as the trusted proxy in front says it; null: the proxy says nothing. */
  readonly from?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly upgrade?: true;
  /** Another gateway than the usual one. */
  readonly at?: 'no-keys' | 'rejecting';

  readonly status: number;
  /** `X-Gateway-Reason` of the gateway's own answer; absent where the answer is the upstream's. */
  readonly reason?: string;
  /** Answer headers, null where it must not be there; a pattern where only a part is certain. */
  readonly answer?: Readonly<Record<string, string | RegExp | null>>;
  /** A part of the answer's body. */
  readonly shows?: RegExp;
  /** What the upstream got; absent: nothing at all. */
  readonly got?: UpstreamGot;
}

/** An address on no list. */
export const stranger = '192.0.2.200';
/** First and last of the range of “sales”. */
export const salesFirst = '203.0.113.5';
export const salesLast = '203.0.113.9';
/** Within the platform's range. */
export const office = '198.51.100.77';

import type { Call, UNREADABLE } from '../reading/frames/calls.ts';
import type { BodyReading } from '../reading/body.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { Mode } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import type { Decision, Scope } from '../policy/reason.ts';
import type { Resource } from '../policy/resource.ts';

/** Who holds the other end of the connection. */
export interface Peer {
  /** Textual address of the socket's peer, or of the source that a PROXY header names. */
  readonly address: string;
  /** Set where the address came by the PROXY protocol from a trusted peer (`unknown`: LOCAL or UNKNOWN). */
  readonly proxied?: 'known' | 'unknown';
}

/** One request, as it stood on the wire. */
export interface Question {
  readonly method: string;
  /** Byte for byte (latin1). */
  readonly target: string;
  /** Name, value, name, value: as `IncomingMessage.rawHeaders`. */
  readonly headers: readonly string[];
  readonly peer: Peer;
  readonly upgrade: boolean;
  /** What is asked for within the socket that it opened; the rest is as it was then. */
  readonly call?: Call | typeof UNREADABLE;
  /** What the body says; undefined where it was not read. Read where an answer's resource `needsBody`. */
  readonly body?: BodyReading;
}

/** What led to a decision, for people. */
export interface Step {
  readonly step: string;
  readonly result: string;
  /** Whose list it is about: an admin who may not manage that one does not get the step. */
  readonly scope?: Scope;
}

/** What the forwarding headers to the upstream are made of. */
export interface Forwarding {
  /** The client IP and what was trusted after it, for X-Forwarded-For; empty while unknown. */
  readonly chain: readonly string[];
  /** As a trusted proxy says; absent where none does. */
  readonly proto?: string;
  readonly host?: string;
  /** True where the headers are those of a trusted proxy. */
  readonly peerTrusted: boolean;
  /** True where a forwarding header came from a peer that is none. */
  readonly untrustedHeader?: true;
}

export interface Answer {
  readonly decision: Decision;
  readonly resource: Resource;
  readonly principal: Principal;
  readonly client: ClientIp;
  readonly forwarding: Forwarding;
  readonly mode: Mode;
  /** False where mode `report` forwards what the decision would have refused. */
  readonly enforced: boolean;
  readonly revision: number;
  /** True where the policy is not confirmed live now. */
  readonly stale: boolean;
  /** True for the page that is shown in place of a transcript, to who has to sign in first. */
  readonly inPlace?: true;
  readonly steps?: readonly Step[];
}

export interface How {
  /** Judge as this principal instead of the presented credential. */
  readonly as?: Principal;
  /** Judge from this address instead of the request's. */
  readonly from?: ClientIp;
  /** Judge what was asked for before instead of the target. */
  readonly resource?: Resource;
  readonly atMs?: number;
  readonly trace?: boolean;
}

/** The one question: may this visitor see this? The same function for HTTP, upgrades and explain. */
export type Authorize = (question: Question, how?: How) => Answer | Promise<Answer>;

import type { Grant } from '../options.ts';

/** How the platform is asked whose a session is. */
export interface CheckOptions {
  /** Absolute; a configured path is asked at the platform itself. */
  readonly url: string;
  readonly method: string;
  /** Constant headers beside the credential's parts. */
  readonly headers: Readonly<Record<string, string>>;
  /** For one whole call, from the request to the last byte, a wait for its turn included. */
  readonly timeoutMs: number;
  /** A longer answer says nothing. */
  readonly bodyBytes: number;
  /** True: the client IP is sent as X-Forwarded-For. Left out: it is not. */
  readonly forwardedFor?: boolean;
  /** Sent as Host: null is the visitor's own, as forwarding has it. */
  readonly host: string | null;
  /** PEM, in place of the public certificates. */
  readonly ca?: string;
}

/** RFC 7662: how an authorization server is asked about an opaque token. */
export interface IntrospectionOptions {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: Uint8Array;
  /** RFC 6749 section 2.3.1: in a header, or in the form. */
  readonly auth: 'basic' | 'post';
  readonly timeoutMs: number;
  readonly bodyBytes: number;
}

/** Expressions over `{status, headers, body}`; null: nothing. */
export interface SessionClaims {
  /** Null: signed in, without a name. */
  readonly subject: string | null;
  readonly bots: string | null;
  readonly contact: string | null;
  readonly conversations: string | null;
}

/** A call of the platform's whose success ends the session that it carries. */
export interface EndOptions {
  /** Null: any. */
  readonly method: string | null;
  readonly path: string;
}

/** One kind of session: who it is, the platform says. */
export interface SessionOptions {
  readonly name: string;
  readonly from: readonly string[];
  /** Both absent: it is known that a credential is there, and no more; good for `members: platform` only. */
  readonly check?: CheckOptions;
  readonly introspection?: IntrospectionOptions;
  readonly signedIn: string;
  readonly claims: SessionClaims;
  readonly allBots: string | null;
  readonly bots: readonly string[] | null;
  readonly grants: readonly Exclude<Grant, 'admin'>[];
  /** The promise: how long a sign-out that nobody saw may go unnoticed. */
  readonly cacheSeconds: number;
  /** After that, how long the last good answer counts while no new one can be had. */
  readonly graceSeconds: number;
  readonly ends: readonly EndOptions[];
}

export const defaultSignedIn = 'status == `200`';
export const defaultCheck = { method: 'GET', timeoutMs: 2_000, bodyBytes: 65_536 } as const;
export const defaultCacheSeconds = 30;
/** Checks of strangers that one address may cause in a minute. */
export const defaultStrangerChecksPerMinute = 120;
/** Calls that run at one time, for each kind. */
export const defaultChecksAtOnce = 16;

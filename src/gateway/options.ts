import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { ProblemCode } from '../errors.ts';
import type { Answer, Authorize, Question } from '../access/question.ts';
import type { Reason } from '../policy/reason.ts';
import type { HashPlaces } from '../reading/contact-parts.ts';
import type { TokenPlaces } from '../reading/token-places.ts';
import type { Assertion } from './assertion.ts';
import type { Canaries } from './canaries/canaries.ts';
import type { CanarySink } from './canaries/watched.ts';
import type { Ended } from './guarded-request.ts';
import type { IdentityHeaders } from './identity-headers.ts';
import type { LoginMode } from './login.ts';
import type { Pages } from './pages/page.ts';

/** The platform behind the gateway. Times in milliseconds. */
export interface UpstreamOptions {
  /** Scheme, host and port. */
  readonly url: string;
  readonly host: 'client' | 'upstream';
  /** To the response headers. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** PEM, in place of the public certificates. */
  readonly ca?: string;
  readonly websockets: boolean;
  readonly reuseConnections: boolean;
  /** Requests that wait for their head, at one time; those above wait, and those above `queue` get 503. */
  readonly connections: number;
  readonly queue: number;
  /** Answers under way and tunnels, at one time; 503 beyond. */
  readonly streams: number;
  /** 0 = no limit of its own. */
  readonly streamsPerAddress: number;
  /** A kept connection unused for so long is closed. */
  readonly idleTimeoutMs: number;
  /** A kept connection gets no request once it is so old; 0 = whatever its age. */
  readonly maxConnectionAgeMs: number;
  /** A response body that stands still for so long is aborted; 0 = never. */
  readonly bodyIdleTimeoutMs: number;
}

export interface WebSocketOptions {
  /** A tunnel without a byte either way for so long is closed; 0 = never. */
  readonly idleTimeoutMs: number;
  /** Beside the site itself. */
  readonly origins: readonly string[];
}

/** Bounds on what visitors may send and hold. */
export interface LimitOptions {
  readonly headerBytes: number;
  readonly headerCount: number;
  readonly targetBytes: number;
  /** Of a body that is read to be judged. */
  readonly inspectedBodyBytes: number;
  readonly headersTimeoutMs: number;
  /** A request body that stands still for so long is given up; 0 = never. */
  readonly bodyTimeoutMs: number;
  /** An answer of which a visitor takes nothing for so long is given up; 0 = never. */
  readonly sendTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly connections: number;
  /** 0 = no limit of its own. */
  readonly connectionsPerAddress: number;
}

export interface GatewayOptions {
  readonly host: string;
  readonly port: number;
  readonly upstream: UpstreamOptions;
  readonly websockets: WebSocketOptions;
  readonly limits: LimitOptions;
  /** True: a new connection starts with a PROXY protocol header. */
  usesProxyProtocol(): boolean;
}

/** What a reload may change; immutable, swapped whole. */
export interface GatewaySettings {
  readonly publicUrl: string | null;
  readonly corsOrigins: readonly string[];
  readonly login: {
    readonly url: string | null;
    readonly returnParam: string;
    readonly mode: LoginMode;
    /** A page of ours before the login page. */
    readonly explainFirst: boolean;
    /** Where one signed in changes to another account; null: the login page. */
    readonly switchUrl: string | null;
  };
  /** The gateway's own pages. */
  readonly pages: Pages;
  /** False: our cookies, tokens and hashes are not sent upstream. */
  readonly forwardCredentials: boolean;
  readonly cookieNames: ReadonlySet<string>;
  /** Those of them that hold tokens, and nothing else. */
  readonly tokenCookies: ReadonlySet<string>;
  /** Where tokens stand beside the bearer and cookies. */
  readonly tokenPlaces: TokenPlaces;
  /** Where the hashes stand that prove contacts, beside the query. */
  readonly hashPlaces: HashPlaces;
  /** What is passed on of headers that name an identity. */
  readonly identityHeaders: IdentityHeaders;
  /** What is looked for in answers that no route guards; undefined: nothing. */
  readonly canaries?: Canaries | undefined;
}

/** How a request was answered: the decision's own reason, or what became of it at the door. */
export interface Access {
  readonly requestId: string;
  readonly method: string;
  readonly code: Reason | ProblemCode;
  /** Of the answer; undefined where the visitor left before there was any. */
  readonly status?: number;
  /** From its leaving for the upstream to the head of the answer. */
  readonly upstreamMs?: number;
  /** From its coming in to the head. */
  readonly durationMs: number;
}

/** Counts hostile tokens by address. */
export interface HostileLimiter {
  /** False once an address has had too many. */
  hit(address: string): boolean | Promise<boolean>;
  /** True while no signature of an address is checked: too many failed. */
  isBlocked(address: string): boolean;
}

/** Told of a question, and of the status and the raw headers that the platform answered it with. */
export type OnPassed = (question: Question, status: number, rawHeaders: readonly string[]) => void;

export interface GatewayDeps {
  readonly authorize: Authorize;
  settings(): GatewaySettings;
  /** True where this peer is a trusted proxy. */
  isTrustedPeer(address: string): boolean;
  /** Called once for each request that is judged, with the head of its answer. */
  onAccess(answer: Answer, access: Access): void;
  /** Told of the head of each answer of the platform's: sessions end in passing. */
  readonly onPassed?: OnPassed;
  /** Told of canaries; without one none are looked for. */
  readonly canarySink?: CanarySink;
  /** Told of each answer of the platform's that no route guards, by its status. */
  readonly onUnguarded?: (answer: Answer, question: Question, status: number) => void;
  /** Called once for each that went on for long after it, or whose grant ended. */
  onEnded(answer: Answer, ended: Ended): void;
  /** Called with the seconds of a decision, and of the upstream to its response headers. */
  readonly observe?: { decision(seconds: number): void; upstream(seconds: number): void };
  /** Tells the platform in a signed way, and the keys that it verifies by: a JWK set (RFC 7517). */
  readonly assertion?: Assertion | undefined;
  readonly jwks?: (() => object) | undefined;
  /** Tells of every new revision of the policy. */
  subscribe(listener: (revision: number) => void): () => void;
  /** True while this gateway wants visitors. */
  isReady(): boolean;
  readonly hostile?: HostileLimiter;
  readonly log: Logger;
  /** Mounted under `/_gateway/`, whether or not admins may come by this door. */
  readonly ownPlugin?: FastifyPluginAsync;
  /** Mounted under `/_gateway/`. */
  readonly adminPlugin?: FastifyPluginAsync;
}

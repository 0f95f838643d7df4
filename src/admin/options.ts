import type { IncomingMessage } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyPluginAsync, RawServerDefault } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Activity } from '../activity/activity.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Judged } from '../access/judge-again.ts';
import type { Answer, Authorize, Peer, Question } from '../access/question.ts';
import type { Tried } from '../access/try-identity.ts';
import type { UnguardedSum } from '../audit/unguarded-sum.ts';
import type { ChangeEvent, ReadEvent } from '../audit/change-log.ts';
import type { ClientIp } from '../policy/client-ip.ts';
import type { FailureLimit } from '../limits/failures.ts';
import type { DecideOptions } from '../policy/decide.ts';
import type { PolicyDefaults, PolicyView } from '../policy/policy.ts';
import type { Known, Principal } from '../policy/principal.ts';
import type { AuditFindings } from './answers-audit.ts';
import type { RecentBots } from './recent-bots.ts';
import type { Editor } from '../policy-store/editor.ts';
import type { Change } from '../changes/change.ts';
import type { RevokeRules } from '../changes/revoke.ts';
import type { Revoker } from '../policy-store/revoker.ts';
import type { Store } from '../policy-store/store.ts';
import type { Hop } from '../reading/origin.ts';
import type { HeaderPlace } from '../reading/token-places.ts';

/** Where a request came from, by the same reading as for visitors. */
export interface Located {
  readonly client: ClientIp;
  readonly hops: readonly Hop[];
  /** From a trusted peer's header, where there is one. */
  readonly proto?: string | undefined;
  readonly host?: string | undefined;
}

/** pino's shape. */
export interface AdminLog {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** What the admin API is built from. Functions are asked anew each time, so that a reload needs no new plugin. */
export interface AdminOptions {
  readonly door: 'public' | 'private';
  readonly authorize: Authorize;
  /** Who presents these headers, by the same verifier as for visitors. */
  readonly authenticate: (rawHeaders: readonly string[]) => Principal | Promise<Principal>;
  /** Cookies in which tokens are looked for. */
  readonly cookieNames: () => ReadonlySet<string>;
  /** Headers in which tokens are looked for. */
  readonly headerPlaces: () => readonly HeaderPlace[];
  /** The principal that a token with these claims would make; undefined where the issuer's would make none. */
  readonly fromClaims: (issuer: string | undefined, claims: object, nowMs: number) => Known | undefined;
  readonly identity: {
    /** Every place where a credential of one part may stand. */
    readonly places: () => readonly string[];
    readonly attempt: (asked: Pick<Question, 'headers' | 'target' | 'upgrade'>) => Promise<Tried>;
    /** What the expressions of an issuer give for a token. */
    readonly claims: (issuer: string, token: string) => readonly string[];
  };
  readonly locate: (rawHeaders: readonly string[], peer: Peer) => Located;
  readonly peerOf: (request: IncomingMessage) => Peer;
  /** `admin.tokenFile`'s content; undefined where none is configured. */
  readonly staticToken: () => Uint8Array | undefined;
  readonly editor: Editor;
  readonly store: Store;
  /** Revokes tokens and sessions; the rules say which a request may name. */
  readonly revocations: { readonly revoker: Revoker; readonly rules: () => RevokeRules };
  /** Failed sign-ins. */
  readonly failures: FailureLimit;
  /** Follows what was recorded; the digests are others than those in the record. */
  readonly audit: (digests: readonly string[]) => Promise<AuditFindings>;
  /** The record of decisions, where one is kept. */
  readonly activity?:
    | Pick<
        Activity,
        | 'readings'
        | 'query'
        | 'summary'
        | 'rangeUse'
        | 'refusals'
        | 'dismiss'
        | 'subscribe'
        | 'foresee'
        | 'settled'
      >
    | undefined;
  /** The configured part of what decisions go by. */
  readonly decideOptions: () => DecideOptions;
  /** What is served now. */
  readonly policy: () => PolicyView;
  /** What would be answered now to what was judged before; undefined where that cannot be told. */
  readonly judgeAgain: (judged: Judged) => Answer | Promise<Answer | undefined> | undefined;
  /** What passed that no route guards, at all gateways. */
  readonly unguarded: { all(): Promise<UnguardedSum> };
  /** What should not go unseen. */
  readonly alerts: Pick<Alerts, 'recent' | 'test' | 'receivers'> & {
    /** False where none are configured. */
    isOn(): boolean;
    /** The static token was used, from an address, or a network where no more may be shown. */
    staticToken(from: string, method: string): void;
  };
  /** The changes that are on trial now. */
  readonly trials: () => Promise<readonly Change[]>;
  /** Bots that routes name. */
  readonly constantBots: () => readonly string[];
  readonly recentBots: RecentBots;
  /** Writes a change to the log, beside the store's own record of it. */
  readonly changed: (event: ChangeEvent) => void;
  /** Writes to the log who read what was decided. */
  readonly read: (event: ReadEvent) => void;
  /** An address as log and record may show it. */
  readonly shownAddress: (address: string) => string;
  /** A person as log and record may show them; undefined where not at all. */
  readonly shownPerson: (id: string) => string | undefined;
  readonly defaults: () => PolicyDefaults;
  /** `public.url`, where it is configured. */
  readonly siteUrl: () => string | undefined;
  /** Where a browser signs in and comes back to the dashboard, where there is such a page on this door. */
  readonly loginUrl: () => string | undefined;
  readonly log: AdminLog;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly importLimitBytes?: number;
  /** The dashboard, mounted at the prefix itself. */
  readonly dashboard?: FastifyPluginAsync;
}

/** A Fastify scope whose handlers are typed by their schemas. */
export type AdminApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

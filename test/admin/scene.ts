import { createAlerts, type Alerts } from '../../src/alerts/alerts.ts';
import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import type { Test } from 'tap';
import { openIndex } from '../../src/activity/database.ts';
import { cellOf, eventOf, type ActivityEvent, type Batch, type Row } from '../../src/activity/event.ts';
import { openDecisions, type Decisions } from '../../src/activity/decisions.ts';
import { dismissalText } from '../../src/activity/dismissals.ts';
import { createMarks } from '../../src/activity/ingest.ts';
import { queryEvents } from '../../src/activity/query.ts';
import type { Foresee } from '../../src/activity/foresee.ts';
import { readingsIn } from '../../src/activity/readings.ts';
import { findRefusals } from '../../src/activity/refusals.ts';
import { rangeUse, summarize } from '../../src/activity/summary.ts';
import { judgeAgain } from '../../src/access/judge-again.ts';
import { tryIdentity } from '../../src/access/try-identity.ts';
import { createAuthorize } from '../../src/access/authorize.ts';
import type { Authorize } from '../../src/access/question.ts';
import type { RecentBots } from '../../src/admin/recent-bots.ts';
import { ADMIN_PREFIX, adminPlugin, createRecentBots, sendUnreadable } from '../../src/admin/index.ts';
import type { AdminOptions } from '../../src/admin/index.ts';
import { audit } from '../../src/app/audit.ts';
import type { ChangeEvent, ReadEvent } from '../../src/audit/change-log.ts';
import { createUnguarded, type Unguarded } from '../../src/audit/unguarded.ts';
import { sumUnguarded } from '../../src/audit/unguarded-sum.ts';
import { createVerifier } from '../../src/identity/verifier.ts';
import { createFailureLimit } from '../../src/limits/failures.ts';
import { createRevoker } from '../../src/policy-store/revoker.ts';
import type { Known } from '../../src/policy/principal.ts';
import { revocationOf } from '../../src/policy/revocation.ts';
import { createOpenTrials } from '../../src/policy-store/open-trials.ts';
import { createEditor } from '../../src/policy-store/editor.ts';
import { createFileStore } from '../../src/policy-store/file/file-store.ts';
import { createLivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { StoreLog } from '../../src/policy-store/log.ts';
import { createRedisStore } from '../../src/policy-store/redis/redis-store.ts';
import type { LivePolicy } from '../../src/policy-store/live/live-policy.ts';
import type { Store } from '../../src/policy-store/store.ts';
import { readCredential } from '../../src/reading/credential.ts';
import { compileTrust, readClientIp } from '../../src/reading/forwarded.ts';
import { compileRoutes } from '../../src/reading/route.ts';
import { issuer, options, quiet, secretOf } from '../identity/scene.ts';
import { foreseeIn } from '../activity/events.ts';
import { startRedis } from '../support/redis.ts';
import type { RedisServer } from '../support/redis.ts';
import { createSigner, seconds } from '../support/tokens.ts';

export const STATIC_TOKEN = 'correct-horse-battery-staple';
export const SITE = 'https://chat.example.com';
export const PARTNER = 'https://partner.example/';
export const WIDGET = 'https://widget.example/';

const staff = createSigner('HS256', 'staff-1');
const partner = createSigner('HS256', 'partner-1');
const widget = createSigner('HS256', 'widget-1');

/** A token of the issuer whose tokens may manage. */
export function staffToken(claims: object): string {
  return staff.sign({
    ...{ iss: 'https://issuer.example/', aud: 'transcript-gateway' },
    ...valid(),
    ...claims,
  });
}
/** A token of an issuer whose tokens may only open transcripts. */
export function partnerToken(claims: object): string {
  return partner.sign({ iss: PARTNER, aud: 'transcript-gateway', ...valid(), ...claims });
}
/** A token of an issuer that speaks of contacts only. */
export function contactToken(claims: object): string {
  return widget.sign({ iss: WIDGET, aud: 'transcript-gateway', ...valid(), ...claims });
}

function valid(): object {
  return { sub: 'ada', iat: seconds(-10), exp: seconds(600) };
}

export const superAdmin = staffToken({ sub: 'root', roles: ['super_admin'] });
export const owner = staffToken({ sub: 'olga', owned_bots: ['sales'] });

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body as JSON; empty where it is none. */
  readonly body: Record<string, unknown>;
}

export interface Ask {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
}

export type Call = (method: string, path: string, ask?: Ask) => Promise<Reply>;

export interface Scene {
  /** Calls under the private door's API, as the super admin where no token is given. */
  readonly call: Call;
  readonly publicCall: Call;
  readonly store: Store;
  readonly live: LivePolicy;
  readonly authorize: Authorize;
  readonly changed: readonly ChangeEvent[];
  readonly reads: readonly ReadEvent[];
  readonly said: readonly string[];
  readonly ports: { readonly private: number; readonly public: number };
  readonly recentBots: RecentBots;
  readonly unguarded: Unguarded;
  readonly alerts: Alerts;
  /** Puts a batch into the record of decisions. */
  readonly recorded: (batch: Batch) => void;
}

export interface SceneOptions {
  readonly failedPerMinute?: number;
  readonly now?: () => number;
  readonly dir?: string;
  /** How addresses are recorded; else whole. */
  readonly shownAddress?: AdminOptions['shownAddress'];
  /** How forecasts are made of the record; else as they are. */
  readonly foresee?: (decisions: Decisions) => Foresee;
  /** Bots that routes name. */
  readonly constantBots?: readonly string[];
  /** The policy is kept there rather than in a folder. */
  readonly redis?: { readonly url: string; readonly prefix: string };
}

async function openStore(
  t: Test,
  { redis, dir }: SceneOptions,
  log: StoreLog,
  now: () => number,
): Promise<Store> {
  if (redis === undefined) return createFileStore({ dir: dir ?? t.testdir(), log, now });
  const options = { ...redis, snapshotDir: null, connectTimeoutMs: 2000, commandTimeoutMs: 2000 };
  return createRedisStore({ redis: options, maxStalenessSeconds: () => 300, log, now });
}

/** A test that runs on both stores, on a Redis of the file's own. */
export function onBothStores(t: Test) {
  let started: Promise<RedisServer> | undefined;
  let sites = 0;
  const server = async (): Promise<RedisServer> => {
    started ??= startRedis();
    return started;
  };
  t.teardown(async () => (await started)?.stop());
  return (name: string, run: (t: Test, how: SceneOptions) => Promise<void>): void => {
    void t.test(`${name}, on file`, (t) => run(t, {}));
    void t.test(`${name}, on redis`, async (t) => {
      const { url } = await server();
      sites += 1;
      await run(t, { redis: { url, prefix: `site${String(sites)}` } });
    });
  };
}

/** The admin API on both doors, on a real store, with real tokens and sockets. */
export async function openScene(t: Test, how: SceneOptions = {}): Promise<Scene> {
  const now = how.now ?? Date.now;
  const log = { ...quiet, error: () => undefined };
  const store = await openStore(t, how, log, now);
  const live = createLivePolicy({ store, maxStalenessSeconds: () => 300, log, now });
  live.start();
  await live.reached(0, 5_000);
  const revoked = (known: Known): boolean | 'unknown' => {
    const found = revocationOf(live.view(now()), known, now());
    return found === 'unknown' ? found : found !== undefined;
  };
  const verifier = createVerifier(options(issuers()), { log: quiet, revoked });
  verifier.start();
  const trust = compileTrust({ cidrs: ['127.0.0.1'], source: 'x-forwarded-for' });
  const rules = {
    routes: compileRoutes(routes),
    trust,
    identity: verifier,
    options: { otherPaths: 'forward', canLogIn: true, defaults } as const,
  };
  const authorize = createAuthorize({ rules: () => rules, policy: (nowMs) => live.view(nowMs), now });
  const recentBots = createRecentBots();
  const unguarded = createUnguarded(now);
  const alerts = createAlerts({ log, now, everyMs: () => 60_000 });
  const index = openIndex(':memory:');
  const decisions = openDecisions(index);
  const listeners = new Set<(event: ActivityEvent) => void>();
  const changed: ChangeEvent[] = [];
  const reads: ReadEvent[] = [];
  const said: string[] = [];
  const editing = { store, live, now, randomId: () => randomBytes(8).toString('hex') };
  const revoking = { issuers: ['staff', 'partner', 'widget'], keepSeconds: 86_400 };
  const shared: Omit<AdminOptions, 'door'> = {
    authorize,
    authenticate: (headers) => verifier.identify(readCredential(verifier.cookieNames, headers), now()),
    cookieNames: () => verifier.cookieNames,
    headerPlaces: () => [],
    identity: {
      places: () => [...verifier.places],
      attempt: (asked) =>
        tryIdentity(rules, live.view(now()), { method: 'GET', peer: { address: '' }, ...asked }, now()),
      claims: () => [],
    },
    fromClaims: (name, claims, nowMs) => verifier.fromClaims(name, { ...claims }, nowMs),
    locate: (headers, peer) => readClientIp(trust, peer, headers),
    peerOf: (incoming) => ({ address: incoming.socket.remoteAddress ?? '' }),
    staticToken: () => Buffer.from(STATIC_TOKEN),
    editor: createEditor(editing),
    revocations: { revoker: createRevoker(editing), rules: () => revoking },
    store,
    recentBots,
    trials: createOpenTrials(store),
    alerts: { ...alerts, isOn: () => true, staticToken: () => undefined },
    audit: (digests) => audit(store, undefined, digests),
    activity: recordOf(decisions, listeners, how.foresee),
    policy: () => live.view(now()),
    judgeAgain: (judged) => judgeAgain(authorize, rules, now(), judged),
    shownPerson: (id) => id,
    unguarded: { all: () => Promise.resolve(sumUnguarded([unguarded.read()], false)) },
    constantBots: () => how.constantBots ?? [],
    decideOptions: () => rules.options,
    failures: createFailureLimit({ perMinute: how.failedPerMinute ?? 0, maxKeys: 100 }),
    changed: (event) => void changed.push(event),
    read: (event) => void reads.push(event),
    shownAddress: how.shownAddress ?? ((address) => address),
    defaults: () => defaults,
    siteUrl: () => undefined,
    loginUrl: () => undefined,
    log: {
      warn: (fields, message) => void said.push(JSON.stringify({ ...fields, message })),
      error: (fields, message) => void said.push(JSON.stringify({ ...fields, message })),
    },
    now,
  };
  const doors = [
    await openDoor({ ...shared, door: 'private' }),
    await openDoor({ ...shared, door: 'public', siteUrl: () => SITE, loginUrl: () => '/login' }),
  ] as const;
  t.teardown(async () => {
    await Promise.all(doors.map((door) => door.close()));
    live.close();
    await verifier.close();
    await store.close();
    index.close();
  });
  const [call, publicCall] = [caller(doors[0].port), caller(doors[1].port)];
  const ports = { private: doors[0].port, public: doors[1].port };
  const recorded = (batch: Batch): void => {
    decisions.take(batch);
    for (const line of batch.lines) {
      const row = JSON.parse(line) as Row;
      for (const listener of listeners) listener(eventOf((name) => cellOf(row, name)));
    }
  };
  return {
    call,
    publicCall,
    store,
    live,
    authorize,
    changed,
    reads,
    said,
    ports,
    recentBots,
    alerts,
    unguarded,
    recorded,
  };
}

function recordOf(
  decisions: Decisions,
  listeners: Set<(event: ActivityEvent) => void>,
  foresee: (decisions: Decisions) => Foresee = foreseeIn,
): NonNullable<AdminOptions['activity']> {
  return {
    query: async (filter, limit, cursor) => queryEvents(decisions, filter, limit, cursor),
    summary: async (filter, buckets) => summarize(decisions, filter, buckets),
    rangeUse: async (scope, fromMs) => rangeUse(decisions, scope, fromMs),
    refusals: async (filter, most) => findRefusals(decisions, filter, most),
    dismiss: (kind, place, by) =>
      createMarks(decisions.index)({
        ...{ kind, fromMs: Date.now(), toMs: Date.now(), count: 0, replica: 'one' },
        text: dismissalText(place, by),
      }),
    foresee: foresee(decisions),
    readings: async (asked) => readingsIn(decisions.index, asked),
    settled: () => Promise.resolve(),
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const defaults = { mode: 'enforce', requireLogin: false } as const;

export const routes = [
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/history', query: { botId: 'bot' } },
  { path: '/contacts/:contactId/conversations', bot: 'support', whitelist: false },
];

function issuers() {
  const keys = (signer: typeof staff) => [secretOf(signer)];
  return [
    issuer({ keys: keys(staff) }),
    issuer({ name: 'partner', issuer: PARTNER, keys: keys(partner), grants: ['member'], from: ['bearer'] }),
    issuer({
      name: 'widget',
      issuer: WIDGET,
      keys: keys(widget),
      grants: ['contact'],
      from: ['cookie:widget'],
    }),
  ];
}

async function openDoor(adminOptions: AdminOptions) {
  const app = Fastify({ frameworkErrors: sendUnreadable, routerOptions: { maxParamLength: 512 } });
  await app.register(adminPlugin, { ...adminOptions, prefix: ADMIN_PREFIX });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address() as AddressInfo;
  return { port: address.port, close: () => app.close() };
}

/** Calls one door; paths are below the API's, or absolute with a leading `//`. */
export function caller(port: number): Call {
  return (method, path, ask = {}) =>
    new Promise((resolve, reject) => {
      const token = 'token' in ask ? ask.token : superAdmin;
      const text =
        ask.body === undefined || typeof ask.body === 'string' ? ask.body : JSON.stringify(ask.body);
      const headers = {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...ask.headers,
      };
      const target = path.startsWith('//') ? path.slice(1) : `/_gateway/api/v1${path}`;
      const sent = request({ host: '127.0.0.1', port, method, path: target, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(replyOf(answer.statusCode ?? 0, answer.headers, chunks)));
      });
      sent.on('error', reject);
      sent.end(text);
    });
}

function replyOf(status: number, headers: Reply['headers'], chunks: readonly Buffer[]): Reply {
  const text = Buffer.concat(chunks).toString();
  const isJson = String(headers['content-type']).includes('json');
  return { status, headers, text, body: isJson && text !== '' ? (JSON.parse(text) as Reply['body']) : {} };
}

/** A decision, as the record has it. */
export function decided(more: Partial<ActivityEvent>): ActivityEvent {
  return {
    ...{ atMs: Date.UTC(2030, 0, 1), requestId: randomBytes(16).toString('hex'), outcome: 'deny' },
    ...{ reason: 'no-access', enforced: true, mode: 'enforce', method: 'GET', revision: 1, stale: false },
    ...{ clientIpStatus: 'ipv4', bot: 'sales' },
    ...more,
  };
}

/** `field message` of each error of a problem. */
export function errorsOf(reply: Reply): readonly string[] {
  const errors = (reply.body.errors ?? []) as readonly { field: string; message: string }[];
  return errors.map((error) => `${error.field} ${error.message}`);
}

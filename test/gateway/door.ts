import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import type { Answer, Authorize, Question } from '../../src/access/question.ts';
import {
  createGateway,
  type Access,
  type Ended,
  type Gateway,
  type GatewayDeps,
  type GatewayOptions,
  type GatewaySettings,
} from '../../src/gateway/index.ts';
import { compileIdentityHeaders } from '../../src/gateway/identity-headers.ts';
import { compilePages } from '../../src/gateway/pages/page.ts';
import type { Principal } from '../../src/policy/principal.ts';
import type { Decision } from '../../src/policy/reason.ts';
import type { Resource } from '../../src/policy/resource.ts';
import { compileTokenPlaces } from '../../src/reading/token-places.ts';

/** A request as the upstream received it. */
export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly aborted: boolean;
}

export interface TestUpstream {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** What it received since the last call. */
  take(): Seen[];
  stop(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A platform that writes down what it receives and answers as it is told. */
export async function startUpstream(
  handler: Handler = (_request, response) => void response.end('upstream'),
): Promise<TestUpstream> {
  let seen: Seen[] = [];
  const server = createServer({ maxHeaderSize: 128 * 1024 }, (request, response) => {
    let body = '';
    const note = (aborted: boolean): void => {
      const { method = '', url = '', rawHeaders } = request;
      seen.push({ method, target: url, rawHeaders, body, aborted });
    };
    request.setEncoding('latin1');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('error', () => undefined);
    request.on('close', () => {
      if (!request.complete) note(true);
    });
    request.on('end', () => {
      note(false);
      handler(request, response, body);
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    server,
    take() {
      const taken = seen;
      seen = [];
      return taken;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An upstream of bare sockets: what it writes is what the gateway reads. */
export async function startRawUpstream(
  onRequest: (socket: Socket, text: string, connection: number) => void,
) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createNetServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    let text = '';
    socket.setEncoding('latin1');
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (!text.includes('\r\n\r\n')) return;
      const whole = text;
      text = '';
      onRequest(socket, whole, connection);
    });
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    open: () => sockets.size,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const anonymous: Principal = { kind: 'anonymous', reason: 'no-credential' };
export const member: Principal = {
  kind: 'known',
  via: 'bearer',
  issuer: 'staff',
  subject: 'zoë 50%',
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  issuerBots: 'all',
  member: { bots: 'all' },
};
export const cookieMember: Principal = { ...member, via: 'cookie' };
const transcript = (bot: string): Resource => ({
  kind: 'transcript',
  bot,
  conversations: ['1'],
  route: { path: '/transcripts/:botId/:id', whitelist: true },
});

/** An answer as access/ gives it, with what a test says of it. */
export function answer(question: Question, decision: Decision, more: Partial<Answer> = {}): Answer {
  return {
    decision,
    resource: { kind: 'other', open: false },
    principal: anonymous,
    client: { status: 'ipv4', address: '127.0.0.1', value: 0x7f000001 },
    forwarding: { chain: [question.peer.address], peerTrusted: false },
    mode: 'enforce',
    enforced: true,
    revision: 1,
    stale: false,
    ...more,
  };
}

/**
 * Stands in for access/, by what the target says: `/t/<word>/…` is a transcript that is answered by that word,
 * everything else is not guarded.
 */
export const wordy: Authorize = (question) => {
  const word = /^\/t\/([a-z0-9-]+)/.exec(question.target)?.[1];
  if (word === undefined) return answer(question, { outcome: 'forward', reason: 'not-guarded' });
  return byWord(question, word);
};

const loginReasons = [
  'no-credential',
  'session-expired',
  'session-invalid',
  'session-revoked',
  'session-ended',
  'token-invalid',
  'token-expired',
  'token-foreign',
  'token-revoked',
] as const;
const denyReasons = ['no-access', 'bot-unresolved', 'path-ambiguous', 'not-open'] as const;
const unavailableReasons = [
  'policy-unavailable',
  'keys-unavailable',
  'revocations-unavailable',
  'sessions-unavailable',
  'platform-unproven',
] as const;

function byWord(question: Question, word: string): Answer {
  const resource = transcript('a');
  const preflight =
    question.method === 'OPTIONS' && question.headers.includes('Access-Control-Request-Method');
  if (preflight) return answer(question, { outcome: 'forward', reason: 'preflight' }, { resource });
  for (const reason of loginReasons)
    if (word === reason) return answer(question, { outcome: 'login', reason }, { resource });
  for (const reason of denyReasons)
    if (word === reason) return answer(question, { outcome: 'deny', reason }, { resource });
  for (const reason of unavailableReasons)
    if (word === reason) return answer(question, { outcome: 'unavailable', reason }, { resource });
  switch (word) {
    case 'broken':
      throw new Error('a secret that must not get out');
    case 'slow-broken':
      return Promise.reject(new Error('a secret that must not get out')) as never;
    case 'ipv6':
      return answer(
        question,
        { outcome: 'deny', reason: 'no-access' },
        { resource, client: { status: 'ipv6', address: '2001:db8::1' } },
      );
    case 'signed-in':
      return answer(
        question,
        { outcome: 'deny', reason: 'no-access' },
        { resource, principal: cookieMember },
      );
    case 'unknown':
      return answer(
        question,
        { outcome: 'deny', reason: 'no-access' },
        { resource, client: { status: 'unknown', why: 'a header' } },
      );
    case 'report':
      return answer(
        question,
        { outcome: 'deny', reason: 'no-access' },
        { resource, mode: 'report', enforced: false },
      );
    case 'trusted':
      return answer(
        question,
        { outcome: 'forward', reason: 'bot-access' },
        {
          resource,
          principal: member,
          forwarding: {
            chain: ['198.51.100.7', '10.0.0.1'],
            proto: 'https',
            host: 'seen.example',
            peerTrusted: true,
          },
        },
      );
    case 'nowhere':
      return answer(
        question,
        { outcome: 'forward', reason: 'bot-access' },
        { resource, principal: member, forwarding: { chain: [], peerTrusted: false } },
      );
    case 'listed':
      return answer(question, { outcome: 'forward', reason: 'whitelisted-bot' }, { resource });
    case 'cookie':
      return answer(
        question,
        { outcome: 'forward', reason: 'bot-access' },
        { resource, principal: cookieMember },
      );
    default:
      return answer(question, { outcome: 'forward', reason: 'bot-access' }, { resource, principal: member });
  }
}

export interface Door extends Gateway {
  readonly port: number;
  readonly accesses: ({ answer: Answer } & Access)[];
  readonly ended: ({ answer: Answer } & Ended)[];
  /** Tells the door that the policy has a new revision. */
  revise(): void;
  stop(): Promise<void>;
}

export interface DoorOptions {
  readonly options?: Partial<Omit<GatewayOptions, 'upstream' | 'limits' | 'websockets'>> & {
    readonly upstream?: Partial<GatewayOptions['upstream']>;
    readonly limits?: Partial<GatewayOptions['limits']>;
    readonly websockets?: Partial<GatewayOptions['websockets']>;
  };
  readonly settings?: Partial<GatewaySettings>;
  readonly deps?: Partial<GatewayDeps>;
}

const upstreamDefaults: GatewayOptions['upstream'] = {
  url: '',
  host: 'client',
  timeoutMs: 5_000,
  connectTimeoutMs: 2_000,
  websockets: true,
  reuseConnections: true,
  connections: 64,
  queue: 64,
  streams: 1_000,
  streamsPerAddress: 0,
  maxConnectionAgeMs: 0,
  idleTimeoutMs: 4_000,
  bodyIdleTimeoutMs: 0,
};
const limitDefaults: GatewayOptions['limits'] = {
  headerBytes: 16_384,
  headerCount: 100,
  targetBytes: 8_192,
  inspectedBodyBytes: 4_096,
  headersTimeoutMs: 5_000,
  bodyTimeoutMs: 5_000,
  sendTimeoutMs: 5_000,
  idleTimeoutMs: 5_000,
  connections: 1_000,
  connectionsPerAddress: 0,
};

/** The public door on a free port in front of `url`. */
export async function startDoor(
  url: string,
  { options = {}, settings = {}, deps = {} }: DoorOptions = {},
): Promise<Door> {
  const accesses: Door['accesses'] = [];
  const ended: Door['ended'] = [];
  const listeners = new Set<(revision: number) => void>();
  const current: GatewaySettings = {
    publicUrl: null,
    corsOrigins: [],
    login: {
      url: '/login',
      returnParam: 'return_to',
      mode: 'redirect',
      explainFirst: false,
      switchUrl: null,
    },
    pages: compilePages({ siteName: null, contact: null, showAddress: true, texts: {} }),
    tokenCookies: new Set(['session']),
    forwardCredentials: true,
    cookieNames: new Set(['session']),
    tokenPlaces: compileTokenPlaces([]),
    identityHeaders: compileIdentityHeaders({ passHeaders: [], allowHeaders: [] }),
    ...settings,
  };
  const gateway = createGateway(
    {
      host: '127.0.0.1',
      port: 0,
      usesProxyProtocol: () => false,
      ...options,
      upstream: { ...upstreamDefaults, url, ...options.upstream },
      limits: { ...limitDefaults, ...options.limits },
      websockets: { idleTimeoutMs: 5_000, origins: [], ...options.websockets },
    },
    {
      authorize: wordy,
      settings: () => current,
      isTrustedPeer: () => false,
      onAccess: (given, access) => void accesses.push({ answer: given, ...access }),
      onEnded: (given, how) => void ended.push({ answer: given, ...how }),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      isReady: () => true,
      log: pino({ level: 'silent' }),
      ...deps,
    },
  );
  const listening = await gateway.listen();
  return {
    ...gateway,
    port: Number(new URL(listening).port),
    accesses,
    ended,
    revise: () => listeners.forEach((listener) => listener(2)),
    stop: () => gateway.close(0),
  };
}

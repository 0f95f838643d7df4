import { pino } from 'pino';
import type { Answer } from '../../src/access/question.ts';
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
import { compileTokenPlaces } from '../../src/reading/token-places.ts';
import { compilePages } from '../../src/gateway/pages/page.ts';
import type { Judge } from './judge.ts';

export interface Door extends Gateway {
  readonly port: number;
  readonly accesses: ({ answer: Answer } & Access)[];
  readonly ended: ({ answer: Answer } & Ended)[];
  stop(): Promise<void>;
}

export interface DoorOptions {
  readonly options?: Partial<Omit<GatewayOptions, 'upstream' | 'limits' | 'websockets'>> & {
    readonly upstream?: Partial<GatewayOptions['upstream']>;
    readonly limits?: Partial<GatewayOptions['limits']>;
    readonly websockets?: Partial<GatewayOptions['websockets']>;
  };
  readonly settings?: Partial<GatewaySettings>;
  readonly judge: Judge;
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
  { options = {}, settings = {}, judge, deps = {} }: DoorOptions,
): Promise<Door> {
  const accesses: Door['accesses'] = [];
  const ended: Door['ended'] = [];
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
    hashPlaces: { cookies: new Set(), headers: new Set() },
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
      authorize: judge.authorize,
      settings: () => current,
      isTrustedPeer: judge.isTrustedPeer,
      onAccess: (given, access) => void accesses.push({ answer: given, ...access }),
      onEnded: (given, how) => void ended.push({ answer: given, ...how }),
      subscribe: judge.subscribe,
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
    stop: () => gateway.close(0),
  };
}

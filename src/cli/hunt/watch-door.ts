import type { Answer } from '../../access/question.ts';
import type { Config } from '../../config/index.ts';
import { compileCanaries } from '../../gateway/canaries/canaries.ts';
import { compileIdentityHeaders } from '../../gateway/identity-headers.ts';
import { createGateway, type GatewayDeps, type GatewaySettings } from '../../gateway/index.ts';
import { compilePages } from '../../gateway/pages/page.ts';
import { compileTokenPlaces } from '../../reading/token-places.ts';
import type { Spelling } from './spellings.ts';

/** What passes is told as it passes. */
export interface Passing {
  /** The platform has answered. */
  answered(one: Spelling, status: number): void;
  /** What it answered carries the phrase. */
  shows(one: Spelling): void;
  notSearched(why: string): void;
}

export interface WatchDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** Nobody is refused anything here: it is the person who watches that clicks. */
const letIn: Answer = {
  decision: { outcome: 'forward', reason: 'not-guarded' },
  resource: { kind: 'other', open: false },
  principal: { kind: 'anonymous', reason: 'no-credential' },
  client: { status: 'unknown', why: 'not asked for' },
  forwarding: { chain: [], peerTrusted: false },
  mode: 'enforce',
  enforced: true,
  revision: 0,
  stale: false,
};

function settingsOf({ pages, public: site }: Config, phrase: string): GatewaySettings {
  const login = {
    url: null,
    returnParam: '',
    mode: 'redirect',
    explainFirst: false,
    switchUrl: null,
  } as const;
  return {
    publicUrl: site.url,
    corsOrigins: [],
    login,
    pages: compilePages(pages),
    forwardCredentials: true,
    cookieNames: new Set(),
    tokenCookies: new Set(),
    tokenPlaces: compileTokenPlaces([]),
    hashPlaces: { cookies: new Set(), headers: new Set() },
    identityHeaders: compileIdentityHeaders({ passHeaders: [], allowHeaders: [] }),
    canaries: compileCanaries([{ name: 'phrase', phrase, action: 'alarm' }]),
  };
}

const silent = { warn: () => undefined, error: () => undefined } as object as GatewayDeps['log'];

/** Opens the gateway's own door on loopback, with nothing guarded behind it: bytes and WebSockets pass as they do there. */
export async function openWatchDoor(
  config: Config,
  { port, phrase }: { readonly port: number; readonly phrase: string },
  passing: Passing,
): Promise<WatchDoor> {
  const { upstream, websockets, limits } = config;
  const settings = settingsOf(config, phrase);
  const spellingOf = ({ method, target, headers }: Parameters<GatewayDeps['authorize']>[0]): Spelling => {
    const isJson = headers.some((text, at) => at % 2 === 1 && /^application\/(?:[\w.-]+\+)?json/i.test(text));
    return { method, target, family: 'seen', ...(isJson && method !== 'GET' && { json: '' }) };
  };
  const gateway = createGateway(
    { host: '127.0.0.1', port, upstream, websockets, limits, usesProxyProtocol: () => false },
    {
      authorize: () => letIn,
      settings: () => settings,
      isTrustedPeer: () => false,
      onAccess: () => undefined,
      onEnded: () => undefined,
      subscribe: () => () => undefined,
      isReady: () => true,
      log: silent,
      canarySink: {
        found: ({ asked }) => passing.shows(spellingOf(asked.question)),
        notSearched: (why) => passing.notSearched(why),
      },
      onUnguarded: (_answer, question, status) => passing.answered(spellingOf(question), status),
    },
  );
  const url = await gateway.listen();
  return { url, close: () => gateway.close(0) };
}

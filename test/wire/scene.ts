import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { startPlatform, type Person, type Platform } from '../support/platform.ts';
import { ask, type RawResponse } from '../support/raw.ts';
import { salesFirst, salesLast, stranger, type Case, type Credential } from './case.ts';

/** A platform and the gateways in front of it, as processes. */
export interface Scene {
  readonly platform: Platform;
  readonly gateways: Readonly<Record<'usual' | 'no-keys' | 'rejecting', GatewayProcess>>;
  readonly send: (one: Case) => Promise<RawResponse>;
  /** Calls the usual gateway's admin API, below its lists. */
  readonly manage: (method: string, path: string, body?: object) => Promise<Response>;
  readonly stop: () => Promise<void>;
}

const routes = [
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/api/bots/:botId/conversations/:conversationId/transcript', exact: true },
  { path: '/history', query: { botId: 'botId' } },
  { path: '/contacts/:contactId/conversations', bot: 'support', whitelist: false },
];

const issuer = (jwksUrl: string) => ({
  name: 'staff',
  issuer: 'stand-in',
  audience: 'transcript-gateway',
  keys: [{ jwksUrl }],
  from: ['bearer', 'cookie:session'],
  grants: ['member', 'contact', 'admin'],
});

/** The configuration of the usual gateway; `more` replaces whole sections. */
export const sceneConfig = (platform: Platform, more: Readonly<Record<string, unknown>> = {}) => ({
  upstream: { url: platform.url },
  routes,
  identity: { issuers: [issuer(`${platform.url}/jwks.json`)] },
  trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
  ...more,
});

const sales = { start: salesFirst, end: salesLast };

/** The lists that every gateway of the scene gets. */
type Lists = readonly (readonly [scope: string, settings: object, ranges: readonly object[]])[];

const whitelists = (fairEndsMs: number): Lists => [
  ['platform', { enabled: true }, [{ start: '198.51.100.0', end: '198.51.100.255' }]],
  ['bot:sales', { enabled: true }, [sales]],
  ['bot:off', { enabled: false }, [sales]],
  ['bot:optout', { enabled: true, inheritPlatform: false }, [sales]],
  ['bot:signed', { enabled: true, requireLogin: true }, [sales]],
  ['bot:open', { whenOff: 'anyone', inheritPlatform: false }, []],
  ['bot:watched', { mode: 'report' }, []],
  ['bot:fair', { enabled: true }, [{ ...sales, expiresAt: new Date(fairEndsMs).toISOString() }]],
];

/** A static token for the admin API, which works without any issuer's keys; and the file it is read from. */
function staticToken(): { token: string; dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), 'wire-test-'));
  const token = randomBytes(32).toString('hex');
  const file = join(dir, 'token');
  writeFileSync(file, token);
  return { token, dir, file };
}

const manager =
  (gateway: GatewayProcess, token: string): Scene['manage'] =>
  (method, path, body) =>
    fetch(`${gateway.privateUrl}/_gateway/api/v1/whitelists/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });

/** Writes the lists through the admin API. */
async function fillLists(manage: Scene['manage'], fairEndsMs: number): Promise<void> {
  const call = async (method: string, path: string, body: object) => {
    const response = await manage(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  for (const [scope, settings, ranges] of whitelists(fairEndsMs)) {
    for (const range of ranges) await call('POST', `${encodeURIComponent(scope)}/ranges`, range);
    await call('PATCH', encodeURIComponent(scope), settings);
  }
}

function foreignToken(): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'HS256' })}.${encode({ iss: 'https://elsewhere.example/', sub: 'x', exp: 4e9 })}`;
  return `${text}.${createHmac('sha256', 'secret').update(text).digest('base64url')}`;
}

async function makeTokens(platform: Platform): Promise<Record<Credential, string>> {
  const people: readonly Person[] = ['member', 'owner', 'super-admin', 'contact', 'outsider'];
  const [member = '', owner = '', superAdmin = '', contact = '', outsider = ''] = await Promise.all(
    people.map((person) => platform.token(person)),
  );
  return {
    member,
    owner,
    'super-admin': superAdmin,
    contact,
    outsider,
    expired: await platform.token('member', -3600),
    broken: `${member.slice(0, -8)}AAAAAAAA`,
    foreign: foreignToken(),
    opaque: 'opaque-token',
  };
}

const senders = {
  page: [
    'Accept',
    'text/html,application/xhtml+xml,*/*;q=0.8',
    'Sec-Fetch-Mode',
    'navigate',
    'Sec-Fetch-Dest',
    'document',
  ],
  frame: ['Accept', 'text/html,*/*;q=0.8', 'Sec-Fetch-Mode', 'navigate', 'Sec-Fetch-Dest', 'iframe'],
  api: ['Accept', '*/*'],
};

const upgrade = [
  'Connection',
  'Upgrade',
  'Upgrade',
  'websocket',
  'Sec-WebSocket-Version',
  '13',
  'Sec-WebSocket-Key',
  'dGhlIHNhbXBsZSBub25jZQ==',
];

/** The request of a case, as it goes over the wire. */
function bytesOf(one: Case, host: string, tokens: Record<Credential, string>): string {
  const { method = 'GET', target, sender = 'api', bearer, cookie, from = stranger, headers = [], body } = one;
  const own = headers.some((text, index) => index % 2 === 0 && text.toLowerCase() === 'content-length');
  const fields = [
    ...['Host', host],
    ...(one.upgrade ? upgrade : ['Connection', 'close']),
    ...senders[sender],
    ...(from === null ? [] : ['X-Forwarded-For', from]),
    ...(bearer === undefined ? [] : ['Authorization', `Bearer ${tokens[bearer]}`]),
    ...(cookie === undefined ? [] : ['Cookie', `theme=dark; session=${tokens[cookie]}`]),
    ...headers,
    ...(body === undefined || own ? [] : ['Content-Length', String(Buffer.byteLength(body))]),
  ];
  const lines = fields.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${fields[index + 1]}`] : []));
  return `${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts everything that the cases need, each gateway on a store of its own: where none is said, a folder. */
export async function startScene(
  storeOf: (gateway: string) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<Scene> {
  const platform = await startPlatform();
  const { token, dir, file } = staticToken();
  const admin = { tokenFile: file };
  const identity = { issuers: [issuer('http://127.0.0.1:9/jwks.json')] };
  const open = {
    routes: [...routes, { path: '/assets', open: true }, { path: '/login', open: true }],
    otherPaths: 'reject',
  };
  const [usual, noKeys, rejecting] = await Promise.all([
    startGateway({ config: sceneConfig(platform, { ...storeOf('usual'), admin }) }),
    startGateway({ config: sceneConfig(platform, { ...storeOf('no-keys'), identity, admin }) }),
    startGateway({ config: sceneConfig(platform, { ...storeOf('rejecting'), ...open }) }),
  ]);
  // A range that expires: late enough to be taken, soon enough to be waited for.
  const fairEndsMs = Date.now() + 8000;
  const manage = manager(usual, token);
  await Promise.all([fillLists(manage, fairEndsMs), fillLists(manager(noKeys, token), fairEndsMs)]);
  const gateways = { usual, 'no-keys': noKeys, rejecting };
  const tokens = await makeTokens(platform);
  return {
    platform,
    gateways,
    manage,
    async send(one) {
      if (one.target.includes('/fair/')) await pause(Math.max(0, fairEndsMs + 50 - Date.now()));
      const { host, port } = new URL(gateways[one.at ?? 'usual'].publicUrl);
      return ask(Number(port), bytesOf(one, host, tokens), { idleMs: one.upgrade ? 60 : 1000 });
    },
    async stop() {
      await Promise.all([...Object.values(gateways).map((gateway) => gateway.stop()), platform.stop()]);
      rmSync(dir, { recursive: true });
    },
  };
}

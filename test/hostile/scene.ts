import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { hmacSigner, seconds } from '../support/tokens.ts';
import { createLanes, type Lanes, type Outcome } from './lanes.ts';
import { SECRET, startRecordingUpstream, type RecordingUpstream } from './upstream.ts';

/** The running gateway, what it protects, and people who have the bot `a` and no other. */
export interface Scene {
  readonly upstream: RecordingUpstream;
  readonly gateway: GatewayProcess;
  readonly host: string;
  readonly lanes: Lanes;
  /** A member of bot `a`, and of nothing else. */
  readonly member: string;
  /** Somebody who is signed in, with access to no bot. */
  readonly outsider: string;
  request(parts: RequestParts): string;
  send(parts: RequestParts): Promise<Outcome>;
  /** Replaces sections of the configuration in the running process. */
  reload(sections: Readonly<Record<string, unknown>>): Promise<void>;
  /** Fails where the process has died or the platform saw bytes that are no request. */
  health(): Promise<string>;
  stop(): Promise<void>;
}

export interface RequestParts {
  /** The number of a row, as the platform is to see it. */
  readonly row: string;
  readonly target: string;
  readonly method?: string;
  /** Lines after the usual ones. */
  readonly headers?: readonly string[];
  /** The visitor's address, as the trusted proxy says it. */
  readonly from?: string | null;
  readonly body?: string;
}

export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'transcript-gateway';
/** An address on no list, and the only one that is on the list of bot `a`. */
export const STRANGER = '192.0.2.200';
export const LISTED = '203.0.113.7';

const routes = [
  { path: '/transcripts/:botId/:conversationId' },
  { path: '/api/bots/:botId/conversations/:conversationId/transcript', exact: true },
  { path: '/history', query: { botId: 'botId' } },
  { path: '/contacts/:contactId/conversations', bot: 'b', whitelist: false },
];

/** Writes the list of bot `a` through the admin API. */
async function listAddress(gateway: GatewayProcess, token: string): Promise<void> {
  const call = async (method: string, path: string, body: object) => {
    const url = `${gateway.privateUrl}/_gateway/api/v1/whitelists/${path}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  };
  await call('POST', 'bot%3Aa/ranges', { start: LISTED, end: LISTED });
  await call('PATCH', 'bot%3Aa', { enabled: true });
}

const signer = hmacSigner('HS256', 'hs-1', randomBytes(64));

/** The identity of the scene; tables with issuers of their own replace it. */
const identity = {
  issuers: [
    {
      ...{ name: 'staff', issuer: ISSUER, audience: AUDIENCE, from: ['bearer', 'cookie:session'] },
      ...{ grants: ['member', 'contact'] },
      keys: [{ kid: 'hs-1', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
    },
  ],
};

const tokenFor = (sub: string, bots: readonly string[]): string =>
  signer.sign({ iss: ISSUER, aud: AUDIENCE, sub, bots, iat: seconds(-10), exp: seconds(3600) });

/** Starts a platform and a gateway in front of it; `config` replaces whole sections. */
export async function startScene(config: Readonly<Record<string, unknown>> = {}): Promise<Scene> {
  const upstream = await startRecordingUpstream();
  const dir = mkdtempSync(join(tmpdir(), 'hostile-test-'));
  const adminToken = randomBytes(32).toString('hex');
  writeFileSync(join(dir, 'token'), adminToken);
  const gateway = await startGateway({
    config: {
      upstream: { url: upstream.url },
      ...{ routes, identity, trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' } },
      ...{ limits: { hostileTokensPerMinute: 0 }, admin: { tokenFile: join(dir, 'token') } },
      ...config,
    },
  });
  await listAddress(gateway, adminToken);
  const { host, port } = new URL(gateway.publicUrl);
  const lanes = createLanes(Number(port));
  const request = (parts: RequestParts): string => bytesOf(parts, host);
  return {
    ...{ upstream, gateway, host, lanes, request },
    member: tokenFor('ada', ['a']),
    outsider: tokenFor('eve', []),
    send: (parts) => lanes.send(request(parts)),
    reload: (sections) => reload(gateway, sections),
    async health() {
      const answer = await lanes.send(request({ row: 'health', target: '/_gateway/healthz' }));
      const status = answer === 'closed' ? 'closed' : String(answer.status);
      return [status, ...upstream.broken].join('\n');
    },
    async stop() {
      lanes.close();
      await gateway.stop();
      await upstream.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function bytesOf(
  { row, target, method = 'GET', headers = [], from = STRANGER, body }: RequestParts,
  host: string,
) {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    `X-Row: ${row}`,
    ...(from === null ? [] : [`X-Forwarded-For: ${from}`]),
    ...headers,
    ...(body === undefined ? [] : [`Content-Length: ${body.length}`]),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

async function reload(gateway: GatewayProcess, sections: Readonly<Record<string, unknown>>): Promise<void> {
  const done = () => gateway.logs.filter((line) => line['msg'] === 'reloaded').length;
  const before = done();
  const config: unknown = parse(readFileSync(gateway.configFile, 'utf8'));
  writeFileSync(gateway.configFile, stringify({ ...(config as object), ...sections }));
  gateway.signal('SIGHUP');
  for (let i = 0; done() === before; i++) {
    if (i > 500) throw new Error(`not reloaded: ${JSON.stringify(gateway.logs.at(-1))}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** True where an answer has what only the platform says. */
export function shows(outcome: Outcome): boolean {
  return outcome !== 'closed' && outcome.body.includes(SECRET);
}

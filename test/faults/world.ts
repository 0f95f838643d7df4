import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createRawServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startGateway, type GatewayProcess } from '../support/gateway-process.ts';
import { createSigner, seconds, type Signer } from '../support/tokens.ts';

/** What no answer to a stranger may hold. */
export const SECRET = 'what-was-said-in-private';

export const issuer = 'https://issuer.example/';
export const audience = 'transcript-gateway';
export const adminToken = 'a-static-token-for-this-run-only';

/** A platform that the experiment can change while it runs; counts what reaches it. */
export interface Origin {
  readonly url: string;
  readonly port: number;
  readonly hits: () => number;
  answer(listener: RequestListener): void;
  close(): Promise<void>;
}

const friendly: RequestListener = (incoming, response) => {
  incoming.resume();
  const transcript = incoming.url?.startsWith('/transcripts/') ?? false;
  response.setHeader('content-type', 'text/plain');
  response.end(transcript ? `${SECRET} ${incoming.url ?? ''}` : 'a page');
};

export async function startOrigin(): Promise<Origin> {
  let hits = 0;
  let listener = friendly;
  const server: Server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    hits += 1;
    listener(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    hits: () => hits,
    answer: (next) => (listener = next),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A platform on a bare socket: what it writes is what the gateway gets. */
export async function startRawOrigin(
  onConnection: (socket: Socket) => void,
): Promise<Omit<Origin, 'answer'>> {
  const sockets = new Set<Socket>();
  let hits = 0;
  const server = createRawServer((socket) => {
    hits += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    hits: () => hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

export const signer: Signer = createSigner('HS256', 'hs-1');

export const tokenOf = (sub: string, claims: object = {}): string =>
  signer.sign({ sub, iss: issuer, aud: audience, exp: seconds(3600), bots: ['a'], ...claims });

/** The configuration of an experiment's gateway: bots by token, addresses by a header that loopback may set. */
export function configOf(upstream: string, over: object = {}): Record<string, unknown> {
  return {
    upstream: { url: upstream },
    routes: [{ path: '/transcripts/:botId/:conversationId' }],
    identity: {
      issuers: [
        {
          name: 'staff',
          issuer,
          audience,
          keys: [{ kid: 'hs-1', algorithm: 'HS256', secretBase64: signer.secret.toString('base64') }],
          from: ['bearer', 'cookie:session'],
          grants: ['member', 'admin'],
        },
      ],
    },
    trustedProxies: { cidrs: ['127.0.0.1/32'], source: 'x-forwarded-for' },
    admin: { token: adminToken },
    log: { level: 'warn' },
    ...over,
  };
}

export const gatewayFor = (upstream: string, over: object = {}): Promise<GatewayProcess> =>
  startGateway({ config: configOf(upstream, over) });

/** One call of the admin API. */
export async function admin(
  gateway: Pick<GatewayProcess, 'privateUrl'>,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await request(`${gateway.privateUrl}/_gateway/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  return {
    status: response.statusCode,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

/** Lists 203.0.113.0–9 for bot a and switches its list on; the id of the range. */
export async function listAddresses(gateway: GatewayProcess): Promise<string> {
  const made = await admin(gateway, 'POST', '/whitelists/bot%3Aa/ranges', {
    start: '203.0.113.0',
    end: '203.0.113.9',
  });
  await admin(gateway, 'PATCH', '/whitelists/bot%3Aa', { enabled: true });
  return String(made.body['id']);
}

export type Visitor = 'member' | 'listed' | 'stranger';

const headersOf: Record<Visitor, () => Record<string, string>> = {
  member: () => ({ authorization: `Bearer ${member}`, 'x-forwarded-for': '192.0.2.1' }),
  listed: () => ({ 'x-forwarded-for': '203.0.113.5' }),
  stranger: () => ({ 'x-forwarded-for': '192.0.2.2' }),
};
const member = tokenOf('member');

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One request of a visitor; status 0 where no answer came. */
export async function visit(
  url: string,
  visitor: Visitor,
  options: { path?: string; agent?: Agent; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const started = performance.now();
  const { path = '/transcripts/a/1', agent, headers = {} } = options;
  try {
    const response = await request(`${url}${path}`, {
      headers: { ...headersOf[visitor](), ...headers },
      ...(agent && { dispatcher: agent }),
    });
    const body = await response.body.text();
    return { status: response.statusCode, body, ms: performance.now() - started, headers: response.headers };
  } catch (error) {
    return { status: 0, body: String(error), ms: performance.now() - started, headers: {} };
  }
}

/** What a load saw: by visitor and status, how long, and how often a stranger read a transcript. */
export interface Tally {
  readonly counts: Record<string, number>;
  readonly sent: number;
  readonly leaks: number;
  readonly ms: number[];
}

/** A steady load of members, listed addresses and strangers until it is stopped. */
export function startLoad(
  urlOf: () => string,
  { loops = 8, pauseMs = 2, visitors = ['member', 'listed', 'stranger'] as readonly Visitor[] } = {},
): { stop(): Promise<Tally>; tally: Tally } {
  const counts: Record<string, number> = {};
  const tally = { counts, sent: 0, leaks: 0, ms: [] as number[] };
  const agent = new Agent({ connections: loops, keepAliveTimeout: 1_000 });
  let going = true;
  const loop = async (turn: number): Promise<void> => {
    for (let i = turn; going; i += 1) {
      const visitor = visitors[i % visitors.length] ?? 'stranger';
      const { status, body, ms } = await visit(urlOf(), visitor, { agent });
      counts[`${visitor} ${status}`] = (counts[`${visitor} ${status}`] ?? 0) + 1;
      tally.sent += 1;
      tally.ms.push(ms);
      if (visitor === 'stranger' && (status === 200 || body.includes(SECRET))) tally.leaks += 1;
      await sleep(pauseMs);
    }
  };
  const loops_ = Promise.all(Array.from({ length: loops }, (_, turn) => loop(turn)));
  return {
    tally,
    async stop() {
      going = false;
      await loops_;
      await agent.close();
      return tally;
    },
  };
}

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

/** True once the condition holds, false where it does not in time. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (const end = performance.now() + timeoutMs; performance.now() < end; await sleep(20)) {
    if (await holds()) return true;
  }
  return holds();
}

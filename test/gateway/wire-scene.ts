import type { Test } from 'tap';
import type { Authorize } from '../../src/access/question.ts';
import { compileIdentityHeaders } from '../../src/gateway/identity-headers.ts';
import { ask, type RawResponse } from '../support/raw.ts';
import { startUpstream, type Seen } from '../support/upstreams.ts';
import { startDoor, type Door, type DoorOptions } from './door.ts';
import { startJudge, type Judge, type JudgeOptions } from './judge.ts';

export { get, host } from './visitor.ts';
export const html = 'Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8';
/** What the proxy in front of the door `proxied` says of a visitor. */
export const viaProxy = 'X-Forwarded-For: 198.51.100.7';

/** Doors that differ by what their judges go by. */
const judges = {
  plain: {},
  /** This machine is a trusted proxy. */
  proxied: { proxies: ['127.0.0.0/8', '10.0.0.0/8'] },
  /** Other paths are not open. */
  narrow: { otherPaths: 'reject' },
  /** No policy is known. */
  unknowing: { loads: false },
  /** The keys cannot be had. */
  keyless: { keys: [{ jwksUrl: 'http://127.0.0.1:9/keys' }] },
  broken: {},
} satisfies Readonly<Record<string, JudgeOptions>>;
export type Place = keyof typeof judges;

/** What no real judge does: it throws, at once or later. */
const breaking: Authorize = ({ target }) => {
  const error = new Error('a secret that must not get out');
  if (target === '/t/broken/1') throw error;
  return Promise.reject(error);
};

export interface Row {
  readonly name: string;
  /** Where it is sent; the plain door where nothing is said. */
  readonly at?: Place;
  readonly send: string;
  readonly status: number;
  /** X-Gateway-Reason; answers of the upstream's own have none. */
  readonly reason?: string;
  /** Header and what its value must match; null: it must not be there. */
  readonly answer?: Readonly<Record<string, RegExp | null>>;
  /** What the upstream received; undefined: nothing. */
  readonly upstream?: {
    readonly target?: string;
    readonly method?: string;
    readonly body?: string;
    /** Lines that it must have received, as `name: value`, in any case of the name. */
    readonly has?: readonly string[];
    /** Names of which it must have received none, in lower case. */
    readonly lacks?: readonly string[];
  };
}

const settings: NonNullable<DoorOptions['settings']> = {
  corsOrigins: ['https://app.example'],
  identityHeaders: compileIdentityHeaders({
    passHeaders: ['X-Forwarded-User', 'x-auth-request-email', 'X-Our-Sso'],
    allowHeaders: ['Tailscale-User-Name'],
  }),
};

/** Doors with real judges in front of one upstream; each starts when it is first asked for. */
export async function startWire() {
  const upstream = await startUpstream((request, response) => {
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Cache-Control', 'public, max-age=60');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.end(request.method === 'HEAD' ? undefined : 'upstream');
  });
  const started = new Map<Place, Promise<{ readonly judge: Judge; readonly door: Door }>>();
  const start = async (place: Place) => {
    const judge = await startJudge(judges[place]);
    const deps = place === 'broken' ? { authorize: breaking } : {};
    return { judge, door: await startDoor(upstream.url, { judge, settings, deps }) };
  };
  const port = async (place: Place = 'plain'): Promise<number> => {
    const one = started.get(place) ?? start(place);
    started.set(place, one);
    return (await one).door.port;
  };
  return {
    port,
    take: () => upstream.take(),
    async checkAll(t: Test, rows: readonly Row[]): Promise<void> {
      for (const row of rows)
        await t.test(row.name, async (t) => {
          const response = await ask(await port(row.at), row.send);
          check(t, row, response, upstream.take());
        });
    },
    async stop(): Promise<void> {
      for (const { judge, door } of await Promise.all(started.values())) {
        await door.stop();
        await judge.stop();
      }
      await upstream.stop();
    },
  };
}

function check(t: Test, row: Row, response: RawResponse, seen: readonly Seen[]): void {
  t.equal(response.status, row.status, 'status');
  t.ok(response.complete, 'a whole answer');
  t.equal(response.headers['x-gateway-reason'], row.reason, 'reason');
  if (row.reason !== undefined) t.match(response.headers['x-request-id'], /./, 'a request id');
  for (const [name, value] of Object.entries(row.answer ?? {}))
    if (value === null) t.notOk(name in response.headers, `no ${name}`);
    else t.match(response.headers[name], value, name);
  if (row.send.startsWith('HEAD')) t.equal(response.body, '');
  t.equal(seen.length, row.upstream === undefined ? 0 : 1, 'requests that reached the upstream');
  const [received] = seen;
  if (received === undefined || row.upstream === undefined) return;
  const { target, method, body, has = [], lacks = [] } = row.upstream;
  if (target !== undefined) t.equal(received.target, target, 'target');
  if (method !== undefined) t.equal(received.method, method, 'method');
  if (body !== undefined) t.equal(received.body, body, 'body');
  const got = received.rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [`${name.toLowerCase()}: ${received.rawHeaders[i + 1] ?? ''}`] : [],
  );
  for (const line of has) {
    const at = line.indexOf(':');
    t.ok(got.includes(line.slice(0, at).toLowerCase() + line.slice(at)), `it received ${line}`);
  }
  for (const line of lacks)
    t.notOk(
      got.some((one) => one === line || one.startsWith(`${line}:`)),
      `it did not receive ${line}`,
    );
}

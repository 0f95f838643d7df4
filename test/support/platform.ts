import { fileURLToPath } from 'node:url';
import { startChild } from './child.ts';

/** A request as the platform received it: raw. */
export interface Received {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  readonly upgrade: boolean;
  readonly aborted: boolean;
  readonly body: { readonly bytes: number; readonly text: string; readonly sha256?: string };
}

export type Person = 'member' | 'owner' | 'super-admin' | 'contact' | 'outsider';

export interface Platform {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What it received since the last call, and forgets it. */
  readonly take: () => Promise<Received[]>;
  /** A session token of one of its people; negative seconds: one that has expired. */
  readonly token: (person: Person, seconds?: number) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const programOf = (name: string): string =>
  fileURLToPath(new URL(`../../docker/${name}.mjs`, import.meta.url));

/** The platform whose sessions are opaque. */
export interface SessionPlatform extends Pick<Platform, 'url' | 'host' | 'take' | 'stop'> {
  /** Signs somebody in; resolves with the Cookie header of their browser. Given one, its session goes on. */
  readonly signIn: (user: string, cookie?: string) => Promise<string>;
  readonly signOut: (cookie: string) => Promise<void>;
  /** How its own who-am-I calls behave from now on, e.g. `status:500`; `well` as usual. */
  readonly mood: (check: string) => Promise<void>;
}

/** The first value of a header, whatever the case of its name; undefined where it is absent. */
export function header(received: Pick<Received, 'rawHeaders'>, name: string): string | undefined {
  const at = received.rawHeaders.findIndex(
    (text, index) => index % 2 === 0 && text.toLowerCase() === name.toLowerCase(),
  );
  return at === -1 ? undefined : received.rawHeaders[at + 1];
}

function toReceived(value: unknown): Received[] {
  // What our own stand-in writes; its shape is the interface above.
  return Array.isArray(value) ? value.map((entry: Received) => entry) : [];
}

/** Starts the stand-in chat platform on a free port; `flags` as its `--help` says. */
export async function startPlatform(flags: readonly string[] = []): Promise<Platform> {
  const child = startChild([programOf('stand-in-platform'), '--port', '0', ...flags], {
    ...process.env,
    NODE_V8_COVERAGE: undefined,
  });
  const ready = await child.line((line) => line['msg'] === 'ready');
  const url = String(ready['url']);
  return {
    url,
    host: new URL(url).host,
    port: Number(new URL(url).port),
    take: () => takeFrom(url),
    async token(person, seconds) {
      const more = seconds === undefined ? '' : `&seconds=${seconds}`;
      return (await fetch(`${url}/token?as=${person}${more}`)).text();
    },
    async stop() {
      await child.end('SIGTERM');
    },
  };
}

async function takeFrom(url: string): Promise<Received[]> {
  const received = toReceived(await (await fetch(`${url}/debug/requests`)).json());
  await fetch(`${url}/debug/requests`, { method: 'DELETE' });
  return received;
}

/** Starts the second stand-in; `flags` as its `--help` says. */
export async function startSessionPlatform(flags: readonly string[] = []): Promise<SessionPlatform> {
  const child = startChild([programOf('stand-in-sessions'), '--port', '0', ...flags], {
    ...process.env,
    NODE_V8_COVERAGE: undefined,
  });
  const ready = await child.line((line) => line['msg'] === 'ready');
  const url = String(ready['url']);
  return {
    url,
    host: new URL(url).host,
    take: () => takeFrom(url),
    signIn: (user, cookie) => signInAt(url, user, cookie),
    async signOut(cookie) {
      await fetch(`${url}/logout`, { headers: { cookie }, redirect: 'manual' });
    },
    async mood(check) {
      await fetch(`${url}/mood?check=${check}`);
    },
    async stop() {
      await child.end('SIGTERM');
    },
  };
}

/** By the login form, at the platform itself or through what stands in front of it. */
export async function signInAt(base: string, user: string, cookie = ''): Promise<string> {
  const answer = await fetch(`${base}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
    body: `user=${user}`,
    redirect: 'manual',
  });
  const set = answer.headers.getSetCookie().map((text) => text.split(';', 1)[0] ?? '');
  return set.length === 0 ? cookie : set.join('; ');
}

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

const program = fileURLToPath(new URL('../../docker/stand-in-platform.mjs', import.meta.url));

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
  const child = startChild([program, '--port', '0', ...flags], {
    ...process.env,
    NODE_V8_COVERAGE: undefined,
  });
  const ready = await child.line((line) => line['msg'] === 'ready');
  const url = String(ready['url']);
  return {
    url,
    host: new URL(url).host,
    port: Number(new URL(url).port),
    async take() {
      const received = toReceived(await (await fetch(`${url}/debug/requests`)).json());
      await fetch(`${url}/debug/requests`, { method: 'DELETE' });
      return received;
    },
    async token(person, seconds) {
      const more = seconds === undefined ? '' : `&seconds=${seconds}`;
      return (await fetch(`${url}/token?as=${person}${more}`)).text();
    },
    async stop() {
      await child.end('SIGTERM');
    },
  };
}

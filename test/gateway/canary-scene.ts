import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { compileCanaries } from '../../src/gateway/canaries/canaries.ts';
import type { FoundCanary } from '../../src/gateway/canaries/watched.ts';
import { startDoor } from './door.ts';
import type { Judge } from './judge.ts';

export const phrase = 'the parcel is behind the grüne door';
const canaries = (action: 'alarm' | 'refuse') =>
  compileCanaries([
    { name: 'other', phrase: 'nobody ever writes this', action: 'refuse' },
    { name: 'print', phrase, action },
  ]);

/** A door that looks for canaries, and what it was told. */
export async function watchingDoor(judge: Judge, url: string, action: 'alarm' | 'refuse') {
  const found: string[] = [];
  const notSearched: string[] = [];
  const door = await startDoor(url, {
    judge,
    settings: { canaries: canaries(action) },
    deps: {
      canarySink: {
        found: ({ name, asked }: FoundCanary) => void found.push(`${name} ${asked.question.target}`),
        notSearched: (why) => void notSearched.push(why),
      },
    },
  });
  return { door, found, notSearched };
}

type Answers = (request: IncomingMessage, response: ServerResponse) => void;

export async function startPlatform(answer: Answers): Promise<{ url: string; server: Server }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => (server.closeAllConnections(), server.close()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

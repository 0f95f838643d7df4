import { randomBytes } from 'node:crypto';
import { open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createTurns } from '../in-turn.ts';
import { MAX_SIGHTS, NO_ROOM, type LinkSights } from '../link-sights.ts';

interface Opened {
  readonly secret: string;
  readonly seen: Map<string, number>;
  readonly file: FileHandle;
  /** True where the last line may be torn: the next one begins anew. */
  torn: boolean;
}

const SECRET = /^secret ([0-9a-f]{64})$/m;
const SIGHT = /^([\w-]{22}) (\d{10})$/gm;

/** `links.log` in the folder of the embedded store: one line for the secret, then one for each digest. */
export function createFileLinkSights(dir: string): LinkSights {
  let opening: Promise<Opened> | undefined;
  const opened = (): Promise<Opened> => {
    opening ??= openFile(join(dir, 'links.log')).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  const inTurn = createTurns();
  return {
    secret: async () => (await opened()).secret,
    find: async (digests) => earliest((await opened()).seen, digests),
    note: async (digests, atSeconds) => {
      const sights = await opened();
      return inTurn(() => note(sights, digests, atSeconds));
    },
    close: () => void opening?.then(({ file }) => file.close()).catch(() => undefined),
  };
}

async function openFile(path: string): Promise<Opened> {
  const secret = `secret ${randomBytes(32).toString('hex')}\n`;
  await writeFile(path, secret, { mode: 0o600, flag: 'wx', flush: true }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const text = await readFile(path, 'latin1');
  const [, kept] = SECRET.exec(text) ?? [];
  // Without it every link would be new.
  if (kept === undefined) throw new Error(`${path} cannot be read: its first line is missing`);
  const seen = new Map<string, number>();
  for (const [, digest = '', at] of text.matchAll(SIGHT)) if (!seen.has(digest)) seen.set(digest, Number(at));
  return { secret: kept, seen, file: await open(path, 'a', 0o600), torn: !text.endsWith('\n') };
}

async function note(sights: Opened, digests: readonly string[], atSeconds: number): Promise<number> {
  const { seen, file } = sights;
  const known = earliest(seen, digests);
  if (known !== undefined) return known;
  if (seen.size + digests.length > MAX_SIGHTS) throw new Error(NO_ROOM);
  const lines = digests.map((digest) => `${digest} ${String(atSeconds)}\n`).join('');
  const begin = sights.torn ? '\n' : '';
  sights.torn = true;
  await file.appendFile(begin + lines, 'latin1');
  sights.torn = false;
  for (const digest of digests) seen.set(digest, atSeconds);
  return atSeconds;
}

function earliest(seen: ReadonlyMap<string, number>, digests: readonly string[]): number | undefined {
  const known = digests.flatMap((digest) => seen.get(digest) ?? []);
  return known.length === 0 ? undefined : Math.min(...known);
}

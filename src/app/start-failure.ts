import { once } from 'node:events';
import { createServer } from 'node:net';

interface Place {
  readonly host: string;
  readonly port: number;
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Waits for a door to open; where it cannot, the error names the setting that says where it is. */
export async function opening<T>(door: 'public' | 'private', place: Place, opened: Promise<T>): Promise<T> {
  return opened.catch((cause: unknown) => {
    throw new Error(whyClosed(door, place, cause), { cause });
  });
}

/** Opens both doors and closes them again; rejects as `opening` does where one cannot open. */
export async function tryDoors(doors: { readonly public: Place; readonly private: Place }): Promise<void> {
  for (const door of ['public', 'private'] as const) {
    const { host, port } = doors[door];
    const server = createServer().listen({ host, port });
    await opening(door, doors[door], once(server, 'listening'));
    await new Promise((resolve) => server.close(resolve));
  }
}

function whyClosed(door: string, { host, port }: Place, error: unknown): string {
  const code = codeOf(error) ?? '';
  if (code === 'EADDRINUSE') return `${door}.port ${port} is taken (${code})`;
  if (code === 'EACCES') return `${door}.port ${port} may not be opened by this user (${code})`;
  if (noAddress.has(code)) return `${door}.host ${host} is no address of this machine (${code})`;
  return `${door}.host ${host}, ${door}.port ${port}: ${messageOf(error)}`;
}

const noAddress = new Set(['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL']);

/** The same for whatever else a setting names. */
export async function using<T>(setting: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    // With what caused it in its turn: the log joins the messages of causes, and would say this one twice.
    throw new Error(`${setting}: ${messageOf(error)}`, error instanceof Error ? { cause: error.cause } : {});
  });
}

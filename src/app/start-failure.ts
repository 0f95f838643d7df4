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

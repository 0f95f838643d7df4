import { readFile, stat } from 'node:fs/promises';
import { own, readJsonObject, type JsonObject } from '../json.ts';
import type { Source, SourceAnswer } from './options.ts';

/** Asks a file, which is looked at again when its time or size has changed. */
export function createFileSource(path: string): Source {
  let held: { readonly stamp: string; readonly table: JsonObject } | undefined;
  const load = async (): Promise<JsonObject | string> => {
    const { mtimeMs, size, ino } = await stat(path);
    const stamp = `${String(mtimeMs)} ${String(size)} ${String(ino)}`;
    if (held?.stamp === stamp) return held.table;
    const table = readJsonObject(await readFile(path, 'utf8'));
    if (table === undefined) return `${path} is no JSON object, or has a member twice`;
    held = { stamp, table };
    return table;
  };
  return {
    async ask(conversation): Promise<SourceAnswer> {
      const table = await load().catch((error: unknown) => `${path} cannot be read: ${codeOf(error)}`);
      if (typeof table === 'string') return { kind: 'unavailable', why: table };
      const value = own(table, conversation);
      return value === undefined ? { kind: 'missing' } : { kind: 'value', value };
    },
    close: () => Promise.resolve(),
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

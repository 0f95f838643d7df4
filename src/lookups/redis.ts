import { readJsonObject } from '../json.ts';
import type { Source, SourceAnswer } from './options.ts';

/** The one command of Redis that is needed. Rejects where it cannot be asked. */
export type ReadHash = (key: string, field: string) => Promise<string | null>;

/** Asks a hash of Redis. */
export function createHashSource(key: string, read: ReadHash, timeoutMs: number): Source {
  return {
    async ask(conversation): Promise<SourceAnswer> {
      const late = new AbortController();
      try {
        const text = await Promise.race([read(key, conversation), lateAfter(timeoutMs, late.signal)]);
        if (text === null) return { kind: 'missing' };
        return { kind: 'value', value: readJsonObject(text) ?? text };
      } catch (error) {
        return { kind: 'unavailable', why: error instanceof Error ? error.message : String(error) };
      } finally {
        late.abort();
      }
    },
    close: () => Promise.resolve(),
  };
}

function lateAfter(timeoutMs: number, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`it did not answer within ${String(timeoutMs)} ms`)),
      timeoutMs,
    );
    over.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
}

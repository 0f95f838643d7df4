import { Agent, request } from 'undici';
import { isObject, own } from '../json.ts';
import { remoteKey, type VerifyKey } from './key.ts';

const MAX_BYTES = 256 * 1024;
const MAX_KEYS = 128;

/** A remote key set's address, and the means to ask it. */
export interface JwksFetcher {
  /** Keys of a good answer; throws an Error whose message is one plain sentence for operators. */
  fetch(known: ReadonlyMap<string, VerifyKey>): Promise<readonly VerifyKey[]>;
  close(): Promise<void>;
}

/** Asks one URL: a connection of its own for each answer, no redirects, one time limit for all of it, 256 KiB. */
export function createJwksFetcher(url: string, timeoutMs: number): JwksFetcher {
  const dispatcher = new Agent({ connections: 1, pipelining: 0, connect: { timeout: timeoutMs } });
  async function load(): Promise<string> {
    const answer = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      reset: true,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      headers: { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' },
    });
    if (answer.statusCode !== 200) {
      answer.body.on('error', () => undefined).destroy();
      throw new Error(`it answered ${String(answer.statusCode)}`);
    }
    return readBody(answer.body);
  }
  return {
    async fetch(known) {
      const text = await load().catch((error: unknown) => {
        throw new Error(inWords(error, timeoutMs), { cause: error });
      });
      return readKeys(text, known);
    },
    close: () => dispatcher.destroy(),
  };
}

async function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > MAX_BYTES) throw new Error('its answer is longer than 256 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The set's usable keys. A set without any is a broken answer: nobody means to switch every login off. */
function readKeys(text: string, known: ReadonlyMap<string, VerifyKey>): readonly VerifyKey[] {
  const jwks = parse(text);
  const entries = isObject(jwks) ? own(jwks, 'keys') : undefined;
  if (!Array.isArray(entries)) throw new Error('its answer is not a JSON Web Key Set');
  if (entries.length > MAX_KEYS) throw new Error(`its answer has more than ${String(MAX_KEYS)} keys`);
  const keys = entries.map((entry) => remoteKey(entry, known)).filter((key) => key !== undefined);
  if (keys.length === 0) throw new Error('its answer has no key that can verify tokens');
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('its answer is not JSON');
  }
}

function inWords(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'it could not be asked';
  if (
    error.name === 'TimeoutError' ||
    error.name === 'HeadersTimeoutError' ||
    error.name === 'BodyTimeoutError'
  )
    return `it did not answer within ${String(timeoutMs)} ms`;
  if (error.name === 'HTTPParserError') return 'its answer is not HTTP';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code === undefined ? error.message || error.name : `it could not be asked (${code})`;
}

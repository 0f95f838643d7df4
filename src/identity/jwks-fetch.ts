import { Agent, request } from 'undici';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { discoveryUrls, keySetUrl } from './discovery.ts';
import type { VerifyKey } from './key.ts';
import { readKeys } from './key-set.ts';
import type { SourceKind } from './key-source.ts';

const MAX_BYTES = 256 * 1024;

/** A remote key set's address, and the means to ask it. */
export interface KeyFetcher {
  /** Keys of a good answer; throws an Error whose message is one plain sentence for operators. */
  fetch(known: ReadonlyMap<string, VerifyKey>): Promise<readonly VerifyKey[]>;
  close(): Promise<void>;
}

/**
 * Asks one URL, or the one that an issuer's discovery document names each time anew: a connection of its own for each
 * answer, no redirects, one time limit for all of it, 256 KiB.
 */
export function createKeyFetcher(url: string, kind: SourceKind, timeoutMs: number): KeyFetcher {
  const dispatcher = new Agent({ connections: 1, pipelining: 0, connect: { timeout: timeoutMs } });
  const loadAll = async (): Promise<string> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const ask = (at: string): Promise<string> => load(dispatcher, at, signal, timeoutMs);
    return ask(kind === 'key-set' ? url : await discover(url, ask));
  };
  return {
    async fetch(known) {
      const text = await loadAll().catch((error: unknown) => {
        throw new Error(inWords(error, timeoutMs), { cause: error });
      });
      return readKeys(text, known);
    },
    close: () => dispatcher.destroy(),
  };
}

async function load(dispatcher: Agent, url: string, signal: AbortSignal, timeoutMs: number): Promise<string> {
  const answer = await request(url, {
    dispatcher,
    signal,
    reset: true,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    headers: { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' },
  });
  if (answer.statusCode !== 200) {
    answer.body.on('error', () => undefined).destroy();
    throw new Error(`it answered ${String(answer.statusCode)}`);
  }
  const encoding = String(answer.headers['content-encoding'] ?? 'identity').toLowerCase();
  return decoded(await readBody(answer.body), encoding);
}

/** OpenID Connect's place first, then OAuth's (RFC 8414). */
async function discover(issuer: string, ask: (url: string) => Promise<string>): Promise<string> {
  const [first, ...others] = discoveryUrls(issuer);
  let text = ask(first);
  for (const url of others) text = text.catch(() => ask(url));
  return keySetUrl(await text, issuer);
}

/** Some servers compress whatever Accept-Encoding says. */
function decoded(body: Buffer, encoding: string): string {
  const limit = { maxOutputLength: MAX_BYTES };
  try {
    switch (encoding) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit).toString('utf8');
      case 'deflate':
        return inflateSync(body, limit).toString('utf8');
      case 'br':
        return brotliDecompressSync(body, limit).toString('utf8');
    }
  } catch {
    throw new Error(`its answer cannot be read as ${encoding}, or is longer than 256 KiB`);
  }
  return body.toString('utf8');
}

async function readBody(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > MAX_BYTES) throw new Error('its answer is longer than 256 KiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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

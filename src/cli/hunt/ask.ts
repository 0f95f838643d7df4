import { Agent, errors } from 'undici';
import type { Config } from '../../config/index.ts';
import { hasPhrase } from './phrase.ts';
import type { Spelling } from './spellings.ts';

/** What the platform answered. */
export interface Answered {
  readonly status: number;
  readonly hasPhrase: boolean;
  readonly text: string;
  /** Where a redirect leads. */
  readonly location?: string;
}

export interface Asker {
  /** Undefined: no answer in time, or none that is one. */
  ask(one: Spelling, as: 'given' | 'stranger'): Promise<Answered | undefined>;
  close(): Promise<void>;
}

const HEAD_MS = 15_000;
const WHOLE_MS = 20_000;
const MAX_BYTES = 4_194_304;
const MAX_WAIT_MS = 10_000;

/** Asks the platform itself, and nobody else: each target as it stands, no redirect followed. */
export function createAsker(config: Config, host: string, phrase: string, cookie: string | undefined): Asker {
  const { url, connectTimeoutMs, ca } = config.upstream;
  const origin = new URL(url).origin;
  const timeout = Math.min(connectTimeoutMs, HEAD_MS);
  const agent = new Agent({ connections: 4, connect: { timeout, ...(ca === undefined ? {} : { ca }) } });
  const isHttps = config.public.url?.startsWith('https:') === true;
  const usual = {
    host,
    accept: 'text/html,application/json;q=0.9,*/*;q=0.8',
    'accept-encoding': 'identity',
    'user-agent': 'transcript-gateway (hunt)',
    ...(isHttps && { 'x-forwarded-proto': 'https' }),
  };
  const once = async (
    { method, target }: Spelling,
    as: 'given' | 'stranger',
  ): Promise<Answered & { waitMs?: number }> => {
    const form = method === 'POST' && { 'content-type': 'application/x-www-form-urlencoded' };
    const headers = { ...usual, ...form, ...(cookie !== undefined && as === 'given' && { cookie }) };
    const signal = AbortSignal.timeout(WHOLE_MS);
    const answer = await agent.request({
      origin,
      path: target,
      method,
      headers,
      headersTimeout: HEAD_MS,
      signal,
      ...(form && { body: '' }),
    });
    const text = await readSome(answer.body);
    const { location, 'retry-after': retryAfter } = answer.headers;
    const said = `${Object.values(answer.headers).flat().join('\n')}\n${text}`;
    return {
      status: answer.statusCode,
      hasPhrase: hasPhrase(said, phrase),
      text,
      ...(typeof location === 'string' && { location }),
      ...(answer.statusCode === 429 && { waitMs: Math.min(MAX_WAIT_MS, 1000 * (Number(retryAfter) || 2)) }),
    };
  };
  return {
    async ask(one, as) {
      try {
        const first = await once(one, as);
        if (first.waitMs === undefined) return first;
        await new Promise((resolve) => setTimeout(resolve, first.waitMs));
        const second = await once(one, as);
        return second.waitMs === undefined ? second : undefined;
      } catch (error) {
        // A target that no client can send is none that a visitor can.
        if (error instanceof errors.InvalidArgumentError) return { status: 0, hasPhrase: false, text: '' };
        return undefined;
      }
    },
    close: () => agent.destroy(),
  };
}

/** As much of a body as came in time; bytes that are no UTF-8 are latin1. */
async function readSome(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      length += part.length;
      if (length >= MAX_BYTES) break;
    }
  } catch {
    // A stream that goes on, or was cut: what came of it counts.
  }
  const bytes = Buffer.concat(parts);
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? `${text}\n${bytes.toString('latin1')}` : text;
}

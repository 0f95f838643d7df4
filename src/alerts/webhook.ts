import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';
import type { Alert } from './alert.ts';

/** Somebody who is told of alerts. */
export interface Webhook {
  readonly name: string;
  readonly url: string;
  /** `whsec_` and Base64. */
  readonly secret: string;
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
}

/** What became of one attempt. */
export interface Attempt {
  /** The receiver's; undefined where none came. */
  readonly status?: number;
  /** The beginning of what it said; of no use but to people. */
  readonly text?: string;
  /** Why there was no answer. */
  readonly failed?: string;
  /** Its own wish for the next attempt. */
  readonly retryAfterMs?: number;
}

/** A receiver took it by any 2xx, and by nothing else. */
export const isTaken = ({ status = 0 }: Attempt): boolean => status >= 200 && status < 300;

/**
 * The signature of a webhook: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`, by the bytes behind
 * `whsec_` (Standard Webhooks 1.0, "Signature scheme"). `atSeconds`: Unix seconds of the attempt.
 */
export function signatureOf(secret: string, id: string, atSeconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = createHmac('sha256', key).update(`${id}.${atSeconds}.${body}`).digest('base64');
  return `v1,${signed}`;
}

/** The body: `type`, `timestamp` and `data`, as Standard Webhooks has it ("Payload structure"). */
export function bodyOf({ kind, at, summary, of }: Alert): string {
  return JSON.stringify({ type: kind, timestamp: at, data: { summary, ...of } });
}

/** Text of an answer that is kept. */
const mostText = 200;
const mostBytes = 4_096;

/** Posts alerts to one receiver, on one connection; no redirects, one time limit for all of an attempt. */
export function createPoster({ url, secret, ca, timeoutMs }: Webhook) {
  const connect = { timeout: timeoutMs, ...(ca !== undefined && { ca }) };
  const dispatcher = new Agent({ connections: 1, pipelining: 1, connect });
  const post = async (alert: Alert, nowMs: number): Promise<Attempt> => {
    const [atSeconds, body] = [Math.floor(nowMs / 1000), bodyOf(alert)];
    const answer = await request(url, {
      ...{ method: 'POST', dispatcher, body, signal: AbortSignal.timeout(timeoutMs) },
      headers: {
        'content-type': 'application/json',
        'user-agent': 'transcript-gateway',
        'webhook-id': alert.id,
        'webhook-timestamp': String(atSeconds),
        'webhook-signature': signatureOf(secret, alert.id, atSeconds, body),
      },
    });
    const text = await beginningOf(answer.body);
    const retryAfter = Number(answer.headers['retry-after']);
    return {
      status: answer.statusCode,
      ...(text !== '' && { text }),
      ...(retryAfter > 0 && { retryAfterMs: retryAfter * 1000 }),
    };
  };
  return {
    /** Never rejects. */
    post: (alert: Alert, nowMs: number): Promise<Attempt> =>
      post(alert, nowMs).catch((error: unknown) => ({ failed: whyOf(error, timeoutMs) })),
    close: (): void => void dispatcher.destroy(),
  };
}

/** What an answer says matters to nobody but a person: the status was read, and that is what counts. */
async function beginningOf(body: AsyncIterable<Uint8Array> & { destroy(): unknown }): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      bytes += part.length;
      if (bytes >= mostBytes) break;
    }
  } catch {
    return '';
  }
  const text = Buffer.concat(parts).toString('utf8');
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, mostText);
}

/** Without the URL, which may hold a secret. */
function whyOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'it failed';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  return 'code' in error ? String(error.code) : error.name;
}

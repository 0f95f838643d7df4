import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { lineOf } from './event.ts';
import type { LinkedBatch } from './link.ts';

/** What batches mostly say, so that small ones become small, too. Never changed: what is in the stream was made by it. */
const dictionary = Buffer.from(
  [
    '{"replica":"","firstSeq":1,"marks":[{"kind":"start","fromMs":1,"toMs":1,"count":0,"replica":""}],"before":"","hash":"","checks":""}',
    '"token-invalid","token-expired","session-expired","login","policy-unavailable","unavailable","path-ambiguous"',
    '"no-credential","no-access","deny","whitelisted-platform","platform","own-history","HEAD","POST","report","ipv6"',
    lineOf([
      1_790_000_000_000,
      '-4000-8000-',
      'forward',
      'whitelisted-bot',
      1,
      'enforce',
      'GET',
      1,
      0,
      'ipv4',
      200,
    ]),
    lineOf([
      '/transcripts/:botId/:conversationId',
      'support',
      null,
      null,
      null,
      'bot:support',
      null,
      1.5,
      1.25,
    ]),
    '-4000-a000-","forward","bot-access",1,"enforce","GET",1,0,"ipv4",200,"/transcripts/:botId/:conversationId","',
    ',null,null,null,null,null,',
  ].join('\n'),
);

/** A linked batch as it goes into the stream: what it is, and each event, on a line of its own, made small. */
export function seal({ lines, checks, ...head }: LinkedBatch): Uint8Array {
  const text = [JSON.stringify({ ...head, checks: base64Of(checks) }), ...lines].join('\n');
  return deflateRawSync(text, { dictionary });
}

/** Opens what was sealed. Throws where it was not. */
export function unseal(sealed: Uint8Array): LinkedBatch {
  const text = inflateRawSync(sealed, { dictionary, maxOutputLength: 64 * 1024 * 1024 }).toString();
  const [head = '', ...lines] = text.split('\n');
  const { checks, ...batch } = JSON.parse(head) as Omit<LinkedBatch, 'checks' | 'lines'> & { checks: string };
  const bytes = new Uint8Array(Buffer.from(checks, 'base64'));
  return { ...batch, checks: new Uint32Array(bytes.buffer), lines };
}

function base64Of(checks: Uint32Array): string {
  return Buffer.from(checks.buffer, checks.byteOffset, checks.byteLength).toString('base64');
}

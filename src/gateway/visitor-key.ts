import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const headerNames = ['user-agent', 'accept-language', 'sec-ch-ua', 'sec-ch-ua-platform'] as const;

/** A digest of what distinguishes a visitor from others behind one address, and of what they ask for. */
export function visitorKey(request: IncomingMessage, ...what: readonly unknown[]): string {
  const sent = headerNames.map((name) => request.headers[name] ?? '');
  return hash('sha256', JSON.stringify([...what, ...sent]), 'base64');
}

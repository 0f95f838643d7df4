import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const told = ['user-agent', 'accept-language', 'sec-ch-ua', 'sec-ch-ua-platform'] as const;

/** A digest of what tells a visitor from others behind one address, and of what they do. */
export function visitorKey(request: IncomingMessage, ...what: readonly unknown[]): string {
  const sent = told.map((name) => request.headers[name] ?? '');
  return hash('sha256', JSON.stringify([...what, ...sent]), 'base64');
}

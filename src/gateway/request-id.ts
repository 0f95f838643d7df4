import { randomUUID } from 'node:crypto';
import { firstOf } from '../reading/raw-headers.ts';

/** Names a request in logs, headers and pages. */
export function newRequestId(): string {
  return randomUUID();
}

const acceptable = /^[A-Za-z0-9._~+/=:@-]{1,128}$/;

/** The id that a trusted proxy gave the request, else a new one. */
export function requestIdOf(rawHeaders: readonly string[], peerTrusted: boolean): string {
  const given = peerTrusted ? firstOf(rawHeaders, 'x-request-id') : undefined;
  return given !== undefined && acceptable.test(given) ? given : newRequestId();
}

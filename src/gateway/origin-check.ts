import type { IncomingMessage } from 'node:http';
import type { Answer } from '../access/question.ts';

/**
 * False for a guarded upgrade that a cookie authenticates and a page of another site opens: browsers send
 * cookies along with it and keep no same-origin policy there. Programs send no Origin; mode `report` only watches.
 */
export function mayOpen(
  request: IncomingMessage,
  answer: Answer,
  publicUrl: string | null,
  origins: readonly string[],
): boolean {
  const { principal, resource, mode, forwarding } = answer;
  if (resource.kind === 'other' || mode === 'report') return true;
  if (principal.kind !== 'known' || principal.via !== 'cookie') return true;
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (origins.includes(origin)) return true;
  if (publicUrl !== null) return sameOrigin(origin, publicUrl);
  // Behind an unknown door the scheme is not known; the host is.
  const own = forwarding.host ?? host;
  return own !== undefined && /^https?:\/\//.test(origin) && hostOf(origin) === bare(own);
}

function sameOrigin(origin: string, site: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === new URL(site).origin;
}

function hostOf(origin: string): string {
  return bare(origin.slice(origin.indexOf('//') + 2));
}

function bare(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/, '');
}

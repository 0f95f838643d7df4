import type { Answer, Question } from '../access/question.ts';
import { isAmbient } from '../policy/principal.ts';
import { firstOf, headerValues } from '../reading/raw-headers.ts';

/**
 * False for a guarded upgrade that a page of another site opens, and that nothing authenticates which its script had
 * to know: browsers keep no same-origin policy there, send cookies along, proxies add headers, and an address is as
 * ambient as a cookie. Programs send no Origin; mode `report` only watches.
 */
export function mayOpen(
  { headers, upgrade }: Question,
  { principal, resource, mode, forwarding }: Answer,
  publicUrl: string | null,
  origins: readonly string[],
): boolean {
  if (!upgrade || resource.kind === 'other' || mode === 'report') return true;
  if (principal.kind === 'known' && !isAmbient(principal.via)) return true;
  // Behind an unknown door the scheme is not known; the host is.
  const own = forwarding.host ?? firstOf(headers, 'host');
  return headerValues(headers, 'origin').every((origin) => {
    if (origins.includes(origin)) return true;
    if (publicUrl !== null) return sameOrigin(origin, publicUrl);
    return own !== undefined && /^https?:\/\//.test(origin) && hostOf(origin) === bare(own);
  });
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

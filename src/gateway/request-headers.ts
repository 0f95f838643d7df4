import type { IncomingMessage } from 'node:http';
import type { Lease } from '../access/leases.ts';
import type { Answer } from '../access/question.ts';
import { routeOf } from '../policy/resource.ts';
import { stripHashes } from '../reading/contact-parts.ts';
import { stripAdminCookies, stripCredentials } from '../reading/credential.ts';
import { headersToForward } from './given-tokens.ts';
import { classOf, nominations } from './header-names.ts';
import { plainName, type IdentityHeaders } from './identity-headers.ts';
import type { GatewaySettings } from './options.ts';

/** What every request to the upstream carries beside the visitor's own headers. */
export interface HeaderContext {
  settings(): GatewaySettings;
  /** Undefined: the visitor's own Host is sent on. */
  readonly upstreamHost: string | undefined;
}

/**
 * The headers of the request to the upstream, name, value, name, value: the visitor's, byte for byte and in
 * order, without what is not theirs to say, and after them the gateway's own.
 */
export function requestHeaders(
  request: IncomingMessage,
  { answer }: Lease,
  requestId: string,
  context: HeaderContext,
  assertion?: string,
): string[] {
  const preflight = answer.decision.reason === 'preflight';
  const headers: string[] = [];
  if (context.upstreamHost !== undefined) headers.push('Host', context.upstreamHost);
  const { peerTrusted } = answer.forwarding;
  const settings = context.settings();
  const raw = ownHeaders(request.rawHeaders, answer, settings);
  const nominated = nominations(request.headers.connection);
  const { identityHeaders } = settings;
  const inPlace = answer.inPlace === true;
  const withHost = context.upstreamHost === undefined;
  copyOwn(raw, headers, { withHost, peerTrusted, preflight, nominated, identityHeaders, inPlace });
  addForwarding(headers, answer, settings, request.headers.host);
  headers.push('X-Request-Id', requestId, 'X-Gateway-Decision', answer.decision.reason);
  if (answer.resource.kind !== 'other') addDecision(headers, answer, preflight);
  if (assertion !== undefined) headers.push('X-Gateway-Assertion', assertion);
  return headers;
}

/** The visitor's headers without the credentials that are not for the platform. */
function ownHeaders(raw: readonly string[], answer: Answer, settings: GatewaySettings): readonly string[] {
  const isRead = routeOf(answer.resource)?.frames !== undefined;
  const placed = headersToForward(isRead ? plainHandshake(raw) : raw, answer, settings);
  const { forwardCredentials, cookieNames, hashPlaces } = settings;
  if (forwardCredentials) return stripAdminCookies(placed);
  return stripAdminCookies(stripHashes(hashPlaces, stripCredentials(cookieNames, placed)));
}

/** Messages that are judged cannot be compressed; and what CGI takes for a word of the handshake is none. */
function plainHandshake(raw: readonly string[]): readonly string[] {
  return raw.filter((_, at) => {
    const name = raw[at - (at % 2)] ?? '';
    const plain = plainName(name);
    if (plain === 'sec-websocket-extensions') return false;
    return !plain.startsWith('sec-websocket-') || plain === name.toLowerCase();
  });
}

interface Copying {
  readonly withHost: boolean;
  readonly peerTrusted: boolean;
  readonly preflight: boolean;
  readonly nominated: ReadonlySet<string> | undefined;
  readonly identityHeaders: IdentityHeaders;
  readonly inPlace: boolean;
}

function copyOwn(raw: readonly string[], headers: string[], copying: Copying): void {
  const { withHost, peerTrusted, preflight, nominated, identityHeaders, inPlace } = copying;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const kind = classOf(name);
    switch (kind === 'keep' && identityHeaders.isListed(name) ? 'identity' : kind) {
      case 'keep':
        if (nominated?.has(name.toLowerCase())) continue;
        break;
      case 'critical':
        // Conditions and ranges are meant for the transcript, in whose place another page is shown.
        if (inPlace && /^(?:if-|range$)/i.test(name)) continue;
        break;
      case 'host':
        if (!withHost) continue;
        break;
      case 'credential':
      case 'body-length':
        if (preflight) continue;
        break;
      case 'address':
        if (!peerTrusted) continue;
        break;
      case 'identity':
        // A `Connection` header cannot take it away: without it the platform may take the visitor for another.
        if (preflight || !identityHeaders.passes(name, peerTrusted)) continue;
        break;
      case 'drop':
        continue;
    }
    headers.push(name, raw[i + 1] ?? '');
  }
}

/** X-Forwarded-For is left out while the address is unknown: no platform is to take a proxy for the visitor. */
function addForwarding(
  headers: string[],
  { forwarding }: Answer,
  { publicUrl }: GatewaySettings,
  host: string | undefined,
): void {
  const { chain } = forwarding;
  if (chain.length > 0)
    headers.push('X-Forwarded-For', chain.length === 1 ? (chain[0] ?? '') : chain.join(', '));
  const site = publicUrl === null ? undefined : siteOf(publicUrl);
  headers.push('X-Forwarded-Proto', site?.proto ?? carried(forwarding.proto ?? 'http'));
  const name = site?.host ?? forwarding.host ?? host;
  if (name !== undefined) headers.push('X-Forwarded-Host', site === undefined ? carried(name) : name);
}

function addDecision(headers: string[], { enforced, principal, resource }: Answer, preflight: boolean): void {
  headers.push('X-Gateway-Enforced', enforced ? 'true' : 'false');
  if (principal.kind === 'known' && !preflight) headers.push('X-Gateway-Subject', carried(principal.subject));
  if (resource.kind === 'transcript') headers.push('X-Gateway-Bot', carried(resource.bot));
}

let lastSite: { readonly url: string; readonly proto: string; readonly host: string } | undefined;

function siteOf(url: string): { readonly proto: string; readonly host: string } {
  if (lastSite?.url === url) return lastSite;
  const { protocol, host } = new URL(url);
  lastSite = { url, proto: protocol.slice(0, -1), host };
  return lastSite;
}

const plain = /^(?! )[\x20-\x24\x26-\x7e]*(?<! )$/;

/**
 * A value as a header can carry it: what is not printable ASCII is percent-encoded as UTF-8, spaces at the ends
 * too, and `%`, so that no two values become one.
 */
export function carried(value: string): string {
  if (plain.test(value)) return value;
  const text = value.replace(/\p{Surrogate}/gu, '\ufffd');
  return text.replace(/[^\x20-\x24\x26-\x7e]|^ +| +$/gu, encodeURIComponent);
}

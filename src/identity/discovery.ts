import { isObject, own } from '../json.ts';

/** Where an issuer's discovery document stands: OpenID Connect Discovery section 4, then RFC 8414 section 3. */
export function discoveryUrls(issuer: string): readonly [string, ...string[]] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/** The key set that a discovery document names. Throws an Error with one plain sentence for operators. */
export function keySetUrl(text: string, issuer: string): string {
  const document = parse(text);
  if (!isObject(document)) throw new Error('its discovery document is not a JSON object');
  // Section 4.3: exactly the one that was asked, or anybody's document could speak for it.
  if (own(document, 'issuer') !== issuer) throw new Error('its discovery document is of another issuer');
  const url = own(document, 'jwks_uri');
  if (typeof url !== 'string' || !URL.canParse(url))
    throw new Error('its discovery document names no key set');
  if (!isPrivateWay(new URL(url))) throw new Error('its key set is not on https');
  return url;
}

/** True for https, and for what does not leave the machine. */
export function isPrivateWay({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

/** True for a host that only this machine reaches; IPv6 with or without the brackets of a URL. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/.test(hostname);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

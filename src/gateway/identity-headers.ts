/**
 * Names by which single sign-on proxies, meshes and TLS terminators say who a visitor is, as CGI-like platforms read
 * them: in lower case, with a dash for everything that is no letter or digit.
 */
const families: readonly RegExp[] = [
  // CGI, Authelia, Kubernetes: `Remote-User` and what stands beside it.
  /^(?:http-|x-)?remote-(?:user|groups?|email|name|ident|preferred-username|extra-.*)$/,
  // oauth2-proxy, Traefik, GitLab: `X-Forwarded-User`.
  /^x-forwarded-(?:user|users|userid|user-.*|email|groups?|roles?|name|preferred-username|access-token|id-token|identity|assertion|client-cert.*)$/,
  /^x-auth-request-.*$/,
  /^x-webauth-.*$/,
  /^x-authentik-.*$/,
  /^x-authenticated-(?:user|userid|user-id|email|name|groups?|roles?)$/,
  /^x-(?:pomerium|vouch)-.*$/,
  /^cf-access-.*$/,
  /^tailscale-.*$/,
  /^x-goog-(?:authenticated-user-.*|iap-.*)$/,
  /^x-amzn-(?:oidc|mtls)-.*$/,
  /^x-ms-(?:client-principal(?:-.*)?|token-.*)$/,
  /^oidc-(?:claim-.*|access-token.*|id-token.*|refresh-token.*)$/,
  /^(?:shib|mellon)-.*$/,
  /^(?:sm|iv)-(?:user|groups?|creds|serversessionid)$/,
  // TLS terminators: `X-SSL-Client-S-DN`, `SSL_CLIENT_VERIFY`, RFC 9440.
  /^(?:x-)?ssl-client-.*$/,
  /^(?:x-)?(?:arr-)?client-?(?:cert|certificate|verify|s-dn|dn)(?:-.*)?$/,
];

/** A header's name as CGI-like platforms read it: `X_Remote.User` is `x-remote-user`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '-');
}

/** True for a name, as `plainName` gives it, by which a platform or its proxies take a visitor for somebody. */
export function namesIdentity(plain: string): boolean {
  return families.some((family) => family.test(plain));
}

export interface IdentityHeaderOptions {
  /** Believed from trusted proxies; from everybody else they are not passed on, in any spelling. */
  readonly passHeaders: readonly string[];
  /** Identity headers that the platform's own scripts send: passed on from anybody. */
  readonly allowHeaders: readonly string[];
}

/** Which headers that name an identity are passed on, and from whom. */
export interface IdentityHeaders {
  /** True for a name of the operator's own list, in any spelling, that no family has. */
  isListed(name: string): boolean;
  passes(name: string, peerTrusted: boolean): boolean;
}

/** `onLost` is called once with each name that a trusted proxy sends and that is not passed on: the names are bounded. */
export function compileIdentityHeaders(
  { passHeaders, allowHeaders }: IdentityHeaderOptions,
  onLost: (name: string) => void = () => undefined,
): IdentityHeaders {
  const lower = (names: readonly string[]): ReadonlySet<string> =>
    new Set(names.map((name) => name.toLowerCase()));
  const [passed, allowed] = [lower(passHeaders), lower(allowHeaders)];
  const own = new Set(passHeaders.map(plainName).filter((plain) => !namesIdentity(plain)));
  const reported = new Set<string>();
  return {
    isListed: own.size === 0 ? () => false : (name) => own.has(plainName(name)),
    passes(name, peerTrusted) {
      const exact = name.toLowerCase();
      if (allowed.has(exact) || (peerTrusted && passed.has(exact))) return true;
      if (peerTrusted && reported.size < maxReported && !reported.has(exact)) {
        reported.add(exact);
        onLost(exact);
      }
      return false;
    },
  };
}

const maxReported = 50;

import { namesIdentity, plainName } from './identity-headers.ts';

/** What becomes of a header by its name. */
export type NameClass =
  'keep' | 'critical' | 'host' | 'body-length' | 'credential' | 'address' | 'identity' | 'drop';

/** Of one connection only (RFC 9110 section 7.6.1), or answered here (`Expect`). */
const hopByHop = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What some platform would take for the target, the method or the host, in place of the one that was judged. */
const overrides =
  /^x-(?:[a-z0-9-]+-)?(?:original|rewrite|rewritten|override|request|proxy|destination|path)-(?:url|uri|path|host|method|prefix|query|query-string|target|scheme)$/;
const otherOverrides = new Set([
  'base-url',
  'http-url',
  'proxy-host',
  'proxy-url',
  'uri',
  'url',
  'x-destinationurl',
  'x-host',
  'x-host-override',
  'x-http-destinationurl',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method',
  'x-method-override',
  'x-middleware-rewrite',
  'x-middleware-subrequest',
  'x-override',
  'x-path-info',
  'x-script-name',
  'x-sendfile-type',
  'x-uri',
  'x-url',
  'x-url-scheme',
  'x-waws-unencoded-url',
]);

/** Variables of CGI: Gunicorn takes a header `SCRIPT_NAME` for one, others read `Proxy` back as `HTTP_PROXY`. */
const variables =
  /^(?:(?:script|server)-(?:name|filename)|path-(?:info|translated)|(?:request|document|redirect)-ur[il]|request-method|query-string|remote-(?:addr|host)|document-root|http-host|proxy|x-accel-.*)$/;

/** The gateway's own names, and the family of forwarding headers. */
const own = /^(?:x-gateway(?:-.*)?|x-forwarded(?:-.*)?|forwarded(?:-.*)?|x-request-id)$/;

/** Where platforms look for a visitor's address: believed from a trusted proxy only. */
const addresses = new Set([
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'client-ip',
  'fastly-client-ip',
  'real-ip',
  'true-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-custom-ip-authorization',
  'x-envoy-external-address',
  'x-forward-for',
  'x-original-forwarded-for',
  'x-original-remote-addr',
  'x-originating-ip',
  'x-proxyuser-ip',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  'x-true-ip',
]);

/** End to end, and what a decision or its effect hangs on: a `Connection` header cannot take these away. */
const critical =
  /^(?:accept.*|access-control-.*|cache-control|content-.*|if-.*|origin|range|referer|sec-.*|user-agent)$/;

/** A cache of the few spellings that real clients use; bounded, since the names are the client's. */
const seen = new Map<string, NameClass>();
const mostSeen = 1_000;
const longestSeen = 64;

/** The class of a header name in any spelling: `X_Forwarded.For` is read as a CGI-like platform reads it. */
export function classOf(name: string): NameClass {
  const known = seen.get(name);
  if (known !== undefined) return known;
  const found = classify(name.toLowerCase(), plainName(name));
  if (name.length > longestSeen) return found;
  if (seen.size >= mostSeen) seen.clear();
  seen.set(name, found);
  return found;
}

function classify(name: string, plain: string): NameClass {
  if (namesIdentity(plain)) return 'identity';
  if (hopByHop.has(plain) || own.test(plain) || otherOverrides.has(plain) || overrides.test(plain))
    return 'drop';
  if (variables.test(plain)) return 'drop';
  if (addresses.has(plain)) return 'address';
  if (plain === 'host') return 'host';
  if (plain === 'content-length') return name === plain ? 'body-length' : 'drop';
  if (plain === 'authorization' || plain === 'cookie') return 'credential';
  return critical.test(name) ? 'critical' : 'keep';
}

/** Headers of a response that belong to one connection. */
export const responseHopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/** The names that `Connection` headers nominate, in lower case; undefined where there are none to speak of. */
export function nominations(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  const names = connection
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const nominated = names.filter((name) => name !== '' && name !== 'keep-alive' && name !== 'close');
  return nominated.length === 0 ? undefined : new Set(nominated);
}

import { X509Certificate, createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';
import { isBotId } from '../../policy/resource.ts';
import { classOf } from '../../gateway/header-names.ts';
import { placeFault } from '../../identity/place.ts';
import { expressionFault } from '../../expression.ts';
import { compileCidrs } from '../../reading/address.ts';
import { isContactPlace } from '../../reading/contact-parts.ts';
import { isSessionPlace } from '../../reading/session-parts.ts';
import type { FormatName } from '../schema/kinds.ts';

/** What is wrong with a value, as the end of a sentence; undefined where nothing is. */
type Check = (value: string) => string | undefined;

function parsed(text: string, schemes: readonly string[]): URL | string {
  if (!URL.canParse(text)) return `must be a URL such as ${schemes[0] ?? 'http'}://host:port`;
  const url = new URL(text);
  if (!schemes.includes(url.protocol.slice(0, -1))) return `must start with ${schemes.join(':// or ')}://`;
  if (url.hostname === '') return 'names no host';
  return url;
}

const WEB = ['http', 'https'];

/** Scheme, host and port only: `what` says why there is no place for more. */
const bare =
  (schemes: readonly string[], what: string): Check =>
  (text) => {
    const url = parsed(text, schemes);
    if (typeof url === 'string') return url;
    if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
    if (/[?#]/.test(text) || (url.pathname !== '/' && url.pathname !== '')) return what;
    return undefined;
  };

const jwksUrl: Check = (text) => {
  const url = parsed(text, WEB);
  if (typeof url === 'string') return url;
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password';
  return url.hash === '' ? undefined : 'must not have a fragment';
};

const redisUrl: Check = (text) => {
  const url = parsed(text, ['redis', 'rediss']);
  if (typeof url === 'string') return url;
  if (!/^\/?\d*$/.test(url.pathname)) return 'its path can only be the number of a database';
  return url.search === '' && url.hash === '' ? undefined : 'takes no query: use the keys beside it';
};

const loginUrl: Check = (written) => {
  // The places of the way back are judged beside `login.mode`.
  const text = written.replaceAll(/\{return(?:Base64)?\}/g, 'x');
  if (/[\s\\#]/.test(text)) return 'must hold no space, backslash or fragment';
  const template = /[{}<>]|\/:[A-Za-z_]|%(?![0-9A-Fa-f]{2})|\$\w/.exec(text)?.[0];
  if (template !== undefined) {
    return `is no template, and holds "${template}": the way back is added as the query parameter \`login.returnParam\``;
  }
  if (text.startsWith('/') && !text.startsWith('//')) return undefined;
  const url = parsed(text, WEB);
  if (typeof url === 'string') return 'must be a path on the site ("/login") or an absolute http or https URL';
  return url.username !== '' || url.password !== '' ? 'must not hold a user name or password' : undefined;
};

const origin: Check = (text) => {
  const wrong = bare(WEB, 'must be an origin: scheme, host and port only')(text);
  if (wrong !== undefined) return wrong;
  const exact = new URL(text).origin;
  return exact === text ? undefined : `must be written as browsers send it: ${exact}`;
};

const listenHost: Check = (text) =>
  isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(text)
    ? undefined
    : 'must be an address or a host name, without scheme, brackets or port';

const hostPort: Check = (text) => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  return match !== null && port > 0 && port < 65_536 ? undefined : 'must be host:port';
};

const trustSource: Check = (text) => {
  if (['x-forwarded-for', 'forwarded', 'proxy-protocol'].includes(text)) return undefined;
  if (/^header:[A-Za-z0-9!#$%&'*+.^`|~-]+$/.test(text)) return undefined;
  return 'must be x-forwarded-for, forwarded, proxy-protocol or header:<name> (without an underscore)';
};

const tokenPlace: Check = (text) => {
  const name = /^header:(\S+)/.exec(text)?.[1];
  const kind = name === undefined ? 'keep' : classOf(name);
  if (!['keep', 'identity', 'credential'].includes(kind)) return `${name ?? ''} is a header of another meaning`;
  return placeFault(text);
};

const headerName: Check = (text) =>
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text) ? undefined : 'must be the name of a header';

const publicKey: Check = (text) => {
  if (/PRIVATE KEY/.test(text)) return 'is a private key: give the gateway the public one only';
  try {
    if (!text.trimStart().startsWith('{')) return void createPublicKey(text);
    const jwk = JSON.parse(text) as Record<string, unknown>;
    if ('d' in jwk || 'k' in jwk) return 'is a private or secret JWK: give the gateway the public one only';
    createPublicKey({ key: jwk, format: 'jwk' });
    return undefined;
  } catch {
    return 'is no public key: PEM (SPKI or certificate) or a JWK is expected';
  }
};

const certificate: Check = (text) => {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (blocks === null) return 'holds no PEM certificate';
  try {
    blocks.forEach((block) => new X509Certificate(block));
    return undefined;
  } catch {
    return 'holds a certificate that cannot be read';
  }
};

/** Standard Webhooks 1.0, "Signature scheme". */
const webhookSecret: Check = (text) => {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1] ?? '';
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64 ? undefined : 'must be whsec_ and the Base64 of 24 to 64 bytes';
};

const cidr: Check = (text) => {
  try {
    compileCidrs([text]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is no address or network';
  }
};

/** Every check that the schema names. */
export const formats: Readonly<Record<FormatName, Check>> = {
  'site-url': bare(WEB, 'must be scheme, host and port only'),
  'upstream-url': bare(WEB, 'must be scheme, host and port only: targets are forwarded byte for byte, there is no place for a path'),
  'jwks-url': jwksUrl,
  'redis-url': redisUrl,
  'login-url': loginUrl,
  origin,
  'listen-host': listenHost,
  cidr,
  'trust-source': trustSource,
  'token-place': tokenPlace,
  'session-place': (text) =>
    isSessionPlace(text)
      ? undefined
      : 'must be cookie:<name>, cookie:<prefix>*, header:<name>, header:Authorization <scheme> or bearer',
  'contact-place': (text) =>
    isContactPlace(text) ? undefined : 'must be query:<name>, header:<name> or cookie:<name>',
  expression: (text) => {
    const fault = expressionFault(text);
    return fault === undefined ? undefined : `is no JMESPath expression: ${fault}`;
  },
  'check-url': (text) => (/^\/(?![/\\])[^\s#\\]*$/.test(text) ? undefined : jwksUrl(text)),
  'lookup-url': (text) => {
    if (text.split('{conversationId}').length !== 2) return 'must have {conversationId} in it, once';
    const plain = text.replace('{conversationId}', 'id');
    if (/[{}]/.test(plain)) return 'knows no placeholder but {conversationId}';
    if (/^\/(?![/\\])[^\s#\\]*$/.test(plain)) return undefined;
    return /^https?:\/\/[^/]*\{/.test(text) ? 'has {conversationId} in its path or query only' : jwksUrl(plain);
  },
  'introspection-url': jwksUrl,
  'webhook-url': jwksUrl,
  'webhook-secret': webhookSecret,
  path: (text) => (/^\/[^\s?#\\]*$/.test(text) ? undefined : 'must be a path: it starts with "/" and has no query'),
  'host-port': hostPort,
  'header-name': headerName,
  'bot-id': (text) => (isBotId(text) ? undefined : 'must be 1 to 128 of A-Z a-z 0-9 . _ ~ - and not start with a dot'),
  'public-key': publicKey,
  certificate,
};

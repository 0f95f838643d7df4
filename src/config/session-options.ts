import type { SessionOptions } from '../identity/sessions/options.ts';
import type { Config } from './schema/schema.ts';

/** As configured, with what is taken from elsewhere in the configuration. */
export function sessionOptionsOf(
  session: Config['identity']['sessions'][number],
  upstream: Pick<Config['upstream'], 'url' | 'host' | 'ca'>,
): SessionOptions {
  const { check, introspection, claims, signedIn, ...rest } = session;
  const fallback = introspection === undefined ? noClaims : introspectedClaims;
  const isPath = check?.url.startsWith('/') === true;
  return {
    ...rest,
    signedIn: signedIn ?? (introspection === undefined ? 'status == `200`' : 'body.active'),
    claims: {
      subject: claims.subject ?? fallback.subject,
      bots: claims.bots ?? fallback.bots,
      contact: claims.contact ?? null,
      conversations: claims.conversations ?? null,
    },
    ...(check && {
      check: {
        ...check,
        url: isPath ? new URL(check.url, upstream.url).href : check.url,
        // As the platform expects it: the visitor's own, or the platform's.
        host: isPath && upstream.host === 'client' ? null : new URL(check.url, upstream.url).host,
        ...(isPath && upstream.ca !== undefined && { ca: upstream.ca }),
      },
    }),
    ...(introspection && {
      introspection: { ...introspection, clientSecret: introspection.clientSecret ?? new Uint8Array() },
    }),
  };
}

const noClaims = { subject: null, bots: null };
const introspectedClaims = { subject: 'body.sub || body.username', bots: 'body.bots' };

import type { SessionEnd, Ends } from '../../src/identity/sessions/ends.ts';
import { createSessions, type Sessions } from '../../src/identity/sessions/index.ts';
import type { SessionOptions } from '../../src/identity/sessions/options.ts';
import { whoAsks } from '../../src/identity/sessions/who.ts';
import { createVerifier, type Verifier } from '../../src/identity/verifier.ts';
import type { IdentityOptions } from '../../src/identity/options.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { readCredential } from '../../src/reading/credential.ts';
import { compileSessions } from '../../src/reading/session-parts.ts';

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type Over = Partial<Omit<SessionOptions, 'check'>> & { readonly check?: object | undefined };

/** A kind of session in front of a platform, as the second stand-in has it. */
export function kindOf(url: string, { check, ...over }: Over = {}): SessionOptions {
  const asked = { method: 'GET', headers: {}, timeoutMs: 1_000, bodyBytes: 65_536, host: null, ...check };
  return {
    name: 'desk',
    from: ['cookie:PHPSESSID'],
    check: { ...asked, url: 'url' in asked ? String(asked.url) : `${url}/api/me` },
    signedIn: 'status == `200`',
    claims: { subject: 'body.id', bots: 'body.departments[].id', contact: null, conversations: null },
    allBots: '*',
    bots: null,
    grants: ['member'],
    cacheSeconds: 30,
    graceSeconds: 0,
    ends: [{ method: null, path: '/logout' }],
    ...over,
  };
}

const noIssuers: IdentityOptions = {
  issuers: [],
  clockToleranceSeconds: 30,
  jwks: { timeoutMs: 1_000, refreshSeconds: 300, cooldownSeconds: 10, keepSeconds: 86_400 },
  cacheEntries: 100,
};

export interface Asker {
  readonly sessions: Sessions;
  /** Who a request with these headers is, in words. */
  readonly who: (
    headers: readonly string[],
    more?: { address?: string | undefined; delegated?: boolean },
  ) => Promise<string>;
  /** Whether that is known at once. */
  readonly atOnce: (headers: readonly string[]) => boolean;
  /** An answer of the platform's passes. */
  readonly pass: (
    headers: readonly string[],
    method: string,
    target: string,
    status: number,
    raw?: readonly string[],
    address?: string,
  ) => void;
  readonly stop: () => Promise<void>;
}

export interface AskerOptions {
  readonly perMinute?: number;
  readonly ends?: Ends;
  readonly identity?: IdentityOptions;
}

/** One gateway's knowledge of people: its tokens and its sessions. */
export function createAsker(kinds: readonly SessionOptions[], options: AskerOptions = {}): Asker {
  const ends = options.ends ?? { publish: () => undefined, start: () => undefined, close: () => undefined };
  const verifier: Verifier = createVerifier(options.identity ?? noIssuers, { log: quiet });
  const sessions = createSessions(
    {
      sessions: kinds,
      strangerChecksPerMinute: options.perMinute ?? 1_000,
      cacheEntries: 10_000,
      loginPath: '/login',
    },
    { log: quiet, ends, secret: 'of the test' },
  );
  const read = compileSessions(kinds);
  const ask = (
    headers: readonly string[],
    more: { address?: string | undefined; delegated?: boolean } = {},
  ) => {
    const presented = { ...readCredential(verifier.cookieNames, headers), sessions: read?.(headers) ?? [] };
    const at = headers.indexOf('host');
    const address = 'address' in more ? more.address : '192.0.2.1';
    const by = { address, host: at < 0 ? undefined : headers[at + 1] };
    return whoAsks(verifier, sessions, {
      presented,
      by: { ...by, delegated: more.delegated === true },
      nowMs: Date.now(),
    });
  };
  return {
    sessions,
    who: async (headers, more) => inWords(await ask(headers, more)),
    atOnce: (headers) => !(ask(headers) instanceof Promise),
    pass(headers, method, target, status, raw = [], address = '192.0.2.1') {
      const at = headers.indexOf('host');
      const by = { address, host: at < 0 ? undefined : headers[at + 1] };
      sessions.passed({ method, target, status, rawHeaders: raw }, read?.(headers) ?? [], by);
    },
    async stop() {
      await Promise.all([verifier.close(), sessions.close()]);
    },
  };
}

export function inWords(principal: Principal): string {
  const brings = principal.kind !== 'refused' && principal.brings !== undefined ? ', brings a session' : '';
  if (principal.kind === 'known') {
    const { member, contact, subject, issuer } = principal;
    const bots = member === undefined ? 'none' : member.bots === 'all' ? 'all' : [...member.bots].join(' ');
    return `${issuer} ${subject}: ${bots}${contact === undefined ? '' : `, contact ${contact.id ?? ''}`}${brings}`;
  }
  if (principal.kind === 'undetermined') return `not known: ${principal.reason} (${principal.via})${brings}`;
  return `nobody: ${principal.reason}${brings}`;
}

/** Gateways that tell each other, as a stream of Redis does. */
export function createBus(): () => Ends {
  const listeners = new Set<(end: SessionEnd) => void>();
  return () => ({
    publish: (end) => listeners.forEach((listener) => listener(end)),
    start: (listener) => void listeners.add(listener),
    close: () => undefined,
  });
}

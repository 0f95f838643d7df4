import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Bots } from '../policy/principal.ts';
import { readContactId } from './grants.ts';
import { viaOf, type TokenPlace } from './place.ts';
import { bad, type Verdict } from './verdict.ts';

/**
 * Contacts whose id comes with HMAC-SHA256(secret, id) in hex (RFC 2104): the "user hash" of chat widgets. It has no
 * end: who has learned one is that contact until the secret changes, or it is taken back.
 */
export interface HmacContactOptions {
  readonly name: string;
  readonly contact: string;
  readonly hash: string;
  readonly secret: Uint8Array;
  /** A list: nothing of another bot is theirs. */
  readonly bots: readonly string[] | null;
}

/** Shorter secrets can be found by trying, from one hash that is known. */
export const minHmacSecretBytes = 16;

export interface HmacContacts {
  /** Undefined `claim`: two that differ. */
  prove(kind: string, claim: { readonly id: string; readonly hash: string } | undefined): Verdict;
}

/** The last time that there is (ECMA-262, time values). */
const NO_END_MS = 8.64e15;

export function createHmacContacts(options: readonly HmacContactOptions[]): HmacContacts {
  const kinds = new Map(options.map((one) => [one.name, one] as const));
  return {
    prove(name, claim) {
      const kind = kinds.get(name);
      if (claim === undefined || kind === undefined) return bad('two-credentials', name);
      const id = readContactId(claim.id);
      if (id === undefined) return bad('no-subject', name);
      if (!isHashOf(kind.secret, id, claim.hash)) return bad('wrong-hash', name);
      const issuerBots: Bots = kind.bots === null ? 'all' : new Set(kind.bots);
      const who = { kind: 'known', via: viaOf(kind.hash as TokenPlace), issuer: name, subject: id } as const;
      const contact = { id, conversations: new Set<string>() };
      return { kind: 'known', known: { ...who, expiresAtMs: NO_END_MS, issuerBots, contact } };
    },
  };
}

/** Compared in constant time: how much of a guess is right is not to be told. */
function isHashOf(secret: Uint8Array, id: string, hash: string): boolean {
  if (!/^[0-9a-f]{64}$/i.test(hash)) return false;
  return timingSafeEqual(createHmac('sha256', secret).update(id).digest(), Buffer.from(hash, 'hex'));
}

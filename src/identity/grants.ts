import { hasBot, type Bots, type Known } from '../policy/principal.ts';
import { isBotId } from '../policy/resource.ts';
import { isObject, own, type JsonObject } from '../json.ts';
import type { ClaimPaths, Grant } from './options.ts';

/** What an issuer's tokens may carry. */
export interface GrantRules {
  readonly grants: ReadonlySet<Grant>;
  readonly bots: Bots;
  readonly claims: ClaimPaths;
  readonly superAdminRole: string | null;
  readonly allBots: string | null;
}

export type Granted = Pick<Known, 'member' | 'contact' | 'admin'>;

/** What the claims grant under the issuer's rules. Absent and malformed claims grant nothing. */
export function readGrants(claims: JsonObject, rules: GrantRules): Granted {
  const member = rules.grants.has('member') ? readMember(claims, rules) : undefined;
  const contact = rules.grants.has('contact') ? readContact(claims, rules) : undefined;
  const admin = rules.grants.has('admin') ? readAdmin(claims, rules) : undefined;
  return { ...(member && { member }), ...(contact && { contact }), ...(admin && { admin }) };
}

function readMember(claims: JsonObject, rules: GrantRules): Known['member'] {
  const words = readWords(at(claims, rules.claims.bots));
  if (rules.allBots !== null && words.includes(rules.allBots)) return { bots: rules.bots };
  const bots = ownBots(words, rules.bots);
  return bots.size > 0 ? { bots } : undefined;
}

function readContact(claims: JsonObject, rules: GrantRules): Known['contact'] {
  const id = readContactId(at(claims, rules.claims.contact));
  const conversations = new Set(readWords(at(claims, rules.claims.conversations)));
  if (id === undefined && conversations.size === 0) return undefined;
  return { ...(id !== undefined && { id }), conversations };
}

function readAdmin(claims: JsonObject, rules: GrantRules): Known['admin'] {
  const role = rules.superAdminRole;
  const hasRole = role !== null && readWords(at(claims, rules.claims.roles)).includes(role);
  const owned = ownBots(readWords(at(claims, rules.claims.ownedBots)), rules.bots);
  // An issuer that speaks of some bots only has no super admins: theirs are owners of just these bots.
  const superAdmin = hasRole && rules.bots === 'all';
  const ownedBots = hasRole && rules.bots !== 'all' ? rules.bots : owned;
  return superAdmin || ownedBots.size > 0 ? { superAdmin, ownedBots } : undefined;
}

function ownBots(words: readonly string[], allowed: Bots): ReadonlySet<string> {
  return new Set(words.filter((word) => isBotId(word) && hasBot(allowed, word)));
}

/** A claim by its whole name (`https://example.com/bots`), else by dotted steps; own members only. */
function at(claims: JsonObject, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split('.')) value = isObject(value) ? own(value, step) : undefined;
  return value;
}

/** Whole entries of an array of strings, or the words of a string. Anything else: none. */
function readWords(value: unknown): readonly string[] {
  const words = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) return [];
  return words.filter((word) => word !== '');
}

/** One stable id. Not what looks like an e-mail address: who knows one must not become its owner. */
function readContactId(value: unknown): string | undefined {
  const [id, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (typeof id !== 'string' || id === '' || more.length > 0) return undefined;
  return /[\s\p{C}]/u.test(id) || looksLikeEmail(id) ? undefined : id;
}

/** True for an at sign in any of its forms, percent-encoded ones included. */
export function looksLikeEmail(text: string): boolean {
  return /@|%(?:25)*40/.test(text.normalize('NFKC'));
}

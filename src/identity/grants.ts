import { hasBot, type Bots, type Known } from '../policy/principal.ts';
import { isBotId } from '../policy/resource.ts';
import type { JsonObject } from '../json.ts';
import { compileClaim, type ReadClaim } from './claim-path.ts';
import type { ClaimPaths, Grant, IssuerOptions } from './options.ts';

/** What an issuer's tokens may carry. */
export interface GrantRules {
  readonly grants: ReadonlySet<Grant>;
  readonly bots: Bots;
  readonly read: GrantReaders;
  readonly superAdminRole: string | null;
  readonly allBots: string | null;
  readonly toBot: (entry: string) => string;
}

/** By claim: the entries of one that is a list, the value of `contact`. */
interface GrantReaders {
  readonly bots: ReadEntries;
  readonly roles: ReadEntries;
  readonly ownedBots: ReadEntries;
  readonly conversations: ReadEntries;
  readonly contact: ReadClaim;
}

type ReadEntries = (claims: JsonObject) => readonly string[];

/** Compiles an issuer's rules. */
export function createGrantRules(
  options: Pick<
    IssuerOptions,
    'grants' | 'bots' | 'claims' | 'superAdminRole' | 'allBots' | 'botNames' | 'botNamesOnly'
  >,
): GrantRules {
  const { superAdminRole, allBots } = options;
  return {
    grants: new Set(options.grants),
    bots: options.bots === null ? 'all' : new Set(options.bots),
    read: compileReaders(options.claims),
    superAdminRole,
    allBots,
    toBot: botNamer(options.botNames ?? {}, options.botNamesOnly ?? false),
  };
}

/** The bot that an entry means; empty, which none is called, where it means none. */
function botNamer(names: Readonly<Record<string, string>>, only: boolean): (entry: string) => string {
  const table = new Map(Object.entries(names));
  return (entry) => table.get(entry) ?? (only ? '' : entry);
}

function compileReaders(claims: ClaimPaths): GrantReaders {
  const entries = (text: string): ReadEntries => {
    const read = compileClaim(text);
    const toEntries = text === claims.scope ? readWords : readEntries;
    return (of) => toEntries(read(of));
  };
  return {
    bots: entries(claims.bots),
    roles: entries(claims.roles),
    ownedBots: entries(claims.ownedBots),
    conversations: entries(claims.conversations),
    contact: compileClaim(claims.contact),
  };
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
  const entries = rules.read.bots(claims);
  const named = entries.map(rules.toBot);
  const { allBots } = rules;
  if (allBots !== null && (entries.includes(allBots) || named.includes(allBots))) return { bots: rules.bots };
  const bots = ownBots(named, rules.bots);
  return bots.size > 0 ? { bots } : undefined;
}

function readContact(claims: JsonObject, rules: GrantRules): Known['contact'] {
  const id = readContactId(rules.read.contact(claims));
  const conversations = new Set(rules.read.conversations(claims));
  if (id === undefined && conversations.size === 0) return undefined;
  return { ...(id !== undefined && { id }), conversations };
}

function readAdmin(claims: JsonObject, rules: GrantRules): Known['admin'] {
  const role = rules.superAdminRole;
  const hasRole = role !== null && rules.read.roles(claims).includes(role);
  const owned = ownBots(rules.read.ownedBots(claims).map(rules.toBot), rules.bots);
  // An issuer that is limited to some bots has no super admins: theirs are owners of just these bots.
  const superAdmin = hasRole && rules.bots === 'all';
  const ownedBots = hasRole && rules.bots !== 'all' ? rules.bots : owned;
  return superAdmin || ownedBots.size > 0 ? { superAdmin, ownedBots } : undefined;
}

function ownBots(words: readonly string[], allowed: Bots): ReadonlySet<string> {
  return new Set(words.filter((word) => isBotId(word) && hasBot(allowed, word)));
}

/**
 * Whole entries of an array of strings, or a string as the only one: a group that is called "support team" is no
 * word of it. Anything else: none.
 */
function readEntries(value: unknown): readonly string[] {
  const entries = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(entries) || !entries.every((entry) => typeof entry === 'string')) return [];
  return entries.filter((entry) => entry !== '');
}

/** As OAuth's `scope` is written (RFC 6749 section 3.3): a string's words are its entries. */
function readWords(value: unknown): readonly string[] {
  return readEntries(typeof value === 'string' ? value.split(' ') : value);
}

/** One stable id. Not what looks like an e-mail address: who knows one must not become its owner. */
export function readContactId(value: unknown): string | undefined {
  const [id, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (typeof id !== 'string' || id === '' || more.length > 0) return undefined;
  return /[\s\p{C}]/u.test(id) || looksLikeEmail(id) ? undefined : id;
}

/** True for an at sign in any of its forms, percent-encoded ones included. */
export function looksLikeEmail(text: string): boolean {
  return /@|%(?:25)*40/.test(text.normalize('NFKC'));
}

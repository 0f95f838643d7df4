import type { HmacContactOptions } from './hmac-contact.ts';
import type { TokenPlace } from './place.ts';

/** Signature algorithms that a key can be fixed to (RFC 7518, RFC 8037). `none` is not among them. */
export const hmacAlgorithms = ['HS256', 'HS384', 'HS512'] as const;
export const publicAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;
export type HmacAlgorithm = (typeof hmacAlgorithms)[number];
export type PublicAlgorithm = (typeof publicAlgorithms)[number];
export type Algorithm = HmacAlgorithm | PublicAlgorithm;

/** Where an issuer's keys come from; any mix. Secrets and files are read to bytes before they get here. */
export type KeyOptions =
  | { readonly jwksUrl: string }
  | { readonly kid?: string; readonly algorithm: HmacAlgorithm; readonly secret: Uint8Array }
  /** PEM (SPKI or X.509 certificate) or a JWK as JSON. */
  | { readonly kid?: string; readonly algorithm: PublicAlgorithm; readonly publicKey: Uint8Array };

export type Grant = 'member' | 'contact' | 'admin';
export const allGrants = ['member', 'contact', 'admin'] as const satisfies readonly Grant[];

/** Where in the claims a fact stands: a claim's whole name, dotted steps, or a JMESPath expression. */
export interface ClaimPaths {
  /** The person. A whole number is taken for its digits where it is not `sub`. */
  readonly subject: string;
  readonly bots: string;
  readonly roles: string;
  readonly ownedBots: string;
  readonly contact: string;
  readonly conversations: string;
  /** The one that is words with spaces between them, wherever another of these names it too. */
  readonly scope: string | null;
}

/** Who signs tokens, with which keys, and what its tokens may say. */
export interface IssuerOptions {
  readonly name: string;
  /** Null: its tokens have no `iss`. */
  readonly issuer?: string | null | undefined;
  /** Instead of `issuer` and `keys`: its `iss`, whose discovery document names its key set. */
  readonly discover?: string | null;
  /** Null: its tokens have no `aud`. */
  readonly audience: string | readonly string[] | null;
  readonly keys: readonly KeyOptions[];
  /** The values that the name in `issuer` may have; null: any. */
  readonly tenants?: readonly string[] | null;
  readonly from: readonly TokenPlace[];
  readonly grants: readonly Grant[];
  /** A list: its tokens open no other bot. */
  readonly bots: readonly string[] | null;
  readonly claims: ClaimPaths;
  readonly superAdminRole: string | null;
  /** The entry of the bots claim that means every bot. */
  readonly allBots: string | null;
  /** By entry of the bots claims: the bot that it means. */
  readonly botNames?: Readonly<Record<string, string>>;
  /** True: an entry that is not among `botNames` means no bot. */
  readonly botNamesOnly?: boolean;
  /** `azp` or `client_id` must be one of these; null: whatever they are. */
  readonly clientIds?: readonly string[] | null;
  /** The `aud` of logout tokens must be one of these; null: of `clientIds`, else of `audience`. */
  readonly logoutClientIds?: readonly string[] | null;
  /** From `iat` on: lets in tokens without `exp`, and ends the others by then. */
  readonly maxAgeSeconds?: number | null;
  /** `id`: ID tokens instead of access tokens. */
  readonly tokenUse?: TokenUse;
}

export const tokenUses = ['access', 'id'] as const;
export type TokenUse = (typeof tokenUses)[number];

/** How remote key sets are fetched and kept. */
export interface JwksOptions {
  /** For one whole fetch, connection to last byte. */
  readonly timeoutMs: number;
  readonly refreshSeconds: number;
  /** At most one fetch for unknown kids in so many seconds. */
  readonly cooldownSeconds: number;
  /** How long the last good set is used while no newer one can be had. */
  readonly keepSeconds: number;
}

export interface IdentityOptions {
  readonly issuers: readonly IssuerOptions[];
  readonly hmacContacts?: readonly HmacContactOptions[];
  /** 0 to 60. */
  readonly clockToleranceSeconds: number;
  readonly jwks: JwksOptions;
  /** How many verified tokens are remembered. */
  readonly cacheEntries: number;
  /** Longer tokens are invalid; never above 16 KiB. */
  readonly maxTokenBytes?: number;
}

export const defaultClaims: ClaimPaths = {
  subject: 'sub',
  bots: 'bots',
  roles: 'roles',
  ownedBots: 'owned_bots',
  contact: 'contact_id',
  conversations: 'conversations',
  scope: null,
};
export const defaultJwks: JwksOptions = {
  timeoutMs: 5_000,
  refreshSeconds: 300,
  cooldownSeconds: 10,
  keepSeconds: 86_400,
};
/** A month: longer than the tokens of most issuers. */
export const defaultRevocationSeconds = 2_592_000;
export const defaultCacheEntries = 10_000;
export const defaultClockToleranceSeconds = 30;
export const maxClockToleranceSeconds = 60;
/** What RFC 7518 section 3.2 asks of a secret: as long as the hash. */
export const minSecretBytes: Readonly<Record<HmacAlgorithm, number>> = { HS256: 32, HS384: 48, HS512: 64 };

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { isObject, own, readJsonObject, type JsonObject } from '../json.ts';
import type { KeyShelf } from './key-shelf.ts';

export const signingAlgorithms = ['ES256', 'EdDSA'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A key that gateways sign with. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** JWK (RFC 7517), the private half included. */
  readonly jwk: JsonObject;
  readonly createdAtMs: number;
}

/** Keys that all gateways of one store share, made and rotated by whoever is first. */
export interface SigningKeys {
  /** The one to sign with; undefined until the store was reached. */
  current(): SigningKey | undefined;
  /** Public halves, as a JWK set has them: of the next one before it is used, of the last one for a day after. */
  published(): readonly JsonObject[];
  start(): void;
  close(): void;
}

export interface SigningKeysOptions {
  readonly shelf: KeyShelf;
  readonly algorithm: SigningAlgorithm;
  readonly rotateMs: number;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  readonly now: () => number;
}

/** A new key is published for so long before it is used: longer than the set may be cached. */
export const LEAD_MS = 600_000;
/** A key that is no longer used is published for so long: far longer than what it signed holds. */
const REST_MS = 86_400_000;
const LOOK_MS = 60_000;
const RETRY_MS = 2_000;
const ATTEMPTS = 5;

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { shelf, log, now } = options;
  let keys: readonly SigningKey[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = '';
  const look = async (): Promise<void> => {
    try {
      keys = await renewed(options);
      failing = '';
    } catch (error) {
      const problem = String(error);
      if (problem !== failing) log.warn({ problem }, 'the keys to sign with cannot be had');
      failing = problem;
    }
    if (!closed) timer = setTimeout(() => void look(), failing === '' ? LOOK_MS : RETRY_MS).unref();
  };
  return {
    current: () => usedOf(keys, now()),
    published: () => keys.map(publicHalf),
    start: () => void look(),
    close() {
      closed = true;
      clearTimeout(timer);
      shelf.close();
    },
  };
}

/** The keys as they are kept, with a new one where it is time. */
async function renewed(options: SigningKeysOptions): Promise<readonly SigningKey[]> {
  const { shelf, log } = options;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await shelf.read();
    const keys = before === undefined ? [] : readKeys(before);
    const next = rotated(keys, options);
    if (next === keys) return keys;
    if (!(await shelf.replace(before, JSON.stringify({ keys: next })))) continue;
    log.info({ kid: next.at(-1)?.kid, keys: next.length }, 'a new key to sign with');
    return next;
  }
  throw new Error('others are changing the keys');
}

/** Oldest first; the same list where nothing is to be done. */
export function rotated(
  keys: readonly SigningKey[],
  { algorithm, rotateMs, now }: Pick<SigningKeysOptions, 'algorithm' | 'rotateMs' | 'now'>,
): readonly SigningKey[] {
  const newest = keys.at(-1);
  const isDue =
    newest === undefined || newest.algorithm !== algorithm || now() >= newest.createdAtMs + rotateMs;
  const used = usedOf(keys, now());
  const over = (key: SigningKey): boolean => {
    const successor = keys[keys.indexOf(key) + 1];
    return key !== used && successor !== undefined && now() > successor.createdAtMs + LEAD_MS + REST_MS;
  };
  const kept = keys.filter((key) => !over(key));
  if (isDue) return [...kept, newKey(algorithm, now())];
  return kept.length === keys.length ? keys : kept;
}

/** The newest that everybody has had the time to hear of; at first, the only one. */
function usedOf(keys: readonly SigningKey[], nowMs: number): SigningKey | undefined {
  return keys.findLast(({ createdAtMs }) => createdAtMs + LEAD_MS <= nowMs) ?? keys[0];
}

function newKey(algorithm: SigningAlgorithm, createdAtMs: number): SigningKey {
  const { privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('ed25519');
  const kid = randomBytes(12).toString('base64url');
  return { kid, algorithm, createdAtMs, jwk: { ...privateKey.export({ format: 'jwk' }) } };
}

function publicHalf({ kid, algorithm, jwk }: SigningKey): JsonObject {
  const { d: _private, ...rest } = jwk;
  return { ...rest, kid, alg: algorithm, use: 'sig' };
}

function readKeys(text: string): readonly SigningKey[] {
  const list = own(readJsonObject(text) ?? {}, 'keys');
  if (!Array.isArray(list) || !list.every(isKey)) throw new Error('the kept keys cannot be read');
  return list;
}

function isKey(value: unknown): value is SigningKey {
  return (
    isObject(value) &&
    typeof value['kid'] === 'string' &&
    signingAlgorithms.some((one) => one === value['algorithm']) &&
    typeof value['createdAtMs'] === 'number' &&
    isObject(value['jwk'])
  );
}

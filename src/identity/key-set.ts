import { isObject, own } from '../json.ts';
import { certificateKey, remoteKey, type VerifyKey } from './key.ts';

const MAX_KEYS = 512;

/**
 * A set's usable keys: a JWK set, its bare list, a single key, or certificates by key id. A set without any is a
 * broken answer: nobody means to switch every login off.
 */
export function readKeys(text: string, known: ReadonlyMap<string, VerifyKey>): readonly VerifyKey[] {
  const value = parse(text);
  const certificates = certificatesOf(value);
  const entries = certificates ?? entriesOf(value);
  if (entries === undefined) throw new Error('its answer is not a JSON Web Key Set');
  if (entries.length > MAX_KEYS) throw new Error(`its answer has more than ${String(MAX_KEYS)} keys`);
  const read = certificates?.map(([kid, pem]) => certificateKey(pem, kid));
  const keys = (read ?? entries.map((entry) => remoteKey(entry, known))).filter((key) => key !== undefined);
  if (keys.length === 0) throw new Error('its answer has no key that can verify tokens');
  return [...new Map(keys.map((key) => [key.fingerprint, key])).values()];
}

function entriesOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return undefined;
  const keys = own(value, 'keys');
  if (Array.isArray(keys)) return keys;
  return typeof own(value, 'kty') === 'string' ? [value] : undefined;
}

/** A map of certificates by key id, as Google publishes its keys. */
function certificatesOf(value: unknown): readonly (readonly [kid: string, pem: string])[] | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([kid, pem]) =>
    typeof pem === 'string' && pem.startsWith('-----BEGIN CERTIFICATE-----') ? [[kid, pem] as const] : [],
  );
  return entries.length > 0 && entries.length === Object.keys(value).length ? entries : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    throw new Error('its answer is not JSON');
  }
}

/** So many keys, as people say it. */
export const keysText = (count: number): string => (count === 1 ? '1 key' : `${String(count)} keys`);

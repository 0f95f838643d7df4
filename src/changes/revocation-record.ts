import type { Revocation } from '../policy/revocation.ts';

const TEXTS = ['id', 'issuer', 'expiresAt', 'createdAt', 'createdBy'] as const;
const OPTIONAL = ['subject', 'sid', 'jti', 'issuedBefore', 'note'] as const;
const TIMES = ['expiresAt', 'issuedBefore'] as const;

const isTime = (text: string | undefined): boolean => text === undefined || !Number.isNaN(Date.parse(text));

/** A revocation as it was stored; undefined where it is none, or means nothing that can be told. */
export function readRevocation(value: unknown): Revocation | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const read = new Map<string, string>();
  for (const [name, one] of Object.entries(value)) if (typeof one === 'string') read.set(name, one);
  if (!TEXTS.every((name) => read.has(name)) || Object.keys(value).length !== read.size) return undefined;
  const all: readonly string[] = [...TEXTS, ...OPTIONAL];
  if (![...read.keys()].every((name) => all.includes(name))) return undefined;
  if (!TIMES.every((name) => isTime(read.get(name)))) return undefined;
  if (!['subject', 'sid', 'jti', 'issuedBefore'].some((name) => read.has(name))) return undefined;
  const text = (name: string): string => read.get(name) ?? '';
  const [id, issuer, expiresAt] = [text('id'), text('issuer'), text('expiresAt')];
  const optional = Object.fromEntries(
    OPTIONAL.flatMap((name) => (read.has(name) ? [[name, text(name)]] : [])),
  );
  return { id, issuer, ...optional, expiresAt, createdAt: text('createdAt'), createdBy: text('createdBy') };
}

/** A list of them; undefined where one cannot be read. */
export function readRevocationList(value: unknown): readonly Revocation[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const read = value.map(readRevocation).filter((one) => one !== undefined);
  return read.length === value.length ? read : undefined;
}

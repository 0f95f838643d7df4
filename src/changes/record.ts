import { isBotId } from '../policy/resource.ts';
import type { Scope } from '../policy/reason.ts';
import { NEVER, isRangeId } from '../policy/whitelist.ts';
import type { CompactRange } from '../policy/whitelist.ts';
import type { ChangeScope, RangeRecord, ScopeRecord, SettingsState } from './change.ts';

/** A canonical dotted quad as an unsigned number; undefined for anything else. By hand: a million are read at start. */
export function readQuad(text: string): number | undefined {
  let [value, octet, dots] = [0, -1, 0];
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit === -2 && octet >= 0) {
      value = value * 256 + octet;
      octet = -1;
      dots += 1;
      continue;
    }
    if (digit < 0 || digit > 9 || octet === 0) return undefined;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return undefined;
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : undefined;
}

/** A dotted quad. */
export function quadText(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/**
 * Unix seconds from which a range no longer counts. Fractions are cut, so that it never counts too long;
 * a time that cannot be read is in the past.
 */
export function untilSeconds(expiresAt: string | undefined): number {
  if (expiresAt === undefined) return NEVER;
  const ms = Date.parse(expiresAt);
  return Number.isNaN(ms) ? 0 : Math.max(0, Math.min(NEVER - 1, Math.floor(ms / 1000)));
}

/** A stored range for the compiled form, or why it cannot be. */
export function compact(record: RangeRecord): CompactRange | string {
  const start = readQuad(record.start);
  const end = readQuad(record.end);
  if (!isRangeId(record.id)) return `range id ${JSON.stringify(record.id)} is not 16 hex digits`;
  if (start === undefined || end === undefined) return `range ${record.id} has no two IPv4 addresses`;
  if (start > end) return `range ${record.id} ends before it starts`;
  if (record.expiresAt !== undefined && Number.isNaN(Date.parse(record.expiresAt))) {
    return `range ${record.id} expires at no time`;
  }
  return { id: record.id, start, end, until: untilSeconds(record.expiresAt) };
}

export function isScope(text: string): text is Scope {
  return text === 'platform' || (text.startsWith('bot:') && isBotId(text.slice(4)));
}

export function isChangeScope(text: string): text is ChangeScope {
  return text === 'revocations' || isScope(text);
}

/** What a scope without a record has. */
export const OFF: SettingsState = { enabled: false };

/** What counts for a scope whose record cannot be read: the least that any record could grant. */
export const CLOSED: SettingsState = {
  enabled: false,
  mode: 'enforce',
  whenOff: 'members',
  requireLogin: true,
  inheritPlatform: false,
};

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** Settings as they were stored; undefined where one of them cannot be. */
export function readSettings(value: unknown): SettingsState | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { enabled, mode, whenOff, requireLogin, inheritPlatform }: Record<string, unknown> = { ...value };
  if (!isBoolean(enabled)) return undefined;
  if (mode !== undefined && mode !== 'enforce' && mode !== 'report') return undefined;
  if (whenOff !== undefined && whenOff !== 'members' && whenOff !== 'anyone') return undefined;
  if (requireLogin !== undefined && !isBoolean(requireLogin)) return undefined;
  if (inheritPlatform !== undefined && !isBoolean(inheritPlatform)) return undefined;
  return {
    enabled,
    ...(mode === undefined ? {} : { mode }),
    ...(whenOff === undefined ? {} : { whenOff }),
    ...(requireLogin === undefined ? {} : { requireLogin }),
    ...(inheritPlatform === undefined ? {} : { inheritPlatform }),
  };
}

/** A scope's toggle and settings without what else its record says. */
export function settingsOf(record: SettingsState): SettingsState {
  return readSettings(record) ?? CLOSED;
}

export function emptyRecord(scope: Scope): ScopeRecord {
  return { scope, enabled: false, revision: 0, ranges: 0 };
}

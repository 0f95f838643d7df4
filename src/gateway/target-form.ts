/** The prefix that is the gateway's own on the public door. */
export const reservedPrefix = '/_gateway';

/** Path and query of a target, byte for byte; an absolute-form one loses scheme and authority. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target);
  if (authority === null) return target;
  const rest = target.slice(authority[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/**
 * True for what the gateway answers itself: exactly these bytes, as its router compares them. Every other
 * spelling (`/_GATEWAY/`, `/%5fgateway/`, `/x/../_gateway/`) is the platform's, and goes through the guard.
 */
export function isReserved(path: string): boolean {
  if (!path.startsWith(reservedPrefix)) return false;
  const next = path.charCodeAt(reservedPrefix.length);
  return Number.isNaN(next) || next === 0x2f || next === 0x3f;
}

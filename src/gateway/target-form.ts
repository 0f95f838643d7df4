/** The prefix that is the gateway's own on the public door. */
export const reservedPrefix = '/_gateway';

/**
 * True for what the gateway answers itself: exactly these bytes, as its router compares them. Every other
 * spelling (`/_GATEWAY/`, `/%5fgateway/`, `/x/../_gateway/`) is the platform's, and goes through the guard.
 */
export function isReserved(path: string): boolean {
  if (!path.startsWith(reservedPrefix)) return false;
  const next = path.charCodeAt(reservedPrefix.length);
  return Number.isNaN(next) || next === 0x2f || next === 0x3f;
}

import { headerValues } from '../raw-headers.ts';

/**
 * True for a handshake after which a server can read frames in one way only (RFC 6455 section 4.2.1).
 *
 * Without version or key, servers that know the drafts before it (Meteor's, Rails') read messages between 0x00 and
 * 0xff: what is a ping here could be a subscription there.
 */
export function agreesOnFrames(headers: readonly string[]): boolean {
  const [version, ...others] = headerValues(headers, 'sec-websocket-version');
  const [key, ...more] = headerValues(headers, 'sec-websocket-key');
  if (others.length > 0 || more.length > 0) return false;
  return version?.trim() === '13' && /^[A-Za-z0-9+/]{22}==$/.test(key?.trim() ?? '');
}

import { jsonIn, NO_CALLS, textOf, UNREADABLE, type Call, type ReadCalls } from './calls.ts';

/** Of engine.io, what keeps a connection going: close, ping, pong, upgrade, noop. */
const QUIET = /^(?:1|[23](?:probe)?|5|6)$/;
/** Of socket.io, behind engine.io's 4: type, attachments, namespace, id, payload. */
const PACKET = /^4([0-6])(?:([0-9]{1,3})-)?(?:(\/[^,]*)(?:,|$))?[0-9]*((?:[[{].*)?)$/s;
const [CONNECT, DISCONNECT, EVENT, ACK, BINARY_EVENT, BINARY_ACK] = ['0', '1', '2', '3', '5', '6'];
/** What a library makes itself: no client sends it as an event. */
const RESERVED = /^(?:connect|connect_error|disconnect|disconnecting|newListener|removeListener)$/;

/**
 * socket.io from its version 1 on (engine.io protocols 3 and 4) over a WebSocket. An event is named as it is, behind
 * its namespace where that is not the main one (`/admin join`); to connect to a namespace is `connect`.
 */
export function createSocketio(): ReadCalls {
  let attachments = 0;
  return (isText, payload) => {
    const text = isText ? textOf(payload) : 'b';
    if (text === undefined) return UNREADABLE;
    if (QUIET.test(text)) return NO_CALLS;
    // Bytes are what an event before them announced, and nothing by themselves.
    if (text.startsWith('b') !== attachments > 0) return UNREADABLE;
    if (text.startsWith('b')) {
      attachments -= 1;
      return NO_CALLS;
    }
    const [, type = '', count, namespace = '/', json = ''] = PACKET.exec(text) ?? [];
    const isBinary = type === BINARY_EVENT || type === BINARY_ACK;
    if (isBinary !== (count !== undefined)) return UNREADABLE;
    attachments = Number(count ?? 0);
    return callsOf(type, namespace, json);
  };
}

function callsOf(type: string, namespace: string, json: string): readonly Call[] | typeof UNREADABLE {
  const sent = json === '' ? undefined : jsonIn(json)?.of;
  if (json !== '' && sent === undefined) return UNREADABLE;
  if (type === DISCONNECT) return json === '' ? NO_CALLS : UNREADABLE;
  if (type === ACK || type === BINARY_ACK) return Array.isArray(sent) ? NO_CALLS : UNREADABLE;
  if (type === CONNECT)
    return [called(namespace.replace(/\?.*$/s, ''), 'connect', 'connect', [sent ?? null])];
  if ((type !== EVENT && type !== BINARY_EVENT) || !Array.isArray(sent)) return UNREADABLE;
  const [name, ...params] = sent as readonly unknown[];
  // One that starts like a namespace would be named as another one's event.
  if (typeof name !== 'string' || RESERVED.test(name) || name.startsWith('/')) return UNREADABLE;
  return [called(namespace, 'event', name, params)];
}

function called(namespace: string, type: string, name: string, params: readonly unknown[]): Call {
  return {
    name: namespace === '/' ? name : `${namespace} ${name}`,
    value: { type, namespace, name, params },
  };
}

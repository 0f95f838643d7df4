import { isObject, own } from '../../json.ts';
import { jsonIn, NO_CALLS, textOf, UNREADABLE, type Call, type ReadCalls } from './calls.ts';

const QUIET = new Set<unknown>(['connect', 'ping', 'pong', 'unsub']);

/**
 * DDP, Meteor's protocol: `sub` names a publication and `method` a method, each with parameters. SockJS wraps texts
 * in an array, or sends one as a JSON string.
 */
export const ddp: ReadCalls = (isText, payload) => {
  const sent = isText ? jsonIn(textOf(payload) ?? '')?.of : undefined;
  if (isObject(sent)) return callsOf(sent);
  const calls: Call[] = [];
  for (const text of Array.isArray(sent) ? (sent as readonly unknown[]) : [sent]) {
    const found = callsOf(typeof text === 'string' ? jsonIn(text)?.of : undefined);
    if (found === UNREADABLE) return UNREADABLE;
    calls.push(...found);
  }
  return calls;
};

function callsOf(sent: unknown): readonly Call[] | typeof UNREADABLE {
  if (!isObject(sent)) return UNREADABLE;
  const type = own(sent, 'msg');
  if (QUIET.has(type)) return NO_CALLS;
  const name = type === 'sub' ? own(sent, 'name') : type === 'method' ? own(sent, 'method') : undefined;
  const params = own(sent, 'params') ?? [];
  if (typeof name !== 'string' || !Array.isArray(params)) return UNREADABLE;
  return [{ name, value: { type, params } }];
}

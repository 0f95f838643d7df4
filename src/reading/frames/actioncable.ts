import { isObject, own } from '../../json.ts';
import { jsonIn, NO_CALLS, textOf, UNREADABLE, type ReadCalls } from './calls.ts';

/**
 * ActionCable: `{"command": "subscribe", "identifier": "{\"channel\": …}"}`. The identifier is JSON of its own, and so
 * is the `data` of a `message`. Whatever has an identifier is about its channel.
 */
export const actioncable: ReadCalls = (isText, payload) => {
  const text = isText ? textOf(payload) : undefined;
  const sent = text === undefined ? undefined : jsonIn(text)?.of;
  if (!isObject(sent)) return UNREADABLE;
  const command = own(sent, 'command');
  const identifier = own(sent, 'identifier');
  if (command === 'pong' && identifier === undefined) return NO_CALLS;
  const params = typeof identifier === 'string' ? jsonIn(identifier)?.of : undefined;
  if (typeof command !== 'string' || !isObject(params)) return UNREADABLE;
  const name = own(params, 'channel');
  const given = own(sent, 'data') ?? null;
  const data = typeof given === 'string' ? jsonIn(given)?.of : given;
  if (typeof name !== 'string' || data === undefined) return UNREADABLE;
  return [{ name, value: { command, params, data } }];
};

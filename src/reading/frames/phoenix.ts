import { isObject, own } from '../../json.ts';
import { jsonIn, NO_CALLS, textOf, UNREADABLE, type ReadCalls } from './calls.ts';

/** Of a push in bytes: 0, then four lengths of one byte each, then the texts. */
const PUSH = 0;

/**
 * Phoenix channels: `[join_ref, ref, topic, event, payload]`, its older form as an object, or a push whose payload is
 * bytes. Whatever has a topic is about it.
 */
export const phoenix: ReadCalls = (isText, bytes) => {
  const sent = isText ? pushInText(bytes) : pushInBytes(bytes);
  if (sent === undefined) return UNREADABLE;
  const { topic, event, payload } = sent;
  if (typeof topic !== 'string' || typeof event !== 'string') return UNREADABLE;
  if (topic === 'phoenix' && event === 'heartbeat') return NO_CALLS;
  return [{ name: topic, value: { event, payload } }];
};

interface Push {
  readonly topic: unknown;
  readonly event: unknown;
  readonly payload: unknown;
}

function pushInText(bytes: Uint8Array): Push | undefined {
  const sent = jsonIn(textOf(bytes) ?? '')?.of;
  if (Array.isArray(sent)) {
    const [, , topic, event, payload] = sent as readonly unknown[];
    return sent.length === 5 ? { topic, event, payload } : undefined;
  }
  if (!isObject(sent)) return undefined;
  return { topic: own(sent, 'topic'), event: own(sent, 'event'), payload: own(sent, 'payload') ?? null };
}

function pushInBytes(bytes: Uint8Array): Push | undefined {
  const [kind, joinRef = 0, ref = 0, topic = 0, event = 0] = bytes;
  const start = 5 + joinRef + ref;
  if (kind !== PUSH || bytes.length < start + topic + event) return undefined;
  return {
    topic: textOf(bytes.subarray(start, start + topic)),
    event: textOf(bytes.subarray(start + topic, start + topic + event)),
    payload: null,
  };
}

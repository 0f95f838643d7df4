import { readJson, type JsonObject } from '../../json.ts';
import { hasTwins } from '../body.ts';

/** What frames a platform speaks within its sockets. */
export const frameProtocols = ['actioncable', 'phoenix', 'ddp', 'socketio'] as const;
export type FrameProtocol = (typeof frameProtocols)[number];

/** What one message of a client asks for: a subscription, or whatever else is named. */
export interface Call {
  /** Of the channel, topic, publication, method or event. */
  readonly name: string;
  /** All that expressions may look at. */
  readonly value: JsonObject;
}

/** What cannot be read as the protocol wants it. */
export const UNREADABLE = 'unreadable';

/** What the messages of a client ask for, one after the other; nothing where one only keeps the connection going. */
export type ReadCalls = (isText: boolean, payload: Uint8Array) => readonly Call[] | typeof UNREADABLE;

/** Nothing is asked for. */
export const NO_CALLS: readonly Call[] = [];

/** Bytes as text; undefined where they are no UTF-8 (RFC 6455 section 8.1). */
export function textOf(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
  } catch {
    return undefined;
  }
}

/** JSON that every reader takes alike; undefined for all else. */
export function jsonIn(text: string): { readonly of: unknown } | undefined {
  const reading = readJson(text);
  return reading.ok && !hasTwins(reading.value) ? { of: reading.value } : undefined;
}

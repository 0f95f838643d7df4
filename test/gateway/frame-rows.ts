import { fragments, frame } from '../support/frames.ts';

/** A socket whose subscriptions are judged. */
export const route = {
  path: '/cable',
  kind: 'socket',
  frames: {
    protocol: 'phoenix',
    channels: [
      { name: 'room:{botId}' },
      { name: 'all', bot: 'any' },
      { name: 'lobby', open: true },
      { name: 'asked', ids: { botId: 'payload.bot' } },
    ],
  },
} as const;
export const say = (topic: string, payload: object = {}): string =>
  JSON.stringify(['1', '1', topic, 'phx_join', payload]);
export const push = (topic: string): Buffer =>
  frame(Buffer.from([0, 1, 1, topic.length, 8, ...Buffer.from(`11${topic}phx_join`)]), { opcode: 2 });
export const mine = say('room:ok');
export const theirs = say('room:closed');
/** Status and reason of the last close frame. */
export const close = (bytes: string): string | undefined => {
  const at = bytes.lastIndexOf('\x88');
  return at < 0
    ? undefined
    : `${bytes.charCodeAt(at + 2) * 256 + bytes.charCodeAt(at + 3)} ${bytes.slice(at + 4)}`;
};

/** Everything here is refused; whoever sends it may see the bot `ok`, and no other. */
export const rows: readonly (readonly [name: string, sent: readonly Buffer[], expected: string])[] = [
  ['a room of another bot', [frame(theirs)], '1008 no-credential'],
  ['after one of theirs', [frame(mine), frame(theirs)], '1008 no-credential'],
  ['in one piece with one of theirs', [Buffer.concat([frame(mine), frame(theirs), frame(mine)])], '1008 no-credential'],
  ['what shows every bot', [frame(say('all'))], '1008 no-credential'],
  ['a room that is none', [frame(say('rooms:ok'))], '1008 bot-unresolved'],
  ['its bot in what is sent', [frame(say('asked', { bot: 'closed' }))], '1008 no-credential'],
  ['two bots in what is sent', [frame('["1","1","asked","phx_join",{"bot":"ok","bot":"closed"}]')], '1008 path-ambiguous'],
  ['two bots in two cases', [frame('["1","1","asked","phx_join",{"bot":"ok","Bot":"closed"}]')], '1008 path-ambiguous'],
  ['another bot behind an escape', [frame(theirs.replace('room:c', String.raw`r\u006fom:c`))], '1008 no-credential'],
  ['deep', [frame(`["1","1","lobby","say",${'['.repeat(99)}${']'.repeat(99)}]`)], '1008 path-ambiguous'],
  ['fragments', fragments(theirs, 5, 9, 14), '1008 no-credential'],
  ['fragments around a ping', [...fragments(theirs, 9).slice(0, 1), frame('x', { opcode: 9 }), ...fragments(theirs, 9).slice(1)], '1008 no-credential'],
  ['bytes', [push('room:closed')], '1008 no-credential'],
  ['bytes that say nothing', [frame(theirs, { opcode: 2 })], '1008 path-ambiguous'],
  ['no JSON', [frame('hello')], '1008 path-ambiguous'],
  ['bytes that are no text', [frame(Buffer.from([0x5b, 0xff]))], '1008 path-ambiguous'],
  ['without a mask', [frame(theirs, { isMasked: false })], '1002 frame-invalid'],
  ['compressed', [frame(theirs, { reserved: 4 })], '1002 frame-invalid'],
  ['a message within another', [frame(mine, { isLast: false }), frame(theirs)], '1002 frame-invalid'],
  ['a continuation of nothing', [frame(theirs, { opcode: 0 })], '1002 frame-invalid'],
  ['a length in too many bytes', [frame(theirs, { lengthBytes: 8 })], '1002 frame-invalid'],
  ['a large one', [frame(say('lobby', { text: 'x'.repeat(5_000) }))], '1009 message-too-long'],
  ['a large one that is only announced', [frame('', { length: 2 ** 40 })], '1009 message-too-long'],
]; // prettier-ignore

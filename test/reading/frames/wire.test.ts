import fc from 'fast-check';
import t from 'tap';
import { ServerFrames } from '../../../src/reading/frames/server-frames.ts';
import { ClientFrames, type Said } from '../../../src/reading/frames/wire.ts';
import { fragments, frame } from '../../support/frames.ts';

/** What is said, in words: the text of a message, or what else it is. */
function inWords(said: Said): string {
  if (said.kind === 'fault') return `fault ${said.close}`;
  if (said.kind === 'control') return said.isClose ? 'close' : 'control';
  return `${said.isText ? '' : 'bytes '}${Buffer.from(said.payload).toString()}`;
}

function read(parts: readonly Uint8Array[], maxBytes = 4_096): string[] {
  const frames = new ClientFrames(maxBytes);
  return parts.flatMap((part) => [...frames.read(part)].map(inWords));
}

const long = 'x'.repeat(200);

t.test('frames', async (t) => {
  const rows: readonly (readonly [name: string, sent: readonly Buffer[], expected: readonly string[]])[] = [
    ['a text', [frame('hi')], ['hi']],
    ['nothing', [frame('')], ['']],
    ['bytes', [frame('hi', { opcode: 2 })], ['bytes hi']],
    ['a longer one', [frame(long)], [long]],
    ['several', [frame('a'), frame('b')], ['a', 'b']],
    ['fragments', fragments('hello', 1, 3), ['hello']],
    ['a ping between fragments', [...fragments('hey', 1).slice(0, 1), frame('', { opcode: 9 }), ...fragments('hey', 1).slice(1)], ['control', 'hey']],
    ['nothing after a close', [Buffer.concat([frame('', { opcode: 8 }), frame('late')])], ['close']],
    ['no mask', [frame('hi', { isMasked: false })], ['fault 1002']],
    ['a reserved bit', [frame('hi', { reserved: 4 })], ['fault 1002']],
    ['an opcode that is none', [frame('hi', { opcode: 3 })], ['fault 1002']],
    ['a control opcode that is none', [frame('hi', { opcode: 11 })], ['fault 1002']],
    ['a continuation of nothing', [frame('hi', { opcode: 0 })], ['fault 1002']],
    ['a message in a message', [frame('a', { isLast: false }), frame('b')], ['fault 1002']],
    ['a ping in fragments', [frame('', { opcode: 9, isLast: false })], ['fault 1002']],
    ['a long ping', [frame(long, { opcode: 9 })], ['fault 1002']],
    ['a length in two bytes that fits', [frame('hi', { lengthBytes: 2 })], ['fault 1002']],
    ['a length in eight bytes that fits in two', [frame(long, { lengthBytes: 8 })], ['fault 1002']],
    ['more than is looked at', [frame('', { length: 5_000 })], ['fault 1009']],
    ['far more', [frame('', { length: 2 ** 40 })], ['fault 1009']],
    ['more than is looked at, in fragments', Array.from({ length: 30 }, (_, at) => frame(long, { opcode: at === 0 ? 1 : 0, isLast: false })), ['fault 1009']],
    ['without end, of nothing', Array.from({ length: 900 }, (_, at) => frame('', { opcode: at === 0 ? 1 : 0, isLast: false })), ['fault 1009']],
  ]; // prettier-ignore
  for (const [name, sent, expected] of rows) {
    const found = read(sent);
    t.same(found.slice(0, expected.length), expected, name);
    t.same(
      read([...Buffer.concat(sent)].map((byte) => Uint8Array.of(byte))).slice(0, expected.length),
      expected,
      `${name}, byte by byte`,
    );
  }
});

const piece = fc.oneof(
  fc.string({ maxLength: 300 }).map((text) => [frame(text)]),
  fc
    .tuple(fc.string({ minLength: 3, maxLength: 60 }), fc.nat(2))
    .map(([text, at]) => fragments(Buffer.from(text).toString('latin1'), at)),
  fc.constant([frame('ping', { opcode: 9 })]),
);

t.test('every byte goes on, in messages, however it came', async (t) => {
  const property = fc.property(
    fc.array(piece, { maxLength: 6 }),
    fc.array(fc.nat(700), { maxLength: 6 }),
    (pieces, cuts) => {
      const whole = Buffer.concat(pieces.flat());
      const at = [
        0,
        ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b),
        whole.length,
      ];
      const frames = new ClientFrames(100_000);
      const said = at.slice(1).flatMap((end, index) => [...frames.read(whole.subarray(at[index], end))]);
      if (said.length !== pieces.length || said.some(({ kind }) => kind === 'fault'))
        throw new Error('a fault');
      const bytes = said.flatMap((one) => (one.kind === 'control' ? [one.bytes] : one.bytes));
      if (!Buffer.concat(bytes).equals(whole)) throw new Error('other bytes');
    },
  );
  t.doesNotThrow(() => fc.assert(property, { numRuns: 500 }));
});

t.test('what a server sends is followed, however it comes', async (t) => {
  const payload = fc.oneof(fc.string({ maxLength: 200 }), fc.constant('x'.repeat(65_600)));
  const property = fc.property(
    fc.array(payload, { maxLength: 5 }),
    fc.integer({ min: 1, max: 90 }),
    (texts, size) => {
      const bytes = texts.flatMap((text) => [
        frame('!', { opcode: 9, isMasked: false }),
        frame(text, { isMasked: false }),
      ]);
      let said = '';
      const frames = new ServerFrames((part) => (said += Buffer.from(part).toString()));
      for (const [index, one] of bytes.entries()) {
        for (let at = 0; at < one.length; at += size) {
          if (frames.isBetween !== (at === 0)) throw new Error(`within frame ${index}`);
          if (!frames.read(one.subarray(at, at + size))) throw new Error('it cannot be read');
        }
      }
      if (!frames.isBetween || said !== texts.join('')) throw new Error('other words');
    },
  );
  fc.assert(property, { numRuns: 40 });
  const masked = new ServerFrames();
  t.notOk(masked.read(frame('as a client')));
  t.notOk(masked.read(frame('x', { isMasked: false })), 'nothing after it can be read');
  t.notOk(masked.isBetween);
});

t.test('a fault keeps every byte that is in no message', async (t) => {
  const sent = Buffer.concat([
    frame('first'),
    frame('be', { isLast: false }),
    frame('x', { reserved: 1 }),
    frame('z'),
  ]);
  for (const size of [1, 3, sent.length]) {
    const frames = new ClientFrames(4_096);
    const bytes: Uint8Array[] = [];
    for (let at = 0; at < sent.length; at += size) {
      let isBroken = false;
      for (const said of frames.read(sent.subarray(at, at + size))) {
        bytes.push(...(said.kind === 'control' ? [said.bytes] : said.bytes));
        isBroken = said.kind === 'fault';
      }
      if (isBroken) {
        bytes.push(sent.subarray(at + size));
        break;
      }
    }
    t.ok(Buffer.concat(bytes).equals(sent), `${size} bytes at a time`);
  }
});

import t from 'tap';
import { headTexts } from '../../src/gateway/response-headers.ts';

const bytes = Buffer.from('A: b\r\nC\xe9: d\xff\r\nLast: end', 'latin1');
const part = (from: number, to: number) => bytes.subarray(from, to);
const whole = [part(0, 1), part(3, 4), part(6, 8), part(10, 12), part(14, 18), part(20, 23)];
const texts = ['A', 'b', 'C\xe9', 'd\xff', 'Last', 'end'];

t.test('each part is read as its bytes stand, wherever they do', async (t) => {
  const copy = (at: number): Buffer => Buffer.from(whole[at] ?? '');
  const mixed = (...copied: number[]) => whole.map((one, at) => (copied.includes(at) ? copy(at) : one));
  t.strictSame(headTexts(whole), texts, 'in one piece');
  for (const at of texts.keys()) t.strictSame(headTexts(mixed(at)), texts, `part ${at} in another`);
  t.strictSame(headTexts(mixed(0, 1, 2, 3, 4, 5)), texts, 'each in one of its own');
  t.strictSame(headTexts(whole.toReversed()), texts.toReversed(), 'the last one in front');
  const [, , third, , fifth] = whole;
  t.strictSame(
    headTexts([third, whole[0], fifth].flatMap((one) => one ?? [])),
    ['C\xe9', 'A', 'Last'],
    'one before the first',
  );
  t.strictSame(headTexts(texts), texts, 'texts');
  t.strictSame(headTexts([]), [], 'none');
});

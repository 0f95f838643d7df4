import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { compileCidrs, contains, formatIpv4, parseAddress, parseIpv4 } from '../../src/reading/address.ts';
import { texts } from './addresses.ts';

t.test('an address is what its row says, and nothing else is one', async (t) => {
  const wrong = texts
    .map(([text, expected]) => ({ text, expected, found: parseAddress(text)?.address }))
    .filter(({ expected, found }) => found !== expected);
  t.same(wrong, [], `${texts.length} rows`);
  t.same(parseAddress('::ffff:1.2.3.4'), { family: 4, value: 0x01020304, address: '1.2.3.4' });
  t.equal(parseIpv4('255.0.0.1'), 0xff000001, 'unsigned');
});

t.test('addresses agree with the platform for any text', async (t) => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (value) => parseIpv4(formatIpv4(value)) === value),
    { numRuns: 2000 },
  );
  const piece = fc.constantFrom(':', '::', '0', '1', 'ffff', 'db8', '.', '1.2.3.4', '%', 'g', '00000');
  const nearly = fc.oneof(
    fc.ipV6(),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  );
  const canonical = fc.property(nearly, (text) => {
    const parsed = parseAddress(text);
    const known = parseIpv4(text) !== undefined || (isIPv6(text) && !text.includes('%'));
    if ((parsed !== undefined) !== known) return false;
    return parsed === undefined || parseAddress(parsed.address)?.address === parsed.address;
  });
  t.doesNotThrow(() => fc.assert(canonical, { numRuns: 5000 }), 'and a canonical text reads as itself');
});

t.test('networks', async (t) => {
  for (const [list, address, expected] of [
    [['10.0.0.0/8'], '10.255.0.1', true],
    [['10.0.0.0/8'], '11.0.0.0', false],
    [['10.0.0.0/8'], '::ffff:10.0.0.1', true],
    [['192.0.2.1'], '192.0.2.1', true],
    [['192.0.2.1/32'], '192.0.2.2', false],
    [['0.0.0.0/0'], '255.255.255.255', true],
    [['0.0.0.0/0'], '::1', false],
    [['::/0'], '1.2.3.4', false],
    [['::/0'], '2001:db8::1', true],
    [['128.0.0.0/1'], '200.1.1.1', true],
    [['2001:db8::/33'], '2001:db8:7fff::1', true],
    [['2001:db8::/33'], '2001:db8:8000::1', false],
    [['::1'], '::1', true],
    [['::ffff:10.0.0.0/104'], '10.1.1.1', true],
    [['::ffff:0:0/96'], '1.2.3.4', true],
    [[], '10.0.0.1', false],
  ] as const) {
    const parsed = parseAddress(address);
    t.equal(
      parsed && contains(compileCidrs(list), parsed),
      expected,
      `${address} in ${list.join(' ') || 'nothing'}`,
    );
  }
  for (const entry of [
    '',
    'x',
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ]) {
    t.throws(
      () => compileCidrs(['192.0.2.1', entry]),
      { message: new RegExp(`^"${entry}" `) },
      entry || 'empty',
    );
  }
  for (const entry of ['::1/129', '2001:db8::1/32', '::/95x', '::ffff:0:0/90', '10.0.0.0/8 ']) {
    t.throws(() => compileCidrs([entry]), entry);
  }
});

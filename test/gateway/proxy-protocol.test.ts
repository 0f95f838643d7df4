import t from 'tap';
import { ask, sendRaw } from '../support/raw.ts';
import { startUpstream, type Seen } from '../support/upstreams.ts';
import { startDoor } from './door.ts';
import { startJudge } from './judge.ts';
import { get } from './visitor.ts';

const upstream = await startUpstream();
const judge = await startJudge();
t.teardown(async () => {
  await judge.stop();
  await upstream.stop();
});
const forwarded = ({ rawHeaders }: Seen): string | undefined =>
  rawHeaders[rawHeaders.indexOf('X-Forwarded-For') + 1];

t.test('the PROXY protocol', async (t) => {
  const door = await startDoor(upstream.url, {
    judge,
    options: { usesProxyProtocol: () => true, limits: { headersTimeoutMs: 400 } },
    deps: { isTrustedPeer: (address) => address === '127.0.0.1' },
  });
  const signature = '\r\n\r\n\0\r\nQUIT\n';
  const v2 = (command: number, family: number, addresses: string, length = addresses.length): string =>
    `${signature}${String.fromCharCode(0x20 | command, family, length >> 8, length & 0xff)}${addresses}`;
  const four = '\xcb\x00\x71\x07\x0a\x00\x00\x01\x12\x34\x01\xbb';
  const six = `\x20\x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(16)}\x12\x34\x01\xbb`;
  const mapped = `${'\0'.repeat(10)}\xff\xff\xcb\x00\x71\x07${'\0'.repeat(16)}\x12\x34\x01\xbb`;
  const tlv = '\x04\x00\x05hello';
  const v1 = (text: string): string => `PROXY ${text}\r\n`;
  const good: readonly (readonly [name: string, header: string, address: string])[] = [
    ['v1', v1('TCP4 203.0.113.7 10.0.0.1 56324 443'), '203.0.113.7'],
    ['v1 over IPv6', v1('TCP6 2001:db8::1 2001:db8::2 56324 443'), '2001:db8::1'],
    ['v1 UNKNOWN', v1('UNKNOWN'), 'unknown'],
    ['v1 UNKNOWN with more', v1('UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535'), 'unknown'],
    ['v2', v2(1, 0x11, four), '203.0.113.7'],
    ['v2 with a TLV', v2(1, 0x11, four + tlv), '203.0.113.7'],
    ['v2 over IPv6', v2(1, 0x21, six), '2001:db8:0:0:0:0:0:1'],
    ['v2 with an IPv4 address as IPv6', v2(1, 0x21, mapped), '::ffff:203.0.113.7'],
    ['v2 LOCAL', v2(0, 0x00, ''), 'unknown'],
    ['v2 LOCAL with addresses', v2(0, 0x11, four), 'unknown'],
    ['v2 UNSPEC', v2(1, 0x00, ''), 'unknown'],
    ['v2 over a Unix socket', v2(1, 0x31, '\0'.repeat(216)), 'unknown'],
  ];
  const peers: (string | undefined)[] = [];
  const seen = await startDoor(upstream.url, {
    judge,
    options: { usesProxyProtocol: () => true },
    deps: {
      isTrustedPeer: () => true,
      authorize: (question) => {
        peers.push(question.peer.proxied === 'known' ? question.peer.address : question.peer.proxied);
        throw new Error('seen');
      },
    },
  });
  for (const [name, header, address] of good) {
    await ask(seen.port, header + get('/x'));
    t.equal(peers.pop(), address, name);
  }
  await ask(seen.port, [...v2(1, 0x11, four + tlv)].concat(get('/x')), { pauseMs: 2 });
  t.equal(peers.pop(), '203.0.113.7', 'a byte at a time');
  const text = v1('TCP4 203.0.113.9 10.0.0.1 1 2');
  await ask(seen.port, [
    text.slice(0, 3),
    text.slice(3, 20),
    text.slice(20) + get('/x').slice(0, 9),
    get('/x').slice(9),
  ]);
  t.equal(peers.pop(), '203.0.113.9', 'split anywhere');
  const [a = '', b = ''] = [get('/a'), get('/b')];
  await sendRaw(seen.port, [text + a + b], { idleMs: 100 });
  t.strictSame(peers.splice(0), ['203.0.113.9', '203.0.113.9'], 'for the whole connection');
  await seen.stop();

  const bad: readonly (readonly [name: string, header: string])[] = [
    ['none', ''],
    ['v1 with another word', v1('TCP5 203.0.113.7 10.0.0.1 56324 443')],
    ['v1 with one address', v1('TCP4 203.0.113.7 56324 443')],
    ['v1 that says TCP4 and means TCP6', v1('TCP4 2001:db8::1 2001:db8::2 56324 443')],
    ['v1 with a port too large', v1('TCP4 203.0.113.7 10.0.0.1 99999 443')],
    ['v1 without an end', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['v1 with a bare line feed', 'PROXY TCP4 203.0.113.7 10.0.0.1 56324 443\n'],
    ['v2 of version 3', v2(1, 0x11, four).replace('\x21\x11', '\x31\x11')],
    ['v2 with an unknown command', v2(2, 0x11, four)],
    ['v2 with an unknown family', v2(1, 0x41, four)],
    ['v2 too short for its family', v2(1, 0x11, '\0\0\0\0')],
    ['v2 of absurd length', v2(1, 0x11, four, 65_535)],
    ['a broken signature', `\r\n\r\n\0\r\nQUIX\n!\x11\0\0`],
  ];
  for (const [name, header] of bad)
    t.equal(await sendRaw(door.port, header + get('/x')), '', `closed: ${name}`);
  const start = performance.now();
  t.equal(await sendRaw(door.port, 'PROXY TC', { idleMs: 3_000 }), '');
  t.ok(performance.now() - start < 1_500, 'a slow one is closed');
  upstream.take();
  await ask(door.port, v1('TCP4 203.0.113.7 10.0.0.1 56324 443') + get('/x'));
  t.equal(upstream.take().map(forwarded)[0], '203.0.113.7');
  await door.stop();
  const untrusted = await startDoor(upstream.url, { judge, options: { usesProxyProtocol: () => true } });
  t.equal(
    await sendRaw(untrusted.port, v1('TCP4 203.0.113.7 10.0.0.1 1 2') + get('/x')),
    '',
    'an untrusted peer',
  );
  await untrusted.stop();
  t.equal(upstream.take().length, 0);
});

import t from 'tap';
import type { ClientIp } from '../../src/policy/client-ip.ts';
import { compileTrust, isTrustedPeer, readClientIp } from '../../src/reading/forwarded.ts';
import type { ForwardingSource } from '../../src/reading/origin.ts';
import { forwarded, forwardedFor, named, type HeaderRow } from './addresses.ts';

const cidrs = ['10.0.0.0/8', '2001:db8:10::/48'];
const trusting = (source: ForwardingSource) => compileTrust({ cidrs, source });
const inWords = (client: ClientIp): string => (client.status === 'unknown' ? '?' : client.address);
const proxy = { address: '10.0.0.1' };
const visitor = { address: '203.0.113.50' };

t.test('exactly the configured source, right to left', async (t) => {
  const sources: readonly (readonly [ForwardingSource, string, readonly HeaderRow[]])[] = [
    ['x-forwarded-for', 'X-Forwarded-For', forwardedFor],
    ['forwarded', 'Forwarded', forwarded],
    ['header:X-Client', 'x-client', named],
  ];
  for (const [source, name, rows] of sources) {
    const wrong = rows
      .map(([values, expected]) => {
        const headers = [values].flat().flatMap((value) => [name, value]);
        return { values, expected, found: inWords(readClientIp(trusting(source), proxy, headers).client) };
      })
      .filter(({ expected, found }) => found !== expected);
    t.same(wrong, [], `${source}: ${rows.length} rows`);
    for (const [values] of rows) {
      const headers = [values].flat().flatMap((value) => [name, value]);
      const ignored = readClientIp(trusting(source), visitor, headers);
      t.equal(inWords(ignored.client), visitor.address, 'from a peer that nobody listed it says nothing');
      t.notOk(ignored.peerTrusted);
    }
    t.equal(inWords(readClientIp(trusting(source), proxy, []).client), '?', `${source}: absent`);
    const others = [
      'X-Forwarded-For',
      '1.1.1.1',
      'Forwarded',
      'for=1.1.1.1',
      'X-Client',
      '1.1.1.1',
      'X-Real-IP',
      '1.1.1.1',
    ];
    const without = others.filter((_, i) => others[i - (i % 2)]?.toLowerCase() !== name.toLowerCase());
    t.equal(
      inWords(readClientIp(trusting(source), proxy, without).client),
      '?',
      `${source}: others do not stand in`,
    );
    const underscored = name.replaceAll('-', '_');
    if (underscored === name) continue;
    const { client } = readClientIp(trusting(source), proxy, [underscored, '1.1.1.1']);
    t.equal(inWords(client), '?', 'an underscore is no dash');
  }
});

t.test('trust that is unset, and trust in nobody', async (t) => {
  const unset = compileTrust(undefined);
  const nobody = compileTrust({ cidrs: [], source: 'x-forwarded-for' });
  t.equal(
    inWords(readClientIp(unset, visitor, ['Host', 'x', 'X-Forwarded-Proto', 'https']).client),
    visitor.address,
  );
  for (const header of ['X-Forwarded-For', 'x-forwarded-for', 'FORWARDED', 'X-Real-IP']) {
    const { client, chain } = readClientIp(unset, visitor, [header, '']);
    t.match(client, { status: 'unknown', why: /trustedProxies/ }, `${header} seen`);
    t.same(chain, []);
    t.equal(
      inWords(readClientIp(nobody, visitor, [header, '1.1.1.1']).client),
      visitor.address,
      `${header} ignored`,
    );
  }
});

t.test('peers', async (t) => {
  const trust = trusting('x-forwarded-for');
  for (const [address, expected] of [
    ['203.0.113.50', '203.0.113.50'],
    ['::ffff:203.0.113.50', '203.0.113.50'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', '?'],
    ['/run/socket', '?'],
  ] as const) {
    t.equal(inWords(readClientIp(trust, { address }, []).client), expected, address || 'none');
  }
  t.match(readClientIp(trust, { address: '2001:db8::1' }, []).client, { status: 'ipv6' });
  t.ok(isTrustedPeer(trust, '::ffff:10.0.0.1'));
  t.notOk(isTrustedPeer(trust, '11.0.0.1'));
  t.notOk(isTrustedPeer(trust, ''));
  t.notOk(isTrustedPeer(compileTrust(undefined), '10.0.0.1'));
});

t.test('the PROXY protocol', async (t) => {
  const trust = trusting('proxy-protocol');
  const forged = ['X-Forwarded-For', '1.1.1.1'];
  for (const [peer, expected] of [
    [{ address: '203.0.113.9', proxied: 'known' }, '203.0.113.9'],
    [{ address: '::ffff:203.0.113.9', proxied: 'known' }, '203.0.113.9'],
    [{ address: '2001:db8::9', proxied: 'known' }, '2001:db8::9'],
    [{ address: '10.0.0.7', proxied: 'known' }, '?'],
    [{ address: '10.0.0.1', proxied: 'unknown' }, '?'],
    [{ address: '10.0.0.1' }, '?'],
    [{ address: '203.0.113.9' }, '?'],
  ] as const) {
    t.equal(inWords(readClientIp(trust, peer, forged).client), expected, JSON.stringify(peer));
  }
  const visitor = readClientIp(trust, { address: '203.0.113.9', proxied: 'known' }, forged);
  t.same(visitor.chain, ['203.0.113.9']);
  t.notOk(visitor.peerTrusted, 'the headers that come through are the visitor’s own');
});

t.test('what goes on: the chain, the scheme and the host', async (t) => {
  const trust = trusting('x-forwarded-for');
  const headers = [
    'X-Forwarded-For',
    '1.1.1.1, 203.0.113.9, 10.0.0.2',
    'X-Forwarded-Proto',
    'https',
    'X-Forwarded-Host',
    'a.example:8443',
  ];
  const origin = readClientIp(trust, proxy, headers);
  t.same(
    origin.chain,
    ['203.0.113.9', '10.0.0.2', '10.0.0.1'],
    'the client IP and what was trusted after it',
  );
  t.same([origin.proto, origin.host], ['https', 'a.example:8443']);
  t.same(origin.hops, [
    { address: '10.0.0.1', trusted: true, source: 'peer' },
    { address: '10.0.0.2', trusted: true, source: 'x-forwarded-for' },
    { address: '203.0.113.9', trusted: false, source: 'x-forwarded-for' },
  ]);
  const direct = readClientIp(trust, visitor, headers);
  t.same(
    [direct.chain, direct.proto, direct.host],
    [[visitor.address], undefined, undefined],
    'not from anybody',
  );
  for (const [proto, host] of [
    ['gopher', 'a b'],
    ['', ''],
    ['https,', 'a,'],
    ['java', 'a/b'],
  ] as const) {
    const odd = readClientIp(trust, proxy, [
      'X-Forwarded-For',
      '1.1.1.1',
      'X-Forwarded-Proto',
      proto,
      'X-Forwarded-Host',
      host,
    ]);
    t.same([odd.proto, odd.host], [undefined, undefined], `${proto} ${host}`);
  }
  const last = readClientIp(trust, proxy, ['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-Proto', 'http, https']);
  t.equal(last.proto, 'https', 'the nearest proxy wrote the last one');
  const spoken = readClientIp(trusting('forwarded'), proxy, [
    'Forwarded',
    'for=1.1.1.1;proto=https;host="a:1"',
    'X-Forwarded-Proto',
    'http',
  ]);
  t.same([spoken.proto, spoken.host, spoken.chain], ['https', 'a:1', ['1.1.1.1', '10.0.0.1']]);
  for (const values of ['garbage', '10.0.0.2', '']) {
    const { client, chain } = readClientIp(trust, proxy, ['X-Forwarded-For', values]);
    t.match(client, { status: 'unknown', why: /^[A-Z].*\.$/ }, 'one plain sentence');
    t.same(chain, []);
  }
});

import t from 'tap';
import {
  compileHashPlaces,
  isContactPlace,
  readContacts,
  stripHashes,
} from '../../src/reading/contact-parts.ts';

const kinds = [
  { name: 'q', contact: 'query:id', hash: 'query:hash' },
  { name: 'h', contact: 'header:X-Id', hash: 'header:X-Hash' },
  { name: 'c', contact: 'cookie:id', hash: 'cookie:hash' },
];

type Row = readonly [headers: readonly string[], target: string, expected: string];

/** Headers and target → kind, id and hash; `?` where two of one differ. */
const rows: readonly Row[] = [
  [[], '/?id=7&hash=ab', 'q 7 ab'],
  [[], '/?id=7', ''],
  [[], '/?hash=ab', ''],
  [[], '/?id=&hash=ab', ''],
  [[], '/?id=7&id=7&hash=ab', 'q 7 ab'],
  [[], '/?id=7&id=8&hash=ab', 'q ?'],
  [[], '/?id=7&hash=ab&hash=cd', 'q ?'],
  [['X-Id', ' 7 ', 'x-hash', 'ab'], '/', 'h 7 ab'],
  [['X-Id', '7', 'X-Id', '8', 'X-Hash', 'ab'], '/', 'h ?'],
  [['X_Id', '7', 'X-Hash', 'ab'], '/', ''],
  [['Cookie', 'a=1; id=7; hash="ab"'], '/', 'c 7 ab'],
  [['Cookie', 'id=7', 'Cookie', 'hash=ab'], '/', 'c 7 ab'],
  [['Cookie', 'id=%41; hash=%zz'], '/', 'c A %zz'],
  [['Cookie', 'id; hash=ab'], '/', ''],
  [['Cookie', 'id=7; id=8; hash=ab'], '/', 'c ?'],
  [['Cookie', 'id=7; hash=ab', 'X-Id', '7', 'X-Hash', 'ab'], '/?id=7&hash=ab', 'q 7 ab, h 7 ab, c 7 ab'],
];

t.test('ids of contacts with their hashes', async (t) => {
  for (const [headers, target, expected] of rows) {
    const found = readContacts(kinds, { headers, target, upgrade: false }, ['query']);
    const words = found.map(
      ({ kind, claim }) => `${kind} ${claim === undefined ? '?' : `${claim.id} ${claim.hash}`}`,
    );
    t.equal(words.join(', '), expected, JSON.stringify([headers, target]));
  }
  const query = { headers: [], target: '/?id=7&hash=ab', upgrade: false };
  t.same(readContacts(kinds, query), [], 'where the route does not allow the query');
});

t.test('places that can be', async (t) => {
  for (const good of ['query:a.b', 'header:X-A', 'cookie:a']) t.ok(isContactPlace(good), good);
  for (const bad of ['bearer', 'query:', 'cookie:a*b c', 'header:X A', 'protocol:a'])
    t.notOk(isContactPlace(bad), bad);
});

t.test('hashes are taken out of what goes on', (t) => {
  const raw = ['Host', 'a', 'X-HASH', 'ab', 'Cookie', 'a=1; hash=ab', 'cookie', 'hash="ab"', 'X-Id', '7'];
  const places = compileHashPlaces(kinds);
  t.same(stripHashes(places, raw), ['Host', 'a', 'Cookie', 'a=1', 'X-Id', '7']);
  t.equal(stripHashes(compileHashPlaces(kinds.slice(0, 1)), raw), raw, 'where none can stand there');
  t.end();
});

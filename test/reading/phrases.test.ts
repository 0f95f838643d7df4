import * as fc from 'fast-check';
import t from 'tap';
import { compilePhrases } from '../../src/reading/phrase-machine.ts';
import { PhraseSearch } from '../../src/reading/phrase-search.ts';

const phrase = 'Die Äpfel/"Birnen" & das <rote> Fass 5';
const machine = compilePhrases(['something else entirely', phrase]);

/** Reads bytes in pieces; what was found, and how much was open at the end. */
function search(bytes: Uint8Array, piece = bytes.length || 1, by = machine) {
  const one = new PhraseSearch(by);
  for (let at = 0; at < bytes.length; at += piece) {
    const found = one.read(bytes.subarray(at, at + piece));
    if (found !== undefined) return { found, open: one.open };
  }
  return { found: undefined, open: one.open };
}

const html = (text: string, reference: (code: number) => string): string =>
  [...text].map((one) => (/[\w ]/.test(one) ? one : reference(one.codePointAt(0) ?? 0))).join('');
const ascii = (text: string): string =>
  text.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** How pages, scripts and files write a phrase. */
const written: Readonly<Record<string, string | Uint8Array>> = {
  'as it is': phrase,
  'in upper case': phrase.toUpperCase(),
  'in JSON': JSON.stringify({ text: phrase }),
  'in JSON of ASCII': ascii(JSON.stringify({ text: phrase })),
  'in JSON of ASCII, in upper case': ascii(JSON.stringify(phrase)).replace('\\u00c4', '\\u00C4'),
  'in JSON as PHP writes it': ascii(JSON.stringify(phrase)).replaceAll('/', '\\/'),
  'in JSON in JSON': JSON.stringify(JSON.stringify({ text: phrase })),
  'in JSON for a page': JSON.stringify(phrase)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026'),
  'in HTML': html(phrase, (code) => `&#${code};`),
  'in HTML, hexadecimal': html(phrase, (code) => `&#x${code.toString(16)};`),
  'in HTML, by name': phrase
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('Ä', '&Auml;'),
  'in JSON in an attribute': JSON.stringify(phrase).replaceAll('&', '&amp;').replaceAll('"', '&quot;'),
  'in HTML, every letter': [...phrase].map((one) => `&#${one.codePointAt(0) ?? 0};`).join(''),
  'over several lines': phrase.replaceAll(' ', '\r\n\t'),
  'over several lines in JSON': JSON.stringify(phrase.replaceAll(' ', '\r\n')),
  'with markup between words': phrase.replaceAll(' ', '</b> <br class="x"/>'),
  'with hard spaces': phrase.replaceAll(' ', '\u00a0'),
  'with spaces by name': phrase.replaceAll(' ', '&nbsp;'),
  'in a URL': encodeURIComponent(phrase),
  'in a form': new URLSearchParams({ text: phrase }).toString(),
  'with marks apart': phrase.normalize('NFD'),
  'in Latin-1': Buffer.from(phrase, 'latin1'),
  'in a script': phrase.replace('Ä', '\\xc4').replaceAll('"', '\\"'),
};

t.test('a phrase is found however it is written, and in pieces', (t) => {
  for (const [how, text] of Object.entries(written)) {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const page = Buffer.concat([Buffer.from('<p>Die Äpfel sind da'), bytes, Buffer.from('</p>')]);
    for (const piece of [page.length, 1, 2, 7]) t.equal(search(page, piece).found, 1, `${how}, by ${piece}`);
  }
  t.equal(search(Buffer.from('SOMETHING&nbsp;else <i>entirely')).found, 0);
  const cyrillic = compilePhrases(['красная дверь за углом']);
  // Windows-1251 and KOI8-R: what Russian platforms of that age write.
  const kois = Buffer.from('cbd2c1d3cec1d120c4d7c5d2d820dac120d5c7cccfcd', 'hex');
  const windows = Buffer.from('eaf0e0f1ede0ff20e4e2e5f0fc20e7e020f3e3ebeeec', 'hex');
  for (const bytes of [kois, windows, Buffer.from('КРАСНАЯ дверь за углом')])
    t.equal(search(bytes, 3, cyrillic).found, 0);
  const far = compilePhrases(['smile 😀 please']);
  for (const text of ['smile 😀 please', 'smile \\ud83d\\ude00 please', 'smile &#128512; please'])
    t.equal(search(Buffer.from(text), 5, far).found, 0, text);
  t.end();
});

t.test('what is not the phrase is not found', (t) => {
  const others = [
    phrase.slice(0, -1),
    phrase.replace('Ä', 'A'),
    phrase.replaceAll(' ', ''),
    phrase.replace('Fass', 'Fa ss'),
    `${phrase.slice(0, 10)}${phrase.slice(0, 10)}${phrase.slice(20)}`,
  ];
  for (const text of others) t.equal(search(Buffer.from(text)).found, undefined, text);
  t.end();
});

t.test('only what may be the beginning of a phrase is open', (t) => {
  for (const [text, open] of [
    ['nothing of it.', 0],
    ['… Die Äpf', 8],
    ['… Die \\u00c', 9],
    ['Die Die Die Äpfel', 18],
    ['Die Äpfel sind', 1],
  ] as const)
    t.equal(search(Buffer.from(text)).open, open, text);
  t.end();
});

t.test('in any text, in any pieces, exactly what is there is found', (t) => {
  const small = compilePhrases(['aab aabc', 'bca']);
  const reference = /aab[ \t\n\v\f\r+]+aabc|bca/i;
  const letters = fc.constantFrom('a', 'b', 'c', 'A', ' ', '+');
  const texts = fc.array(letters, { maxLength: 60 }).map((list) => list.join(''));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, piece) => {
      const { found, open } = search(Buffer.from(text), piece, small);
      if (open > text.length) return false;
      return (found !== undefined) === reference.test(text);
    }),
    { numRuns: 2_000 },
  );
  t.end();
});

t.test('hostile text does not make the machine grow without end, nor lose its place', (t) => {
  const long = compilePhrases([
    'the parcel is behind the red door of the house',
    'änderung über öffnung ßäöü',
  ]);
  const pieces = [
    'the',
    '\\u00e4',
    '&#228;',
    '&auml;nd',
    '%c3',
    '\\\\\\u00',
    '<b>',
    'parcel ',
    '&amp;amp;#',
    'ä',
  ];
  let seed = 7;
  const next = (most: number): number => (seed = (seed * 1103515245 + 12345) >>> 0) % most;
  const text = Array.from({ length: 60_000 }, () => pieces[next(pieces.length)] ?? '').join('');
  const begun = performance.now();
  t.equal(search(Buffer.from(text), 1_000, long).found, undefined);
  t.ok(performance.now() - begun < 5_000, 'in time that is proportional');
  t.equal(search(Buffer.from(`${text}the parcel is behind the red door of the house`), 3, long).found, 0);
  t.ok(long.table.length <= 2 * 4_096 * 256);
  t.end();
});

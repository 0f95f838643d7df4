import fc from 'fast-check';

/** What targets are made of, guarded or nearly: one-liners, so that each new trick is one more entry. */
const PIECES = [
  ...['/', '/', '/', '/', '//', '/./', '/../', '/..', '..', '.', '...', '/x/../', '/x', '....//', '..././'],
  ...[
    'transcripts',
    '/transcripts/',
    '/transcripts/a/1',
    '/transcripts/b/2',
    'TRANSCRIPTS',
    'history',
    '/history',
  ],
  ...['a', 'b', 'a/1', '/b/2', '1', '2', 'ab', 'a.', '~', '.php', '.json', '/index.php', '/(S(x))'],
  ...[
    '%2f',
    '%2F',
    '%5c',
    '%2e',
    '%2e%2e',
    '%2e%2e%2f',
    '%3b',
    '%3f',
    '%23',
    '%25',
    '%20',
    '%00',
    '%0a',
    '%0d',
    '%09',
  ],
  ...[
    '%252f',
    '%255c',
    '%252e',
    '%252e%252e',
    '%253b',
    '%2500',
    '%25252f',
    '%25252e',
    '%2561',
    '%61',
    '%62',
    '%31',
  ],
  ...[
    '%u002f',
    '%u002e',
    '%u005c',
    '%u0061',
    '%uff0f',
    '%u2215',
    '%c0%af',
    '%c0%ae',
    '%c1%9c',
    '%e0%80%af',
    '%c0%80',
  ],
  ...[
    '%ff',
    '%80',
    '%c3',
    '%c0',
    '%e2%80%8b',
    '%ef%bc%8f',
    '%ef%bc%8e',
    '%ef%bd%81',
    '%ef%bd%94',
    '%c3%a9',
    '%e2%80%a5',
  ],
  ...[';', ';x', ';x=b', ';/', '..;', '..;/', '/..;/', ';botId=b', '+', ' ', '#', '\\'],
  ...[
    '?',
    '&',
    '=',
    '?botId=a',
    '&botId=b',
    'botId=',
    'botId',
    'BOTID=b',
    'bot%49d=b',
    'botId[]=b',
    'botId[0]=a',
  ],
  ...[
    'botId%00=b',
    '%26botId=b',
    ';botId=b',
    '%26botId%3db',
    '+botId=b',
    '?/transcripts/b/1',
    '?x=/../transcripts/b/1',
  ],
  ...['%26b=b', '&b=b', '%26c=2', '%26q=transcripts/b/2', '&q=/transcripts/b/2', '%26q=', '%26', '%3d'],
  ...['@', '*', '/@/', '/eng', '/eng/x.php', '/a.php/', 't.ranscripts', '%2a', '%40', '&page=2', '%26,='],
  ...['/static', '/static..', '/static../', '%c4%b1', '%c5%bf', '/index.php?/', '?/transcripts/b/2'],
  ...['?index.php', '?x=index.php/', '&index.php/', 'index.php'],
];

/** Anything at all. */
const heap = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

const bytes = (character: string): string[] =>
  [...Buffer.from(character, 'utf8')].map((byte) => byte.toString(16).padStart(2, '0'));
const encoders: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => character,
  (character) => character,
  (character) => character.toUpperCase(),
  (character) => `%${bytes(character).join('%')}`,
  (character) => `%25${bytes(character).join('%25')}`,
  (character) => `%2525${bytes(character).join('%2525')}`,
  (character) => `%u00${bytes(character)[0] ?? ''}`,
  (character) =>
    `%c${character.charCodeAt(0) >> 6}%${(0x80 | (character.charCodeAt(0) & 0x3f)).toString(16)}`,
  (character) => `%${bytes(String.fromCharCode(character.charCodeAt(0) + 0xfee0)).join('%')}`,
  (character) => `%00${character}`,
  (character) => `%ff${character}`,
  (character) => `${character}%0a`,
  (character) => `${character}.`,
  (character) => `%2a${character}`,
  (character) => `${character}@`,
];
const separators = fc.constantFrom(
  ...[
    '/',
    '/',
    '/',
    '/',
    '/',
    '/',
    '/',
    '/',
    '/',
    '/',
    '//',
    '/./',
    '/x/../',
    '%2f',
    '%5c',
    '%252f',
    ';x/',
    ';/',
    '/..;/x/',
    '%c0%af',
    '/%2e/',
  ],
);

/** A guarded path whose characters are written in one odd way here and there. */
const spelled = fc
  .tuple(
    fc.constantFrom(
      '',
      '',
      '',
      '/x/..',
      '/x/..;',
      '//h',
      '/static..',
      '/x%26q=',
      '/index.php',
      '/eng/index.php',
      '/?index.php',
      '/x?y=index.php',
      '/@',
      '/assets/%2e%2e',
      '/x%5c..',
    ),
    fc.array(separators, { minLength: 3, maxLength: 3 }),
    fc.array(fc.constantFrom('transcripts', 'a', 'b', '1', 'a/../b', 'ab', 'x'), {
      minLength: 0,
      maxLength: 2,
    }),
    fc.array(fc.tuple(fc.nat(20), fc.constantFrom(...encoders)), { maxLength: 3 }),
    fc.constantFrom(
      '',
      '',
      '/',
      '.',
      '%20',
      ';x=1',
      '%00',
      '/..',
      '/../../b/2',
      '?botId=b',
      '%3fx',
      '.json',
      '%26b=b',
      '%26q=transcripts/b/2',
    ),
  )
  .map(([prefix, [s1 = '/', s2 = '/', s3 = '/'], more, odd, end]) => {
    const characters = [...`transcripts\0a\0${1}`];
    for (const [at, encode] of odd) {
      const index = at % characters.length;
      const character = characters[index] ?? '';
      if (character.length === 1 && character !== '\0') characters[index] = encode(character);
    }
    const [name = '', bot = '', conversation = ''] = characters.join('').split('\0');
    const path = `${prefix}${s1}${name}${s2}${bot}${s3}${conversation}`;
    return `${path.startsWith('/') ? '' : '/'}${path}${more.map((one) => `/${one}`).join('')}${end}`;
  });

/** A guarded query, its keys and values in odd spellings. */
const queried = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'botId',
        'botid',
        'bot%49d',
        'botId[]',
        'botId%00',
        '+botId',
        'x',
        'y',
        '%62otId',
        'b%6ftId%00x',
      ),
      fc.constantFrom('=', '=', '=', '', '%3d'),
      fc.constantFrom(
        'a',
        'b',
        '%61',
        '%2562',
        '',
        'a%00',
        'a;botId=b',
        '%26botId=b',
        'a%26botId%3db',
        'x?botId=b',
        '+b',
      ),
      fc.constantFrom('&', '&', '&', ';', '%26', '?'),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => `/history?${parts.map((part) => part.join('')).join('')}`);

/** Hostile targets, as bytes. */
export const hostileTargets = fc.oneof(heap, spelled, spelled, queried);

import { literalsOf, type Link } from './link.ts';

/** What upstreams cut off at the end of a path. */
const ENDINGS =
  '/ // /. . .. %20 %20/ ; ;x=1 ;jsessionid=1 .php %00 %0a %09 ~ .bak , + & &x=1 /x /index.html /index.php %2f %23 %3f %3fx=1 %5c'.split(
    ' ',
  );
/** What platforms strip from a word before they look for what it names. */
const STRIPPED = ". @ ~ : * ! , - _ + $ ( ' %2a %20 %00 %c2%ad %0d".split(' ');

/** From a letter to its full-width form. */
const FULL_WIDTH = 0xfee0;

const hex = (letter: string): string => letter.charCodeAt(0).toString(16).padStart(2, '0');

/** Every letter of a text, percent-encoded. */
function encoded(text: string): string {
  return [...text].map((letter) => `%${hex(letter)}`).join('');
}

type Odd = readonly [family: string, path: string];

/** Paths that a lenient upstream takes for the link's own. */
export function oddPaths(link: Link): Odd[] {
  const { path } = link;
  return [
    ...ENDINGS.map((ending): Odd => ['trailing', path + ending]),
    ...odd('case', letterCases(link)),
    ...odd('slashes', slashes(link)),
    ...odd('dot segments', dotSegments(link)),
    ...odd('stripped characters', stripped(link)),
    ...odd('encoded letters', encodedLetters(link)),
  ];
}

const odd = (family: string, paths: readonly string[]): Odd[] => paths.map((path) => [family, path]);

/** The path with one segment, or each of some, written otherwise. */
function rewritten({ segments }: Link, at: readonly number[], write: (text: string) => string): string {
  return `/${segments.map((text, index) => (at.includes(index) ? write(text) : text)).join('/')}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();

function letterCases(link: Link): string[] {
  const literals = literalsOf(link);
  return [
    rewritten(link, literals, (text) => text.toUpperCase()),
    rewritten(link, literals, capital),
    ...literals.map((at) => rewritten(link, [at], (text) => text.toUpperCase())),
    rewritten(link, literals, (text) => text.toLowerCase()),
    link.path.toUpperCase(),
    link.path.toLowerCase(),
  ];
}

function slashes({ path, segments }: Link): string[] {
  const rest = segments.join('/');
  const between = (separator: string): string => `/${segments.join(separator)}`;
  return [
    between('//'),
    between('///'),
    `//${rest}`,
    `///${rest}`,
    between('%2f'),
    between('%5c'),
    between('%252f'),
    `/%2f${rest}`,
    `//x${path}`,
    path.replace(/\/([^/]*)$/, '//$1'),
    path.replace(/\/([^/]*)$/, '%2f$1'),
  ];
}

function dotSegments(link: Link): string[] {
  const { path, segments } = link;
  const [first = '', ...rest] = segments;
  const below = rest.join('/');
  return [
    `/.${path}`,
    `/x/..${path}`,
    `/x/%2e%2e${path}`,
    `/x/..;${path}`,
    `/x/..%2f${segments.join('/')}`,
    `/x/%2e%2e%2f${segments.join('/')}`,
    `/..${path}`,
    `/%2e${path}`,
    `/assets/../${segments.join('/')}`,
    `/${first}/./${below}`,
    `/${first}/x/../${below}`,
    `/${first}/../${first}/${below}`,
    `/${first}/%2e/${below}`,
    `/${first}/.;/${below}`,
    `/${first};x=1/${below}`,
    `/${first}./${below}`,
    `/${first}%20/${below}`,
  ];
}

/** Inside the first word and the last one. */
function stripped(link: Link): string[] {
  const literals = literalsOf(link);
  const ends = [...new Set([literals[0], literals.at(-1)])].flatMap((at) => (at === undefined ? [] : [at]));
  const inside = (more: string) => (text: string) => text.slice(0, 1) + more + text.slice(1);
  return [
    ...ends.flatMap((at) => STRIPPED.map((more) => rewritten(link, [at], inside(more)))),
    ...ends.flatMap((at) =>
      ['~', '.', '%20', '-'].map((more) => rewritten(link, [at], (text) => more + text)),
    ),
    rewritten(link, literals, inside('.')),
  ];
}

function encodedLetters(link: Link): string[] {
  const literals = literalsOf(link);
  const [first = 0] = literals;
  const last = link.segments.length - 1;
  const one = (write: (letter: string) => string) => (text: string) => write(text.charAt(0)) + text.slice(1);
  return [
    rewritten(
      link,
      [first],
      one((letter) => `%${hex(letter)}`),
    ),
    rewritten(
      link,
      [first],
      one((letter) => `%25${hex(letter)}`),
    ),
    rewritten(
      link,
      [first],
      one((letter) => `%2525${hex(letter)}`),
    ),
    rewritten(
      link,
      [first],
      one((letter) => `%u00${hex(letter)}`),
    ),
    rewritten(
      link,
      [first],
      one((letter) => encodeURIComponent(String.fromCharCode(letter.charCodeAt(0) + FULL_WIDTH))),
    ),
    rewritten(
      link,
      [last],
      one((letter) => `%${hex(letter)}`),
    ),
    rewritten(link, literals, (text) => (text.includes('%') ? text : encoded(text))),
    rewritten(link, literals.slice(-1), (text) => (text.includes('%') ? text : encoded(text))),
  ];
}

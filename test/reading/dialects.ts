/*
 * Careless upstreams, written without a look at the code under test: each takes a target as some family of servers
 * does, and says which transcript it would serve. They share small habits, never a normal form.
 */
import { posix } from 'node:path';

/** What an upstream would serve. */
export interface Served {
  readonly bot: string;
  readonly conversation?: string;
}

export type Upstream = (target: string) => Served | undefined;

const utf8 = (bytes: string): string => Buffer.from(bytes, 'latin1').toString('utf8');
const hex = (digits: string): string => String.fromCharCode(parseInt(digits, 16));
/** %XX → byte, bad ones left alone. */
const percent = (text: string): string =>
  text.replace(/%([0-9a-f]{2})/gi, (_all, digits: string) => hex(digits));
const strictPercent = (text: string): string | undefined =>
  /%(?![0-9a-f]{2})/i.test(text) ? undefined : percent(text);
/** %uXXXX → character, the way classic ASP and JavaScript's unescape() do. */
const unicodePercent = (text: string): string =>
  text.replace(/%u([0-9a-f]{4})/gi, (_all, digits: string) =>
    Buffer.from(hex(digits), 'utf8').toString('latin1'),
  );
const pathOf = (target: string): string =>
  target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '') || '/';
const queryOf = (target: string): string => /\?(.*)$/s.exec(target)?.[1] ?? '';
const merge = (path: string): string => path.replace(/\/+/g, '/');

/** Dot segments away; an empty segment counts as one. */
function undot(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

/** The platform's own router, once a path is what its server made of it. */
function route(path: string, literal: RegExp = /^transcripts$/): Served | undefined {
  const [, name = '', bot = '', conversation = ''] = path.split('/');
  return literal.test(name) && bot !== '' && conversation !== '' ? { bot, conversation } : undefined;
}

const anyCase = /^transcripts$/i;

/** Tomcat: parameters off each raw segment, then decode, then normalise. */
const tomcat: Upstream = (target) => {
  const decoded = strictPercent(pathOf(target).replace(/;[^/]*/g, ''));
  return decoded === undefined ? undefined : route(undot(merge(utf8(decoded))));
};

/** An old servlet filter: all behind the first semicolon is gone. */
const shiro: Upstream = (target) => route(undot(merge(utf8(percent(pathOf(target).split(';')[0] ?? '')))));

/** IIS: decode with %u, backslashes are slashes, names as Windows files. */
const iis =
  (times: number): Upstream =>
  (target) => {
    let path = pathOf(target);
    for (let i = 0; i < times; i++) path = percent(unicodePercent(path));
    path = undot(merge(utf8(path).replaceAll('\\', '/')));
    const files = path.split('/').map((name) => name.replace(/[. ]+$/, ''));
    return route(files.join('/'), /^transcripts(?:\.aspx?)?(?:::\$data)?$/i);
  };

/** Old decoders of UTF-8: mask, never check. */
function carelessUtf8(bytes: string): string {
  let out = '';
  for (let i = 0; i < bytes.length;) {
    const lead = bytes.charCodeAt(i);
    const more =
      lead >= 0xfc ? 5 : lead >= 0xf8 ? 4 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
    let point = more === 0 ? lead : lead & (0x3f >> more);
    for (let k = 1; k <= more; k++) point = (point << 6) | (bytes.charCodeAt(i + k) & 0x3f);
    out += point >= 0 && point < 0x10000 ? String.fromCharCode(point) : '\ufffd';
    i += more + 1;
  }
  return out;
}
const overlong: Upstream = (target) =>
  route(undot(merge(carelessUtf8(percent(pathOf(target))).replaceAll('\\', '/'))), anyCase);

/** Express: split, then decode each parameter; literals in any case. */
const express: Upstream = (target) => {
  const found = /^\/transcripts\/([^/]+?)\/([^/]+?)\/?$/i.exec(pathOf(target));
  try {
    const [bot, conversation] = [found?.[1], found?.[2]].map((id) => decodeURIComponent(id ?? '%'));
    return bot === undefined || conversation === undefined ? undefined : { bot, conversation };
  } catch {
    return undefined;
  }
};

/** The same, and the ids end in a file's path. */
const expressFiles: Upstream = (target) => {
  const served = express(target);
  if (served === undefined) return undefined;
  return route(posix.join('/transcripts', served.bot, served.conversation ?? ''));
};

/** A Node server that trusts `new URL` and joins paths. */
const nodeUrl: Upstream = (target) => {
  try {
    return route(posix.normalize(decodeURIComponent(new URL(target, 'http://base').pathname)));
  } catch {
    return undefined;
  }
};

/** A static file server that forgets the query. */
const nodeFiles: Upstream = (target) => {
  if (!target.startsWith('/')) return undefined;
  return route(posix.join('/', utf8(percent(target))));
};

/** nginx in front: decode, merge, resolve; the path ends at NUL in what is behind it. */
const nginx: Upstream = (target) => {
  const decoded = strictPercent(pathOf(target));
  return decoded === undefined
    ? undefined
    : route((undot(merge(decoded)).split('\0')[0] ?? '').split('?')[0] ?? '');
};

/** PHP behind Apache: front controllers, suffixes, trimmed ids. */
const php: Upstream = (target) => {
  const path = merge(percent(pathOf(target))).replace(/^\/[^/]*\.php\d?(?=\/)/, '');
  const served = route(undot(path), /^transcripts(?:\.php)?$/);
  const trim = (id: string): string => id.replace(/^[\0\t\n\r\v ]+|[\0\t\n\r\v ]+$/g, '');
  return served && route(`/transcripts/${trim(served.bot)}/${trim(served.conversation ?? '')}`);
};

/** Two servers that decode, one behind the other; both resolve. */
const twice: Upstream = (target) => route(undot(merge(utf8(percent(undot(percent(pathOf(target))))))));
const thrice: Upstream = (target) => route(undot(merge(percent(percent(percent(pathOf(target)))))));
/** Resolves before it decodes, and never again. */
const early: Upstream = (target) => route(percent(undot(pathOf(target))));

/** Normalises compatibility forms before it routes. */
const nfkc: Upstream = (target) =>
  route(
    undot(
      merge(
        utf8(percent(pathOf(target)))
          .normalize('NFKC')
          .replaceAll('\\', '/'),
      ),
    ),
    anyCase,
  );

/** Ignores what it cannot decode, and what it cannot print. */
const ignoring: Upstream = (target) => {
  const text = utf8(percent(pathOf(target)));
  return route(undot(merge(text.replace(/[\ufffd\x00-\x1f\x7f]/g, ''))));
};

/** Cuts each id at NUL, as what hands them to C does. */
const cutting: Upstream = (target) => {
  const cut = percent(pathOf(target))
    .split('/')
    .map((segment) => segment.split('\0')[0] ?? '');
  return route(cut.join('/'));
};

/** Patterns anchored by line. */
const lines: Upstream = (target) => {
  const found = /^\/transcripts\/([^/\n]+)\/([^/\n;?]+)/m.exec(percent(pathOf(target)));
  return found?.[1] === undefined || found[2] === undefined
    ? undefined
    : { bot: found[1], conversation: found[2] };
};

/** Removes `../` once and is content. */
const filtering: Upstream = (target) => route(undot(merge(percent(pathOf(target)).replaceAll('../', ''))));

/** Only what need not be encoded is decoded before dots are resolved. */
const rfc3986: Upstream = (target) => {
  const path = pathOf(target).replace(/%([0-9a-f]{2})/gi, (all, digits: string) =>
    /[\w.~-]/.test(hex(digits)) ? hex(digits) : all,
  );
  return route(
    undot(path)
      .split('/')
      .map((segment) => percent(segment))
      .map((segment) => segment.replaceAll('/', '\u2044'))
      .join('/'),
  );
};

const cookieless: Upstream = (target) =>
  route(undot(merge(percent(pathOf(target)).replace(/\/\((?:[A-Z]\([^)/]*\))+\)/gi, ''))), anyCase);

/** What mod_rewrite makes of a path: a query, of which PHP takes the last of each key. */
function rewritten(target: string, pattern: RegExp, query: string): Readonly<Record<string, string>> {
  const path = utf8(percent(pathOf(target)));
  const found = pattern.exec(undot(merge(path)));
  if (found === null) return {};
  const filled = query.replace(/\$(\d)/g, (_all, group: string) => found[Number(group)] ?? '');
  // Bytes again: a query is no text yet.
  return Object.fromEntries(pairsOf(Buffer.from(filled, 'utf8').toString('latin1'), /&/, form));
}

/** `RewriteRule ^transcripts/([^/]+)/([^/]+)$ show.php?b=$1&c=$2`. */
const rewrite: Upstream = (target) => {
  const { b, c } = rewritten(target, /^\/transcripts\/([^/]+)\/([^/]+)\/?$/, 'b=$1&c=$2');
  return b === undefined || c === undefined || b === '' || c === '' ? undefined : { bot: b, conversation: c };
};

/** `RewriteRule ^(.*)$ index.php?q=$1`: whatever stands in `q` is routed. */
const rewriteAll: Upstream = (target) => {
  const { q = '' } = rewritten(target, /^\/([^]*)$/, 'q=$1');
  return route(`/${q.replace(/^\/+|\/+$/g, '')}`);
};

/** Kestrel: decodes all but slashes, resolves, and the router decodes those in its parameters. */
const kestrel: Upstream = (target) => {
  const path = pathOf(target).replace(/%([0-9a-f]{2})/gi, (all, digits: string) =>
    digits.toLowerCase() === '2f' ? all : hex(digits),
  );
  const served = route(undot(merge(utf8(path))), anyCase);
  return served && { bot: percent(served.bot), conversation: percent(served.conversation ?? '') };
};

/** `location /static { alias /srv/static/; }`, with the transcripts beside it. */
const alias: Upstream = (target) => {
  const path = undot(merge(percent(pathOf(target))));
  return route(undot(path.replace(/^\/static/, '/static/')));
};

/** A program in front of files: `equalsIgnoreCase`, in the upper case of every script. */
const upperCase: Upstream = (target) => {
  const [, name = '', bot = '', conversation = ''] = undot(merge(utf8(percent(pathOf(target))))).split('/');
  return route(`/${name.toUpperCase()}/${bot}/${conversation}`, /^TRANSCRIPTS$/);
};

/** CodeIgniter: the whole query is the path. */
const queryPath: Upstream = (target) => {
  const query = queryOf(target);
  return query.startsWith('/') ? route(undot(merge(percent(query.split('&')[0] ?? '')))) : undefined;
};

/** One program for all, found anywhere in the path; of module names only word characters are looked at. */
const stripping: Upstream = (target) => {
  const path = percent(pathOf(target)).replace(/^.*\/[^/]*\.php(?=\/)/is, '');
  const word = (segment: string): string => segment.replace(/[^\w-]/g, '');
  const [name = '', bot = '', conversation = ''] = path.split('/').filter((segment) => word(segment) !== '');
  return route(`/${word(name)}/${bot}/${conversation}`);
};

/** eZ Publish, Live Helper Chat: all up to the program's name falls away, before the query does, and once more. */
const afterName: Upstream = (target) => {
  const behind = (text: string): string => text.replace(/^.*?index\.php/s, '');
  const path = behind(target)
    .replace(/[?#].*$/s, '')
    .replace(/^[/ ]+|[/ ]+$/g, '');
  return route(`/${behind(`/${form(path)}`)}`.replace(/^\/+/, '/'));
};

/** Rails: a format behind the last id, which may have no dot of its own. */
const rails: Upstream = (target) => {
  const path = `/${pathOf(target).replace(/^\/+|\/+$/g, '')}`.replace(/\/+/g, '/');
  const found = /^\/transcripts\/([^/.?]+)\/([^/.?]+)(?:\.[^/.?]+)?$/.exec(path);
  if (found === null) return undefined;
  return { bot: utf8(percent(found[1] ?? '')), conversation: utf8(percent(found[2] ?? '')) };
};

/** A Node router that takes a semicolon for the beginning of the query. */
const semicolonQuery: Upstream = (target) => {
  const [, path = '', query = ''] = /^([^;?#]*)[;?]?([^#]*)/s.exec(target) ?? [];
  if (!/^\/history\/?$/i.test(percent(path))) return undefined;
  const bot = pairsOf(query, /&/, form).findLast(([key]) => key === 'botId')?.[1];
  return bot === undefined || bot === '' ? undefined : { bot };
};

/** How servers find `botId` in a query. */
type Finder = (pairs: readonly (readonly [string, string])[]) => string | undefined;

function pairsOf(query: string, separator: RegExp, decode: (text: string) => string): [string, string][] {
  return query
    .split(separator)
    .map((pair) => [decode(pair.replace(/=.*$/s, '')), decode(/=(.*)$/s.exec(pair)?.[1] ?? '')]);
}
const form = (text: string): string => utf8(percent(text.replaceAll('+', ' ')));
const first: Finder = (pairs) => pairs.find(([key]) => key === 'botId')?.[1];
const last: Finder = (pairs) => pairs.findLast(([key]) => key === 'botId')?.[1];
const joined: Finder = (pairs) =>
  pairs
    .filter(([key]) => key.toLowerCase() === 'botid')
    .map(([, value]) => value)
    .join(',');
const phpKeys: Finder = (pairs) =>
  pairs.findLast(([key]) => /^ *botId(?:\[|\0|$)/.test(key))?.[1]?.split('\0')[0];

function byQuery(
  split: RegExp,
  decode: (text: string) => string,
  find: Finder,
  before = (query: string) => query,
): Upstream {
  return (target) => {
    if (!/^\/history(?:\.php)?\/?$/i.test(merge(percent(pathOf(target).replace(/;.*$/s, '')))))
      return undefined;
    const bot = find(pairsOf(before(queryOf(target)), split, decode));
    return bot === undefined || bot === '' ? undefined : { bot };
  };
}

export const upstreams: Readonly<Record<string, Upstream>> = {
  tomcat,
  shiro,
  iis: iis(1),
  iisTwice: iis(2),
  overlong,
  express,
  expressFiles,
  nodeUrl,
  nodeFiles,
  nginx,
  php,
  twice,
  thrice,
  early,
  nfkc,
  ignoring,
  cutting,
  lines,
  filtering,
  rfc3986,
  cookieless,
  rewrite,
  rewriteAll,
  kestrel,
  alias,
  upperCase,
  queryPath,
  stripping,
  afterName,
  rails,
  semicolonQuery,
  queryFirst: byQuery(/&/, form, first),
  queryLast: byQuery(/&/, form, last),
  queryJoined: byQuery(/&/, form, joined),
  querySemicolon: byQuery(/[&;]/, form, last),
  queryPhp: byQuery(/&/, form, phpKeys),
  queryTwice: byQuery(/&/, (text) => form(form(text)), first),
  queryDecodedBefore: byQuery(/&/, form, last, form),
  queryForms: byQuery(/&/, (text) => form(text).normalize('NFKC'), first),
};

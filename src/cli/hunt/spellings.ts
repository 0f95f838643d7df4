import { decoded, literalsOf, parametersOf, type Link } from './link.ts';
import { apiCalls } from './api-calls.ts';
import { oddPaths } from './odd-paths.ts';

/** One way to ask. */
export interface Spelling {
  readonly method: string;
  /** Byte for byte. */
  readonly target: string;
  /** What was changed. */
  readonly family: string;
  /** Sent as the body. */
  readonly json?: string;
}

const LANGUAGES = 'en eng en-us en_US de ger deu fr fre es esp it ita pt por nl ru rus pl zh ja'.split(' ');
const SITES =
  'site_admin admin staff agent mobile m api api/v1 api/v2 v1 rest restapi ajax embed widget public amp app lang/en'.split(
    ' ',
  );
const FORMATS = 'json html htm txt pdf xml csv php do aspx'.split(' ');
/** What stands where the last word of a link stands, on one platform or another. */
const ACTIONS = (
  'print export download raw api view show preview read single get fetch messages history transcript log text txt ' +
  'json pdf embed mobile email chat thread messagesjson printchat printchatadmin previewchat chatpreview ' +
  'readchatmail viewchat downloadtxt chatwidgetchat'
).split(' ');
/** Those that count messages: `/sync/17/0`. */
const POLLS = ['sync', 'syncuser', 'poll', 'loadpreviousmessages', 'getmessage'];
const SWITCHES = (
  'format=json format=txt format=pdf output=json view=print print=1 download=1 export=1 raw=1 api=1 embed=1 ' +
  'mobile=1 lang=en action=print mode=print type=json _escaped_fragment_='
).split(' ');

/** Programs that take what stands behind their name for the path. */
export const PROGRAMS: readonly string[] =
  'index.php app.php main.php index.cgi index.pl index.aspx default.aspx index.jsp index.cfm'.split(' ');
/** Parameters that a rewrite puts the path into. */
const ROUTED_BY = ['q', 'r', 'route', 'url', 'path', 'page', 'p', 'controller'];

type Made = [family: string, target: string];

const all = (family: string, targets: readonly string[]): Made[] => targets.map((target) => [family, target]);

/** Every spelling and neighbour of a link that is asked for, without the link itself, most likely ones first. */
export function spellings(link: Link): Spelling[] {
  const made: Made[] = [
    ...all('prefix', prefixed(link)),
    ...all('action', actions(link)),
    ...all('format', formats(link)),
    ...all('front controller', programs(link)),
    ...all('query', queries(link)),
    ...oddPaths(link).map(([family, path]): Made => [family, path + tail(link)]),
  ];
  const own = link.path + tail(link);
  const seen = new Map<string, Spelling>();
  for (const [family, target] of made) {
    if (target.startsWith('/') && target !== own && !seen.has(target))
      seen.set(target, { method: 'GET', target, family });
  }
  const methods = (['HEAD', 'POST'] as const).map((method): Spelling => ({
    method,
    target: own,
    family: 'method',
  }));
  return [...apiCalls(link), ...seen.values(), ...methods];
}

function tail({ query }: Link): string {
  return query === undefined ? '' : `?${query}`;
}

/** `/path?a=b` with one more parameter. */
function withSwitch(path: string, query: string | undefined, more: string): string {
  return `${path}?${query === undefined || query === '' ? '' : `${query}&`}${more}`;
}

function prefixed(link: Link): string[] {
  return [...LANGUAGES, ...SITES].map((prefix) => `/${prefix}${link.path}${tail(link)}`);
}

function programs(link: Link): string[] {
  const { path } = link;
  const end = tail(link);
  const straight = PROGRAMS.map((name) => `/${name}${path}${end}`);
  const asQuery = ['index.php', 'app.php', 'index.cgi', 'index.aspx'].flatMap((name) => [
    `/${name}?${path}${end.replace('?', '&')}`,
    `/?${name}${path}${end}`,
    `/?x=${name}${path}${end}`,
  ]);
  const routed = ROUTED_BY.flatMap((name) => [
    withSwitch('/index.php', `${name}=${path.slice(1)}`, link.query ?? 'x=1'),
    withSwitch('/', `${name}=${path}`, link.query ?? 'x=1'),
  ]);
  const behind = ['/eng/index.php', '/a/b/index.php', '/index.php/eng', '/index.php/index.php', '/INDEX.PHP'];
  return [
    ...straight,
    ...behind.map((before) => `${before}${path}${end}`),
    `/index.php${path.slice(1)}${end}`,
    `/?index.php${path.slice(1)}${end}`,
    `/?x=index.php/eng${path}${end}`,
    ...asQuery,
    ...routed,
    `/?${path}${end}`,
  ];
}

/** The link with other words where its last word stands, behind it, and at its end. */
function actions(link: Link): string[] {
  const { segments } = link;
  const end = tail(link);
  const last = literalsOf(link).at(-1);
  if (last === undefined) return [];
  const before = segments.slice(0, last);
  const after = segments.slice(last + 1);
  const word = segments[last] ?? '';
  const others = [...ACTIONS, ...before, `${word}admin`, `${word}json`, `${word}s`, word.replace(/s$/, '')];
  const put = (...middle: string[]): string => `/${[...before, ...middle, ...after].join('/')}${end}`;
  return [
    ...others.filter((other) => other !== word && other !== '').map((other) => put(other)),
    ...['print', 'export', 'download', 'raw', 'view', 'api'].map((other) => put(word, other)),
    ...['print', 'export', 'download', 'raw', 'messages', 'json', 'history', 'attachments', 'log'].map(
      (other) => `${link.path.replace(/\/$/, '')}/${other}${end}`,
    ),
    ...(after.length === 0
      ? []
      : POLLS.map((poll) => `/${[...before, poll, after[0], '0', ...after.slice(1)].join('/')}${end}`)),
  ];
}

function formats(link: Link): string[] {
  const end = tail(link);
  const last = literalsOf(link).at(-1);
  const ending = (suffix: string): string[] => [
    `${link.path}.${suffix}${end}`,
    ...(last === undefined
      ? []
      : [
          `/${link.segments.map((one, at) => (at === last ? `${one.replace(/\.\w+$/, '')}.${suffix}` : one)).join('/')}${end}`,
        ]),
  ];
  return [...FORMATS.flatMap(ending), ...SWITCHES.map((more) => withSwitch(link.path, link.query, more))];
}

/** Other ways to give parameters; those of a link that has none are the path's ids. */
function queries(link: Link): string[] {
  const { path, query, segments } = link;
  const made = [`${path}?${query ?? ''}`, withSwitch(path, query, 'x=1'), `${path}?&${query ?? ''}`];
  if (query === undefined || query === '') {
    const last = literalsOf(link).at(-1) ?? 0;
    const [id = '', key = ''] = segments.slice(last + 1);
    const base = `/${segments.slice(0, last + 1).join('/')}`;
    const names = ['id', 'chat_id', 'cid', 'conversation', 'conversationId', 'c'];
    return id === ''
      ? made
      : [...made, ...names.map((name) => `${base}?${name}=${id}${key && `&hash=${key}`}`)];
  }
  const pairs = parametersOf(query).map(([name, value]) => [name, encodeURIComponent(value)] as const);
  const joined = (write: (name: string, value: string) => string, by = '&'): string =>
    `${path}?${pairs.map(([name, value]) => write(name, value)).join(by)}`;
  return [
    ...made,
    joined((name, value) => `${name.toUpperCase()}=${value}`),
    joined((name, value) => `${name}[]=${value}`),
    joined((name, value) => `${name}=${value}`, ';'),
    joined((name, value) => `%${name.charCodeAt(0).toString(16)}${name.slice(1)}=${value}`),
    joined((name, value) => `${name}=${value}&${name}=${value}`),
    joined((name, value) => `amp;${name}=${value}`),
    `${path.replace(/\/$/, '')}/${pairs.map(([name, value]) => `${name}/${value}`).join('/')}`,
    `${path.replace(/\/$/, '')}/${pairs.map(([, value]) => value).join('/')}`,
    `${path};${decoded(query) === query ? query.replaceAll('&', ';') : query}`,
  ];
}

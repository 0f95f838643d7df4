import { gzipSync } from 'node:zlib';

/** A body, how it is announced, and what becomes of it: `passes` byte for byte, or is refused and reaches nobody. */
export interface BodyRow {
  readonly name: string;
  readonly target?: string;
  readonly method?: string;
  readonly headers?: readonly string[];
  /** In pieces, each sent a while after the one before. */
  readonly body: string | Buffer | readonly string[];
  /** Instead of a Content-Length. */
  readonly chunked?: true;
  readonly becomes: string;
}

export const json = 'Content-Type: application/json';
const form = 'Content-Type: application/x-www-form-urlencoded';
const good = '{"bot":"support","chat":"1"}';
const ambiguous = '400 path-ambiguous';
const unresolved = '403 bot-unresolved';
const denied = '403 no-access';

const asJson = (
  rows: Readonly<Record<string, readonly [body: BodyRow['body'], becomes: string]>>,
): BodyRow[] =>
  Object.entries(rows).map(([name, [body, becomes]]) => ({ name, headers: [json], body, becomes }));

const multipart = `--b\r\nContent-Disposition: form-data; name="bot"\r\n\r\nsales\r\n--b\r\nContent-Type: application/json\r\n\r\n${good}\r\n--b--\r\n`;

/** Below: `bot:support` may be read from here, no other bot. */
export const bodyRows: readonly BodyRow[] = [
  ...asJson({
    'a body that names its bot': [good, 'passes'],
    'with white space, and other members': [`\n\t ${good.replace('{', '{ "x":[1,{"y":null}], ')}\n`, 'passes'],
    'a number for a conversation': ['{"bot":"support","chat":17}', 'passes'],
    'another bot': ['{"bot":"sales","chat":"1"}', denied],
    'a member twice': ['{"bot":"support","chat":"1","bot":"sales"}', ambiguous],
    'a member twice, the other way': ['{"bot":"sales","chat":"1","bot":"support"}', ambiguous],
    'a member twice with one value': ['{"bot":"support","chat":"1","bot":"support"}', ambiguous],
    'a member twice, one escaped': ['{"bot":"support","chat":"1","\\u0062ot":"sales"}', ambiguous],
    'a member twice in another case': ['{"bot":"support","chat":"1","Bot":"sales"}', ambiguous],
    'a member twice in full width': ['{"bot":"support","chat":"1","\uff42ot":"sales"}', ambiguous],
    'a member twice, deeper': ['{"bot":"support","chat":"1","x":[{"a":1,"a":2}]}', ambiguous],
    'a prototype': ['{"__proto__":{"bot":"support","chat":"1"}}', unresolved],
    'a prototype, escaped': ['{"__pr\\u006fto__":{"bot":"support","chat":"1"}}', unresolved],
    'a constructor’s prototype': ['{"constructor":{"prototype":{"bot":"support"}},"chat":"1"}', unresolved],
    'a prototype twice': [
      '{"bot":"support","chat":"1","__proto__":{"bot":"sales"},"__proto__":{"bot":"x"}}',
      ambiguous,
    ],
    'as deep as is read': [good.replace('{', `{"x":${'['.repeat(15)}${']'.repeat(15)},`), 'passes'],
    'deeper than is read': [good.replace('{', `{"x":${'['.repeat(16)}${']'.repeat(16)},`), ambiguous],
    'as deep as it fits': [good.replace('{', `{"x":${'['.repeat(1_900)}${']'.repeat(1_900)},`), ambiguous],
    'deep objects that do not end': [`{"bot":"support","x":${'{"a":'.repeat(300)}`, ambiguous],
    'a list': [`[${good}]`, ambiguous],
    'a text': ['"support"', ambiguous],
    'nothing': ['', unresolved],
    'white space': [' \r\n', ambiguous],
    'a bot in a list': ['{"bot":["support"],"chat":"1"}', unresolved],
    'a bot that is an operator': ['{"bot":{"$ne":null},"chat":"1"}', unresolved],
    'a bot that is no text': ['{"bot":true,"chat":"1"}', unresolved],
    'an empty bot': ['{"bot":"","chat":"1"}', unresolved],
    'a bot that ends in a NUL': ['{"bot":"support\\u0000","chat":"1"}', unresolved],
    'a bot in full width': ['{"bot":"\uff53upport","chat":"1"}', unresolved],
    'a bot as a path': ['{"bot":"sales/../support","chat":"1"}', unresolved],
    'two objects': [`${good}{"bot":"sales","chat":"1"}`, ambiguous],
    'two objects on lines': [`${good}\n{"bot":"sales","chat":"1"}`, ambiguous],
    'an object and a byte': [`${good}\0`, ambiguous],
    'a byte order mark': [`\ufeff${good}`, ambiguous],
    'a comment': ['{"bot":"support"/*","chat":"1"}*/,"chat":"1"}', ambiguous],
    'a comma too many': ['{"bot":"support","chat":"1",}', ambiguous],
    'single quotes': ["{'bot':'support','chat':'1'}", ambiguous],
    'no number': ['{"bot":"support","chat":"1","x":NaN}', ambiguous],
    'a raw control character': ['{"bot":"support","chat":"1","x":"\u0001"}', ambiguous],
    'half of a pair': ['{"bot":"support","chat":"1","x":"\\ud800"}', 'passes'],
    'no UTF-8': [Buffer.from('7b22626f74223a22737570706f7274222c2263686174223a22ff227d', 'hex'), ambiguous],
    'overlong UTF-8': [Buffer.from('7b22626f74223a22737570706f7274222c2263686174223a22c0af227d', 'hex'), ambiguous],
    'UTF-16': [Buffer.from(good, 'utf16le'), ambiguous],
    'late, in pieces': [[good.slice(0, 3), good.slice(3, 12), good.slice(12)], 'passes'],
    'late, with a second object': [[good, '{"bot":"sales","chat":"1"}'], ambiguous],
    'late, a member twice': [[good.slice(0, -1), ',"bot":"sales"}'], ambiguous],
  }),
  { name: 'in chunks', headers: [json], body: [good.slice(0, 9), good.slice(9)], chunked: true, becomes: 'passes' },
  { name: 'in chunks, two objects', headers: [json], body: [good, '{"bot":"sales"}'], chunked: true, becomes: ambiguous },
  { name: 'in chunks, nothing', headers: [json], body: [], chunked: true, becomes: unresolved },
  { name: 'in chunks, too much', headers: [json], body: [good, ' '.repeat(4_096)], chunked: true, becomes: '413 body-too-large' },
  { name: 'in chunks and by length', headers: [json, 'Content-Length: 4'], body: [good], chunked: true, becomes: '400 bad-request' },
  { name: 'too much', headers: [json], body: good + ' '.repeat(4_096), becomes: '413 body-too-large' },
  { name: 'asked to go on', headers: [json, 'Expect: 100-continue'], body: good, becomes: 'passes' },
  { name: 'compressed', headers: [json, 'Content-Encoding: gzip'], body: gzipSync(good), becomes: ambiguous },
  { name: 'said to be compressed', headers: [json, 'Content-Encoding: br'], body: good, becomes: ambiguous },
  { name: 'in a coding twice', headers: [json, 'Content-Encoding: identity', 'Content-Encoding: gzip'], body: good, becomes: ambiguous },
  { name: 'in another charset', headers: [`${json}; charset=utf-16`], body: good, becomes: ambiguous },
  { name: 'in a charset that folds', headers: [`${json};charset="utf-7"`], body: good, becomes: ambiguous },
  { name: 'in two charsets', headers: [`${json}; charset=utf-8; charset=utf-7`], body: good, becomes: ambiguous },
  { name: 'in a charset in a quoted text, and another', headers: [`${json}; x="; charset=utf-8"; charset=utf-7`], body: good, becomes: ambiguous },
  { name: 'in a charset written in its long form', headers: [`${json}; charset*=utf-8''utf-7`], body: good, becomes: ambiguous },
  { name: 'in a charset in pieces', headers: [`${json}; charset*0=utf-; charset*1=7`], body: good, becomes: ambiguous },
  { name: 'in UTF-8, as it says', headers: [`${json}; charset=UTF-8`], body: good, becomes: 'passes' },
  { name: 'several parts', headers: ['Content-Type: multipart/form-data; boundary=b'], body: multipart, becomes: ambiguous },
  { name: 'several parts, said to be JSON too', headers: [json, 'Content-Type: multipart/form-data; boundary=b'], body: multipart, becomes: ambiguous },
  { name: 'JSON said to be several parts too', headers: [json, 'Content-Type: multipart/form-data; boundary=b'], body: good, becomes: ambiguous },
  { name: 'several types in one line', headers: [`${json}, text/plain`], body: good, becomes: ambiguous },
  { name: 'of another type', headers: ['Content-Type: text/plain'], body: good, becomes: 'passes' },
  { name: 'a form where JSON is wanted', headers: [form], body: 'bot=support&chat=1', becomes: ambiguous },
  { name: 'a form with JSON in it', headers: [form], body: `${good}&bot=sales`, becomes: ambiguous },
  { name: 'another bot in the query', target: '/ask?bot=sales', headers: [json], body: good, becomes: ambiguous },
  { name: 'by GET', method: 'GET', headers: [json], body: good, becomes: 'passes' },
  { name: 'by GET, another bot', method: 'GET', headers: [json], body: good.replace('support', 'sales'), becomes: denied },
  { name: 'a form', target: '/form', headers: [form], body: 'bot=support', becomes: 'passes' },
  { name: 'a form with its bot twice', target: '/form', headers: [form], body: 'bot=support&bot=sales', becomes: unresolved },
  { name: 'a form with its bot in two spellings', target: '/form', headers: [form], body: 'bot=support&b%6ft=sales', becomes: ambiguous },
  { name: 'a form with its bot in a list', target: '/form', headers: [form], body: 'bot=support&bot[]=sales', becomes: ambiguous },
  { name: 'JSON where a form is wanted', target: '/form', headers: [json], body: good, becomes: unresolved },
  { name: 'JSON over a query', target: '/query?bot=support', headers: [json], body: '{"bot":"sales"}', becomes: ambiguous },
  { name: 'JSON over a query, deeper', target: '/query?bot=support', headers: [json], body: '{"x":{"bot":"sales"}}', becomes: 'passes' },
  { name: 'a form over a query', target: '/query?bot=support', headers: [form], body: 'bot=sales', becomes: ambiguous },
]; // prettier-ignore

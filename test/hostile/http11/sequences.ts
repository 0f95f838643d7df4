import { answersIn, cases, host, is2xx, raw, request, type Case, type Look, type Row } from './case.ts';

/** Requests that may leave something behind on their connection, and what becomes of it. */
const get = request('GET / HTTP/1.1', host);
const te = 'Transfer-Encoding: chunked';

const sent = (method: string, lines: readonly string[], body: string): string =>
  request(`${method} / HTTP/1.1`, host, ...lines) + body;

/** Refused, or the connection ends with the answer: nothing that is left behind is read. */
const isSafe: Look = (first, second) =>
  first.status === 400 || first.closed || (is2xx(first) && second === undefined);

/** And what stands in the body has had no answer of its own. */
const isUnread: Look = (first) => answersIn(first) < 2 && (first.status === 400 || first.closed);

const then = (id: string, bytes: string): Row => [id, [bytes, get], isSafe];

/** A body that ends early by its chunks, and by its length after a whole request; N stands for that length. */
function smuggled(id: string, lines: readonly string[], embedded: string = get): Row {
  const body = `0\r\n\r\n${embedded}`;
  const all = lines.map((line) => line.replace(/\bN/, String(body.length)));
  return raw(id, sent('POST', all, body), isUnread);
}

const tunnelled = request('GET / HTTP/1.1', host, 'Content-Length: 7');
const chunk = `${tunnelled.length.toString(16)}\r\n`;

const scored = cases(true, [
  then('SMUG-CLTE-CONN-CLOSE', sent('POST', ['Content-Length: 5', te], '0\r\n\r\n')),
  then('SMUG-TECL-CONN-CLOSE', sent('POST', [te, 'Content-Length: 5'], '0\r\n\r\n')),
  then('SMUG-CLTE-DESYNC', sent('POST', ['Content-Length: 6', te], '0\r\n\r\nX')),
  then('SMUG-TECL-DESYNC', sent('POST', [te, 'Content-Length: 30'], '0\r\n\r\nX')),
  then('SMUG-CHUNK-INVALID-SIZE-DESYNC', sent('POST', [te], '+0\r\n\r\nX')),
  then(
    'SMUG-OPTIONS-TE-OBS-FOLD',
    sent('OPTIONS', ['Transfer-Encoding:\r\n chunked', 'Content-Length: 5'], 'hello'),
  ),
  smuggled('SMUG-CLTE-SMUGGLED-GET', ['Content-Length: N', te]),
  smuggled('SMUG-CLTE-SMUGGLED-HEAD', ['Content-Length: N', te], request('HEAD / HTTP/1.1', host)),
  smuggled('SMUG-CLTE-SMUGGLED-GET-CL-PLUS', ['Content-Length: +N', te]),
  smuggled('SMUG-CLTE-SMUGGLED-GET-CL-NON-NUMERIC', ['Content-Length: Nx', te]),
  smuggled('SMUG-CLTE-SMUGGLED-GET-TE-OBS-FOLD', ['Transfer-Encoding:\r\n chunked', 'Content-Length: N']),
  smuggled('SMUG-CLTE-SMUGGLED-GET-TE-TRAILING-SPACE', ['Content-Length: N', `${te} `]),
  smuggled('SMUG-CLTE-SMUGGLED-GET-TE-LEADING-COMMA', ['Content-Length: N', 'Transfer-Encoding: , chunked']),
  smuggled('SMUG-CLTE-SMUGGLED-GET-TE-CASE-MISMATCH', ['Content-Length: N', 'Transfer-Encoding: Chunked']),
  smuggled('SMUG-TE-DUPLICATE-HEADERS-SMUGGLED-GET', [
    te,
    'Transfer-Encoding: identity',
    'Content-Length: N',
  ]),
  raw(
    'SMUG-DUPLICATE-CL-SMUGGLED-GET',
    sent('POST', ['Content-Length: 4', `Content-Length: ${4 + get.length}`], `PING${get}`),
    isUnread,
  ),
  raw(
    'SMUG-TECL-SMUGGLED-GET',
    sent('POST', [te, `Content-Length: ${chunk.length}`], `${chunk}${tunnelled}\r\n0\r\n\r\n`),
    isUnread,
  ),
]);

/** The body was read as one, and the next request as another. */
const isNext: Look = (first, second) =>
  isSafe(first, second) || (is2xx(first) && second !== undefined && is2xx(second) && answersIn(second) === 1);

const both: Look = (first, second) => is2xx(first) && second !== undefined && is2xx(second);
const any: Look = () => true;
const five = 'Content-Length: 5';
const prefix = `GET / HTTP/1.1\r\n${host}\r\n`;
const prefixed = sent('GET', [`Content-Length: ${prefix.length}`], prefix);

const unscored = cases(false, [
  ['SMUG-PIPELINE-SAFE', [get, get], both, is2xx],
  ['SMUG-GET-CL-PREFIX-DESYNC', [prefixed, `\r\n${get}`], isNext, any],
  ['SMUG-CL0-BODY-POISON', [sent('POST', ['Content-Length: 0'], 'X'), get], isSafe, is2xx],
  ['SMUG-GET-CL-BODY-DESYNC', [sent('GET', [five], 'hello'), get], isNext, is2xx],
  ['SMUG-OPTIONS-CL-BODY-DESYNC', [sent('OPTIONS', [five], 'hello'), get], isNext, is2xx],
  [
    'SMUG-EXPECT-100-CL-DESYNC',
    [sent('POST', [five, 'Expect: 100-continue'], 'hello'), get],
    (first, second) => first.status === 417 || isNext(first, second),
    any,
  ],
]);

export const sequences: readonly Case[] = [...scored, ...unscored];

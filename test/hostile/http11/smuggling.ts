import { cases, chunked, echo, host, line, post, raw, request, type Case, type Row } from './case.ts';

/*
 * Framing that two readers could read in two ways. Where a `2xx` is tolerable, the request was read in the one way
 * that the RFC leaves.
 */
const refused = '400 close';
const notCoded = '400 501 close';
const length = 'Content-Length: 5';

/** A body of five bytes whose framing also says the other thing. */
const beside = (other: string): readonly string[] => [other, length];

const lengths = cases(true, [
  post('SMUG-DUPLICATE-CL', [length, 'Content-Length: 10'], 'helloworld', refused),
  post('SMUG-CL-LEADING-ZEROS', ['Content-Length: 005'], 'hello', refused, echo('hello')),
  post('SMUG-CL-NEGATIVE', ['Content-Length: -1'], '', refused),
  post('SMUG-CL-TRAILING-SPACE', ['Content-Length: 5 '], 'hello', refused, echo('hello')),
  post('SMUG-CL-EXTRA-LEADING-SP', ['Content-Length:  5'], 'hello', refused, echo('hello')),
  post('SMUG-CL-COMMA-DIFFERENT', ['Content-Length: 5, 10'], 'hello', refused),
  post('SMUG-CL-OCTAL', ['Content-Length: 0o5'], 'hello', refused),
  post('SMUG-CL-HEX-PREFIX', ['Content-Length: 0x5'], 'hello', refused),
  post('SMUG-CL-INTERNAL-SPACE', ['Content-Length: 1 0'], 'hello12345', refused),
  post('SMUG-CL-UNDERSCORE', ['Content-Length: 1_0'], 'helloworld', refused),
  post('SMUG-CL-NEGATIVE-ZERO', ['Content-Length: -0'], '', refused),
  post('SMUG-CL-DOUBLE-ZERO', ['Content-Length: 00'], '', refused, '2xx'),
  post(
    'SMUG-CL-LEADING-ZEROS-OCTAL',
    ['Content-Length: 0200'],
    'A'.repeat(200),
    refused,
    echo('A'.repeat(200)),
  ),
]);

const codings = cases(true, [
  post(
    'SMUG-CL-TE-BOTH',
    ['Content-Length: 23', 'Transfer-Encoding: chunked'],
    'D\r\nhello-bananas\r\n0\r\n\r\n',
    refused,
    echo('hello-bananas'),
  ),
  post(
    'SMUG-CLTE-PIPELINE',
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    '0\r\n\r\n',
    refused,
    '2xx',
  ),
  post(
    'SMUG-TECL-PIPELINE',
    ['Transfer-Encoding: chunked', 'Content-Length: 30'],
    '0\r\n\r\n',
    refused,
    '2xx',
  ),
  post('SMUG-TE-XCHUNKED', beside('Transfer-Encoding: xchunked'), 'hello', notCoded),
  post(
    'SMUG-TE-TRAILING-SPACE',
    beside('Transfer-Encoding: chunked '),
    'hello',
    notCoded,
    ({ status, closed }) => status === 200 && closed,
  ),
  post('SMUG-TE-SP-BEFORE-COLON', beside('Transfer-Encoding : chunked'), 'hello', refused),
  post('SMUG-TE-DOUBLE-CHUNKED', beside('Transfer-Encoding: chunked, chunked'), 'hello', refused, '2xx'),
  post('SMUG-TE-CASE-MISMATCH', beside('Transfer-Encoding: Chunked'), 'hello', refused, '2xx'),
  post('SMUG-TE-NOT-FINAL-CHUNKED', ['Transfer-Encoding: chunked, gzip'], '0\r\n\r\n', refused),
  post('SMUG-TE-EMPTY-VALUE', beside('Transfer-Encoding: '), 'hello', refused),
  post('SMUG-TE-LEADING-COMMA', beside('Transfer-Encoding: , chunked'), 'hello', refused, '2xx'),
  post('SMUG-TE-TRAILING-COMMA', beside('Transfer-Encoding: chunked,'), 'hello', refused, '2xx'),
  post(
    'SMUG-TE-DUPLICATE-HEADERS',
    beside('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity'),
    'hello',
    refused,
  ),
  post(
    'SMUG-TE-OBS-FOLD',
    beside('Transfer-Encoding:\r\n chunked'),
    'hello',
    refused,
    ({ status, closed }) => status === 200 && closed,
  ),
  post('SMUG-TE-VTAB', beside('Transfer-Encoding: \x0bchunked'), 'hello', refused),
  post('SMUG-TE-FORMFEED', beside('Transfer-Encoding: \x0cchunked'), 'hello', refused),
  post('SMUG-TE-NULL', beside('Transfer-Encoding: chunked\0'), 'hello', refused),
  post('SMUG-TE-IDENTITY', beside('Transfer-Encoding: identity'), 'hello', notCoded),
  raw(
    'SMUG-TE-HTTP10',
    request('POST / HTTP/1.0', host, ...beside('Transfer-Encoding: chunked')) + 'hello',
    refused,
  ),
]);

const rest = '\r\nhello\r\n0\r\n\r\n';
const chunks = cases(true, [
  chunked('SMUG-CHUNK-BARE-SEMICOLON', `5;${rest}`, refused),
  chunked('SMUG-CHUNK-EXT-INVALID-TOKEN', `5;bad[=x${rest}`, refused),
  chunked('SMUG-CHUNK-UNDERSCORE', '1_0\r\nhello world!!!!!\r\n0\r\n\r\n', refused),
  chunked('SMUG-CHUNK-HEX-PREFIX', `0x5${rest}`, refused),
  chunked('SMUG-CHUNK-SIZE-PLUS', `+5${rest}`, refused),
  chunked('SMUG-CHUNK-SIZE-TRAILING-OWS', `5 ${rest}`, refused),
  chunked('SMUG-CHUNK-LEADING-SP', ` 5${rest}`, refused),
  chunked('SMUG-CHUNK-MISSING-TRAILING-CRLF', '5\r\nhello0\r\n\r\n', refused),
  chunked('SMUG-CHUNK-EXT-LF', '5;\nhello\r\n0\r\n\r\n', refused, '2xx'),
  chunked('SMUG-CHUNK-SPILL', '5\r\nhello!!\r\n0\r\n\r\n', refused),
  chunked('SMUG-CHUNK-LF-TERM', '5\r\nhello\n0\r\n\r\n', refused, '2xx'),
  chunked('SMUG-CHUNK-EXT-CTRL', `5;\0ext${rest}`, refused),
  chunked('SMUG-CHUNK-EXT-CR', `5;a\rX${rest}`, refused),
  chunked('SMUG-CHUNK-LF-TRAILER', '5\r\nhello\r\n0\r\n\n', refused, '2xx'),
  chunked('SMUG-CHUNK-NEGATIVE', `-1${rest}`, refused),
  chunked('SMUG-CHUNK-BARE-CR-TERM', '5\rhello\r\n0\r\n\r\n', refused),
]);

const others = cases(true, [
  post('SMUG-BARE-CR-HEADER-VALUE', [length, 'X-Test: val\rue'], 'hello', refused),
  raw('SMUG-MULTIPLE-HOST-COMMA', request('GET / HTTP/1.1', `${host}, other.example.com`), refused),
]);

const trailer = (id: string, field: string): Row =>
  chunked(id, `5\r\nhello\r\n0\r\n${field}\r\n\r\n`, refused, echo('hello'));
const unscored = cases(false, [
  post('SMUG-TRANSFER_ENCODING', beside('Transfer_Encoding: chunked'), 'hello', refused, echo('hello')),
  post('SMUG-CL-COMMA-SAME', ['Content-Length: 5, 5'], 'hello', refused, '2xx'),
  post('SMUG-CL-COMMA-TRIPLE', ['Content-Length: 5, 5, 5'], 'hello', refused, '2xx'),
  post('SMUG-CHUNKED-WITH-PARAMS', beside('Transfer-Encoding: chunked;ext=val'), 'hello', refused, '2xx'),
  post('SMUG-EXPECT-100-CL', [length, 'Expect: 100-continue'], 'hello', refused, '2xx'),
  trailer('SMUG-TRAILER-CL', 'Content-Length: 50'),
  trailer('SMUG-TRAILER-TE', 'Transfer-Encoding: chunked'),
  trailer('SMUG-TRAILER-HOST', 'Host: evil.example.com'),
  trailer('SMUG-TRAILER-AUTH', 'Authorization: Bearer evil'),
  trailer('SMUG-TRAILER-CONTENT-TYPE', 'Content-Type: text/evil'),
  raw('SMUG-HEAD-CL-BODY', request('HEAD / HTTP/1.1', host, length) + 'hello', refused, '2xx'),
  raw('SMUG-OPTIONS-CL-BODY', request('OPTIONS / HTTP/1.1', host, length) + 'hello', refused, '2xx'),
  post('SMUG-TE-TAB-BEFORE-VALUE', beside('Transfer-Encoding:\tchunked'), 'hello', refused, '2xx'),
  line('SMUG-ABSOLUTE-URI-HOST-MISMATCH', 'GET http://other.example.com/ HTTP/1.1', refused, '2xx'),
]);

export const smuggling: readonly Case[] = [...lengths, ...codings, ...chunks, ...others, ...unscored];

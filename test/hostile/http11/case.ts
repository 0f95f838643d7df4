import { readResponses, type RawResponse } from '../../support/raw.ts';

/*
 * Cases of the public suite Http11Probe, written anew under its own ids, so that its pages explain each: what is
 * sent, and what counts as right (`pass`) or as tolerable (`warn`). All else is `fail`.
 */

/** What came back for one step. */
export interface Seen {
  /** As it came, one character for each byte. */
  readonly text: string;
  /** The first status line, interim ones too; 0 where there is none. */
  readonly status: number;
  /** The first final answer. */
  readonly answer: RawResponse | undefined;
  /** The gateway has ended the connection. */
  readonly closed: boolean;
}

/** Bytes to send (one character, one byte); a second step may depend on the answer to the first. */
export type Step = string | ((first: Seen) => string);

/**
 * Statuses of the first step's answer, `2xx` or `!101` too; `close`: ended without an answer; `silence`: neither
 * an answer nor an end. Or a look at all that came back; a step that was not sent, since the connection had ended, is
 * not there.
 */
export type Check = string | Look;
export type Look = (first: Seen, second: Seen | undefined) => boolean;

export interface Case {
  readonly id: string;
  readonly steps: readonly Step[];
  readonly pass: Check;
  readonly warn: Check;
  /** False where the suite leaves it out of its score. */
  readonly scored: boolean;
}

export type Verdict = 'pass' | 'warn' | 'fail';

export function seen(text: string, closed: boolean, method: string): Seen {
  const status = /^HTTP\/\d\.\d (\d{3})/.exec(text)?.[1];
  return { text, status: Number(status ?? 0), answer: readResponses(text, [method])[0], closed };
}

export function verdictOf({ pass, warn }: Case, steps: readonly Seen[]): Verdict {
  const [first, second] = steps;
  if (first === undefined) return 'fail';
  if (holds(pass, first, second)) return 'pass';
  return holds(warn, first, second) ? 'warn' : 'fail';
}

function holds(check: Check, first: Seen, second: Seen | undefined): boolean {
  if (typeof check !== 'string') return check(first, second);
  return check.split(' ').some((term) => {
    if (first.status === 0) return term === (first.closed ? 'close' : 'silence');
    if (term.startsWith('!')) return String(first.status) !== term.slice(1);
    return new RegExp(`^${term.replaceAll('x', '\\d')}$`).test(String(first.status));
  });
}

export const never: Look = () => false;
export const is2xx = ({ status }: Seen): boolean => status >= 200 && status < 300;

/** How many answers there are in what came back. */
export const answersIn = (step: Seen | undefined): number =>
  step?.text.match(/HTTP\/\d\.\d \d{3}/g)?.length ?? 0;

/** A success that has the header. */
export const has =
  (name: string): Check =>
  (first) =>
    is2xx(first) && first.answer?.headers[name] !== undefined;

/** A success that gives the body back as it was meant. */
export const echo =
  (body: string): Check =>
  (first) =>
    is2xx(first) && first.answer?.complete === true && first.answer.body === body;

/** A success in whose body all of this stands. */
export const shows =
  (...texts: readonly string[]): Check =>
  (first) =>
    is2xx(first) && texts.every((text) => first.answer?.body.includes(text));

export type Row = readonly [id: string, steps: readonly Step[], pass: Check, warn?: Check];

export const host = 'Host: site.example';

/** A request of lines, without its body. */
export const request = (...lines: readonly string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

export const raw = (id: string, bytes: string, pass: Check, warn: Check = never): Row => [
  id,
  [bytes],
  pass,
  warn,
];

/** A request by its first line. */
export const line = (id: string, first: string, pass: Check, warn: Check = never): Row =>
  raw(id, request(first, host), pass, warn);

export const get = (id: string, lines: readonly string[], pass: Check, warn: Check = never): Row =>
  raw(id, request('GET / HTTP/1.1', host, ...lines), pass, warn);

export const post = (
  id: string,
  lines: readonly string[],
  body: string,
  pass: Check,
  warn: Check = never,
): Row => raw(id, request('POST / HTTP/1.1', host, ...lines) + body, pass, warn);

/** A chunked body as it stands on the wire. */
export const chunked = (id: string, body: string, pass: Check, warn: Check = never): Row =>
  post(id, ['Transfer-Encoding: chunked'], body, pass, warn);

export const cases = (scored: boolean, rows: readonly Row[]): Case[] =>
  rows.map(([id, steps, pass, warn = never]) => ({ id, steps, pass, warn, scored }));

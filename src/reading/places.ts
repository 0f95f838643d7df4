import { compileExpression, expressionFault, type Expression } from '../expression.ts';
import type { Fail } from './template.ts';

/** The ids that a route can name, by our names for them. */
export type IdName = 'botId' | 'contactId' | 'conversationId';
export const ID_NAMES: readonly IdName[] = ['botId', 'contactId', 'conversationId'];

/** Our name for an id → where it stands. */
export type IdTexts = { readonly [name in IdName]?: string | undefined };

/** Where ids stand outside the path, as configured. */
export interface PlaceOptions {
  /** A query parameter's name, or JMESPath that begins with it, over its JSON. */
  readonly query?: IdTexts | undefined;
  /** A field of an urlencoded form. */
  readonly form?: IdTexts | undefined;
  /** JMESPath over a JSON body. */
  readonly body?: IdTexts | undefined;
  readonly header?: IdTexts | undefined;
  readonly cookie?: IdTexts | undefined;
}

/** A query parameter; with an expression over `{parameter: …}` where it holds JSON. */
export interface QueryPlace {
  readonly parameter: string;
  readonly json?: Expression;
}

/** The same, ready to be asked. */
export interface Places {
  readonly query: { readonly [name in IdName]?: QueryPlace };
  readonly form: { readonly [name in IdName]?: string };
  readonly body: { readonly [name in IdName]?: Expression };
  readonly header: { readonly [name in IdName]?: string };
  readonly cookie: { readonly [name in IdName]?: string };
  /** Every id that stands in one of them. */
  readonly names: readonly IdName[];
  /** True where a body has to be read. */
  readonly readsBody: boolean;
}

/** Compiles them; says what cannot be. */
export function compilePlaces(options: PlaceOptions, fail: Fail): Places {
  const query = compile(options.query, 'query', (text) => queryPlace(text, fail), fail);
  const form = compile(options.form, 'form', (text) => plainName(text, 'field of a form', fail), fail);
  const body = compile(options.body, 'body', (text) => expression(text, fail), fail);
  const header = compile(options.header, 'header', (text) => token(text, 'header', fail), fail);
  const cookie = compile(options.cookie, 'cookie', (text) => token(text, 'cookie', fail), fail);
  oneEach(
    Object.values(query).map(({ parameter, json }) => json?.text ?? parameter),
    'query parameter',
    fail,
  );
  oneEach(Object.values(form), 'field of a form', fail);
  const places = { query, form, body, header, cookie };
  const readsBody = Object.keys(form).length + Object.keys(body).length > 0;
  return {
    ...places,
    names: Object.values(places).flatMap((one) => Object.keys(one) as IdName[]),
    readsBody,
  };
}

/** JMESPath for ids; `what` names the place in what is said of a mistake. */
export function compileIds(
  given: IdTexts | undefined,
  what: string,
  fail: Fail,
): { readonly [name in IdName]?: Expression } {
  return compile(given, what, (text) => expression(text, fail), fail);
}

function compile<T>(
  given: IdTexts | undefined,
  what: string,
  make: (text: string) => T,
  fail: Fail,
): { [name in IdName]?: T } {
  const compiled: { [name in IdName]?: T } = {};
  for (const [name, text] of Object.entries(given ?? {})) {
    const id = ID_NAMES.find((known) => known === name);
    if (id === undefined)
      return fail(`A route's ${what} names "${name}"; it can name ${ID_NAMES.join(', ')}.`);
    if (text !== undefined) compiled[id] = make(text);
  }
  return compiled;
}

function oneEach(texts: readonly string[], what: string, fail: Fail): void {
  if (new Set(texts.map((text) => text.toLowerCase())).size < texts.length) {
    fail(`Two ids of a route have the same ${what}.`);
  }
}

function plainName(text: string, what: string, fail: Fail): string {
  return /^[\w.~-]+$/.test(text) ? text : fail(`The ${what} "${text}" is not a plain name.`);
}

/** `narrow[0].operand`: the parameter `narrow` holds JSON. A plain name, dots included, is a parameter's. */
function queryPlace(text: string, fail: Fail): QueryPlace {
  const [, parameter, more = ''] = /^([A-Za-z_]\w*)([^]*)$/.exec(text) ?? [];
  if (parameter === undefined || !/^\s*(?:\[|\||\.\[)/.test(more)) {
    return { parameter: plainName(text, 'query parameter', fail) };
  }
  return { parameter, json: expression(text, fail) };
}

/** Compiles what is JMESPath and nothing else. */
export function expression(text: string, fail: Fail): Expression {
  const fault = expressionFault(text);
  return fault === undefined
    ? compileExpression(text, { exactNames: false })
    : fail(`"${text}" is no JMESPath expression: ${fault}`);
}

function token(text: string, what: string, fail: Fail): string {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text)
    ? text
    : fail(`"${text}" cannot be the name of a ${what}.`);
}

/** What is looked for outside a path: an id where the route says, or a second opinion on one that stands elsewhere. */
export interface Search {
  readonly id: IdName;
  /** The key in a query, and whether it is there that the route has the id. */
  readonly queryKey: string;
  readonly isInQuery: boolean;
  /** The key in a form, likewise. */
  readonly formKey: string;
  readonly isInForm: boolean;
  readonly json?: QueryPlace & { readonly json: Expression };
  readonly body?: Expression;
  readonly header?: string;
  readonly cookie?: string;
}

/** One search for each id that the route names, in whatever place. */
export function searchesOf(places: Places, isNamed: (name: IdName) => boolean): Search[] {
  return ID_NAMES.filter(isNamed).map((id) => {
    const { parameter, json } = places.query[id] ?? {};
    const plain = json === undefined ? parameter : undefined;
    const field = places.form[id];
    const body = places.body[id];
    // An expression that is one member's name is a parameter's name to who merges them all.
    const member = body !== undefined && /^\w+$/.test(body.text) ? body.text : undefined;
    const header = places.header[id];
    const cookie = places.cookie[id];
    return {
      id,
      queryKey: plain ?? field ?? member ?? id,
      isInQuery: plain !== undefined,
      formKey: field ?? plain ?? member ?? id,
      isInForm: field !== undefined,
      ...(parameter !== undefined && json && { json: { parameter, json } }),
      ...(body && { body }),
      ...(header !== undefined && { header }),
      ...(cookie !== undefined && { cookie }),
    };
  });
}

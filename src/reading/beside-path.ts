import type { JsonObject } from '../json.ts';
import { own, readJsonObject } from '../json.ts';
import type { BodyReading } from './body.ts';
import { isValid, toCharacters } from './bytes.ts';
import { decodeOnce } from './decoding.ts';
import { addJson, addMerged, readsBodyOf } from './merged-body.ts';
import { addBot, addText, addValues, type Named } from './named.ts';
import type { IdName, Search, QueryPlace } from './places.ts';
import { isKeyFor, occurrencesOf, parameterValues } from './query-readings.ts';
import type { Members, Occurrences } from './query-readings.ts';
import { headerValues } from './raw-headers.ts';
import type { Route } from './route.ts';

/** Where ids can stand outside the path. */
export interface Beside {
  readonly query: Members;
  /** Of a form that was read. */
  readonly form: Members | undefined;
  readonly body: BodyReading | undefined;
  /** True where its type says JSON. */
  readonly isJson: boolean;
  readonly headers: readonly string[];
  /** True where there is a body that was not read. */
  readonly hasUnread: boolean;
}

/** What all of them say of each id of a route: the ids themselves, or a second opinion on those in the path. */
export function addBeside(named: Named, route: Route, beside: Beside): void {
  if (readsBodyOf(route, beside.isJson)) checkBody(named, beside);
  for (const search of route.searches) {
    addMembers(named, route, search.id, beside.query, search.queryKey, search.isInQuery);
    if (beside.form !== undefined)
      addMembers(named, route, search.id, beside.form, search.formKey, search.isInForm);
    if (search.json !== undefined) addJsonQuery(named, route, search.id, search.json, beside.query);
    if (beside.body !== undefined || search.body !== undefined)
      addJsonBody(named, route, search, beside.body);
    if (beside.isJson && search.isInQuery) addMerged(named, route, search, beside.body);
    if (search.header !== undefined)
      addHeader(named, route, search.id, headersOf(beside.headers, search.header));
    if (search.cookie !== undefined)
      addHeader(named, route, search.id, cookiesOf(beside.headers, search.cookie));
  }
}

function checkBody(named: Named, { body, hasUnread }: Beside): void {
  if (body?.fault !== undefined) {
    named.ambiguous ??= body.fault;
    named.anyBot = true;
  }
  if (body === undefined && hasUnread) {
    named.anyBot = true;
    named.needsBody = true;
    named.unresolved ??= 'Its body was not read.';
  }
}

/** `isPlace`: whether the route has the id there; else what stands there can only contradict. */
function addMembers(
  named: Named,
  route: Route,
  id: IdName,
  members: Members,
  key: string,
  isPlace: boolean,
): void {
  const found = isPlace ? occurrencesOf(members, key) : ONCE;
  const values = parameterValues(members, key);
  if (values === undefined || found === undefined) {
    named.ambiguous = 'The query has too many readings.';
    named.anyBot = true;
    return;
  }
  if (id === 'botId' && (found.spellings > 1 || found.times > 1)) {
    for (const { text } of values) addBot({ bots: named.repeated, suspects: named.repeated }, text);
  }
  if (id !== 'conversationId' && found.spellings > 1) {
    named.ambiguous ??= `The query parameter of ${id} is there in two spellings.`;
  } else if (id !== 'conversationId' && found.times > 1) {
    // One key twice names nothing: what it holds is no contradiction to anything.
    named.unresolved ??= `The query parameter of ${id} is there twice.`;
  } else if (!addValues(named, route, id, values, isPlace) && isPlace) missing(named, id);
}

const ONCE: Occurrences = { spellings: 1, times: 1 };

function missing(named: Named, id: IdName): void {
  named.unresolved ??= `It names no ${id} where its route has one.`;
}

/** Every text that decoding makes of the parameter and that is JSON. */
function addJsonQuery(
  named: Named,
  route: Route,
  id: IdName,
  place: Required<QueryPlace>,
  members: Members,
): void {
  const found = occurrencesOf(members, place.parameter);
  if (found === undefined || found.spellings > 1) {
    named.ambiguous ??= `The query parameter of ${id} is there in two spellings.`;
    return;
  }
  const member = members.query
    .split('&')
    .find((one) => isKeyFor(one.replace(/=.*$/s, ''), place.parameter, members.textsOf));
  if (found.times > 1 || member === undefined) return missing(named, id);
  const raw = member.replace(/^[^=]*=?/, '');
  const decoded = [raw, raw.replaceAll('+', ' ')].flatMap((text) => [
    decodeOnce(text),
    decodeOnce(decodeOnce(text)),
  ]);
  let any = false;
  for (const text of new Set([raw, ...decoded])) {
    const value = jsonValue(text);
    if (value !== undefined)
      any = addJson(named, route, id, place.json.evaluate({ [place.parameter]: value.of })) || any;
  }
  if (!any) missing(named, id);
}

/** Any JSON whose meaning cannot be disputed: the one member of an object that is put around it. */
function jsonValue(bytes: string): { readonly of: unknown } | undefined {
  if (!isValid(bytes)) return undefined;
  const wrapped = readJsonObject(`{"of":${toCharacters(bytes)}}`);
  return wrapped !== undefined && Object.keys(wrapped).length === 1 ? { of: own(wrapped, 'of') } : undefined;
}

function addJsonBody(
  named: Named,
  route: Route,
  { id, body: expression }: Search,
  body: BodyReading | undefined,
): void {
  const json: JsonObject | undefined = body?.json;
  if (expression !== undefined && body?.isEmpty === false && json === undefined) {
    named.anyBot = true;
    named.ambiguous ??= 'Its body is no JSON object that all would read alike.';
    return;
  }
  if (expression === undefined) {
    // A second opinion, as the query has one.
    const name = json && Object.keys(json).find((one) => one.toLowerCase() === id.toLowerCase());
    if (json !== undefined && name !== undefined) addJson(named, route, id, own(json, name), false);
  } else if (json === undefined || !addJson(named, route, id, expression.evaluate(json))) missing(named, id);
}

/** Values of a header, or of cookies of one name: one in one spelling, as it stands. */
function addHeader(named: Named, route: Route, id: IdName, found: readonly Spelled[]): void {
  const [first, ...more] = found;
  if (more.some(({ spelling }) => spelling !== first?.spelling)) {
    named.ambiguous ??= `The header or cookie of ${id} is there in two spellings.`;
    return;
  }
  const isOne = first !== undefined && more.length === 0 && !/[%\x00-\x1f\x7f-\uffff]/.test(first.value);
  const added =
    isOne && (id === 'botId' ? addBot(named, first.value) : addText(named, route, id, first.value));
  if (!added) missing(named, id);
}

interface Spelled {
  readonly spelling: string;
  readonly value: string;
}

/** What CGI makes one variable of is one header: `X-Bot` and `X_Bot`. */
function headersOf(headers: readonly string[], name: string): Spelled[] {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '-');
  const found: Spelled[] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const spelling = (headers[i] ?? '').toLowerCase();
    if (plain(spelling) === plain(name)) found.push({ spelling, value: (headers[i + 1] ?? '').trim() });
  }
  return found;
}

function cookiesOf(headers: readonly string[], name: string): Spelled[] {
  const pieces = headerValues(headers, 'cookie').flatMap((value) => value.split(/[;,]/));
  return pieces.flatMap((piece) => {
    const spelling = piece.replace(/=.*$/s, '').trim();
    const value = piece.replace(/^[^=]*=?/, '').trim();
    return isKeyFor(spelling, name) ? [{ spelling, value: value.replace(/^"(.*)"$/s, '$1') }] : [];
  });
}

import { own } from '../json.ts';
import type { BodyReading } from './body.ts';
import { toBytes } from './bytes.ts';
import { addBot, addText, opinionOn, type Named } from './named.ts';
import type { IdName, Search } from './places.ts';
import { isKeyFor } from './query-readings.ts';
import type { Route } from './route.ts';

/** True where what a body says matters: an id stands in it, or its members could take the place of a query's. */
export function readsBodyOf({ places }: Route, isJson: boolean): boolean {
  return places.readsBody || (isJson && Object.keys(places.query).length > 0);
}

/** Where a JSON body's members are merged over the query's parameters, the body's is the one that counts. */
export function addMerged(
  named: Named,
  route: Route,
  { id, queryKey }: Search,
  body: BodyReading | undefined,
): void {
  if (body === undefined || body.isEmpty || body.fault !== undefined || body.isMemberless === true) return;
  const { json = {} } = body;
  const names = Object.keys(json).filter((name) => isKeyFor(toBytes(name), queryKey));
  const areAlike = names.length < 2 && names.every((name) => addJson(named, route, id, own(json, name)));
  if (areAlike && body.json !== undefined) return;
  named.anyBot = true;
  named.ambiguous ??= `Its body could name the ${id} as well as the query.`;
}

/** A text or a whole number; everything else is no id. Where the route has the id elsewhere, a bot can only contradict. */
export function addJson(named: Named, route: Route, id: IdName, value: unknown, isPlace = true): boolean {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || text === '') return false;
  return id === 'botId'
    ? addBot(isPlace ? named : opinionOn(named), toBytes(text))
    : addText(named, route, id, text);
}

import type { Route, RouteTable, Segment } from './route.ts';

/** One sentence for each pair of guarded routes that can name different bots, or contacts, for one target. */
export function overlapWarnings(table: RouteTable): string[] {
  const warnings: string[] = [];
  table.guarded.forEach((first, at) => {
    for (const second of table.guarded.slice(at + 1)) {
      if (!canMeet(first, second)) continue;
      const differ = difference(first, second);
      if (differ === undefined) continue;
      warnings.push(
        `The routes "${first.facts.path}" and "${second.facts.path}" can guard one target and ${differ}; ` +
          'such a target is refused as ambiguous.',
      );
    }
  });
  return warnings;
}

/** True if some path lies at or below both templates. */
function canMeet(first: Route, second: Route): boolean {
  const [shorter, longer] =
    first.segments.length <= second.segments.length ? [first, second] : [second, first];
  if (shorter.exact && shorter.segments.length < longer.segments.length) return false;
  return shorter.segments.every((segment, at) => unify(segment, longer.segments[at]));
}

function unify(one: Segment, other: Segment | undefined): boolean {
  if (other === undefined || one.kind === 'parameter' || other.kind === 'parameter') return true;
  return one.folded === other.folded;
}

function difference(first: Route, second: Route): string | undefined {
  if (placeOf(first, 'botId') !== placeOf(second, 'botId')) return 'name different bots';
  if (first.namesContact !== second.namesContact) return 'only one of them names a contact';
  return placeOf(first, 'contactId') === placeOf(second, 'contactId') ? undefined : 'name different contacts';
}

function placeOf(route: Route, name: 'botId' | 'contactId'): string {
  if (name === 'botId' && route.bot !== undefined) return `constant ${route.bot}`;
  const parameter = route.query[name];
  if (parameter !== undefined) return `query ${parameter}`;
  return `segment ${route.segments.findIndex((part) => part.kind === 'parameter' && part.name === name)}`;
}

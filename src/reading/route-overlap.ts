import type { HostPattern } from './host.ts';
import type { IdName } from './places.ts';
import type { Route, RouteTable } from './route.ts';
import type { Segment, Template } from './template.ts';

/** One sentence for each pair of guarded routes that can name different bots, or contacts, for one target. */
export function overlapWarnings(table: RouteTable): string[] {
  const warnings: string[] = [];
  table.guarded.forEach((first, at) => {
    for (const second of table.guarded.slice(at + 1)) {
      const differ = differenceOf(first, second);
      if (differ === undefined) continue;
      warnings.push(
        `The routes "${first.facts.path}" and "${second.facts.path}" can guard one target and ${differ}; ` +
          'such a target is refused as ambiguous.',
      );
    }
  });
  return warnings;
}

/** An open route of which a guarded one takes every target. */
export interface Shadowed {
  /** Of the open route. */
  readonly index: number;
  /** The guarded one's path. */
  readonly by: string;
}

/** Open routes that open nothing, since guarded beats open. */
export function shadowedRoutes(table: RouteTable): Shadowed[] {
  return table.open.flatMap((open) => {
    const by = table.guarded.find((guarded) => takesAll(guarded, open));
    return by === undefined ? [] : [{ index: open.index, by: by.facts.path }];
  });
}

function takesAll(guarded: Pick<Route, 'templates' | 'exact' | 'host'>, open: Route): boolean {
  if (guarded.host !== undefined) return false;
  return open.templates.every((below) =>
    guarded.templates.some((above) => {
      const sameDepth = above.segments.length === below.segments.length;
      if (above.segments.length > below.segments.length || (above.tail !== undefined && sameDepth))
        return false;
      if (guarded.exact && !(open.exact && sameDepth)) return false;
      return above.segments.every((segment, at) => covers(segment, below.segments[at]));
    }),
  );
}

function covers(above: Segment, below: Segment | undefined): boolean {
  if (above.kind === 'parameter') return true;
  return above.kind === 'literal' && below?.kind === 'literal' && above.folded === below.folded;
}

function differenceOf(first: Route, second: Route): string | undefined {
  if (!shareMethod(first, second) || !shareHost(first.host, second.host)) return undefined;
  if (isExcepted(first, second) || isExcepted(second, first)) return undefined;
  for (const one of first.templates) {
    for (const other of second.templates) {
      if (!canMeet(first, one, second, other)) continue;
      const differ = difference(first, one, second, other);
      if (differ !== undefined) return differ;
    }
  }
  return undefined;
}

/** True if one route leaves all of the other to it. */
function isExcepted({ except }: Route, other: Route): boolean {
  return except !== undefined && takesAll(except, other);
}

function shareMethod({ methods: some }: Route, { methods: others }: Route): boolean {
  return some === undefined || others === undefined || [...some].some((method) => others.has(method));
}

function shareHost(some: HostPattern | undefined, others: HostPattern | undefined): boolean {
  if (some === undefined || others === undefined) return true;
  if (some.labels.length !== others.labels.length) return false;
  return some.labels.every((label, at) => {
    const other = others.labels[at] ?? null;
    return label === null || other === null || label === other;
  });
}

/** True if some path lies at or below both templates. */
function canMeet(first: Route, one: Template, second: Route, other: Template): boolean {
  const isShorter = one.segments.length <= other.segments.length;
  const [shorter, longer] = isShorter ? [one, other] : [other, one];
  const { exact } = isShorter ? first : second;
  if (exact && shorter.tail === undefined && shorter.segments.length < longer.segments.length) return false;
  return shorter.segments.every((segment, at) => unify(segment, longer.segments[at]));
}

function unify(one: Segment, other: Segment | undefined): boolean {
  if (other === undefined || one.kind !== 'literal' || other.kind !== 'literal') return true;
  return one.folded === other.folded;
}

function difference(first: Route, one: Template, second: Route, other: Template): string | undefined {
  // Where one of them is of any bot, the other decides.
  if (first.facts.reach !== undefined || second.facts.reach !== undefined) return undefined;
  if (placeOf(first, one, 'botId') !== placeOf(second, other, 'botId')) return 'name different bots';
  if (first.namesContact !== second.namesContact) return 'only one of them names a contact';
  return placeOf(first, one, 'contactId') === placeOf(second, other, 'contactId')
    ? undefined
    : 'name different contacts';
}

function placeOf(
  { bot, host, places }: Route,
  { segments }: Template,
  name: Exclude<IdName, 'conversationId'>,
): string {
  if (name === 'botId' && bot !== undefined) return `constant ${bot}`;
  if (name === 'botId' && host?.namesBot === true) return `host ${host.labels.join('.')}`;
  const beside = [
    ['query', places.query[name]?.json?.text ?? places.query[name]?.parameter],
    ['form', places.form[name]],
    ['body', places.body[name]?.text],
    ['header', places.header[name]],
    ['cookie', places.cookie[name]],
  ].find(([, place]) => place !== undefined);
  if (beside !== undefined) return beside.join(' ');
  const at = segments.findIndex((part) =>
    part.kind === 'parameter' ? part.name === name : part.kind === 'inner' && part.inner.names.includes(name),
  );
  const part = segments[at];
  return `segment ${at} ${part?.kind === 'inner' ? part.inner.literals.join(':') : ''}`;
}

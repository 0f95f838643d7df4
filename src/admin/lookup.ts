import type { HeldEvent } from '../activity/event.ts';
import { networkAt } from '../activity/network.ts';
import type { Filter } from '../activity/match.ts';
import { isBotId } from '../policy/resource.ts';
import { parseAddress } from '../reading/address.ts';
import { fromRecord, viewEvent, visibleTo } from './activity.ts';
import { readPlaces } from './activity-query.ts';
import { LookupQuery } from './activity-schemas.ts';
import { actorOf, mayManage, type Actor } from './actor.ts';
import { ApiAnswers, type ApiAnswer } from './answers.ts';
import { mayHear } from './explain.ts';
import { findRanges } from './lookup-ranges.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { areShortened, noteRead } from './reads.ts';
import { viewAnswer } from './views.ts';

type Found = ApiAnswer<'lookup'>;

/** Whatever a text may name: an address, a request, a range, a person, a bot, a conversation. */
export function lookupRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/lookup', schema, async (request, reply) => {
    const actor = actorOf(request);
    const q = request.query.q.trim();
    noteRead(options, request, { q });
    return fromRecord(options, reply, async (): Promise<Found> => {
      const { ranges, more } = await findRanges(options, actor, q);
      const bot = botOf(options, actor, q);
      return {
        q,
        ranges: [...ranges],
        ...(more && { more }),
        decisions: await decisionsOf(options, actor, q),
        ...(bot && { bot }),
        seen: await seenAs(options, actor, q),
      };
    });
  });
}

const schema = {
  schema: {
    summary: 'What a text names: an address, a request, a range, a person, a bot or a conversation',
    querystring: LookupQuery,
    response: { 200: ApiAnswers.lookup },
  },
};

/** Decisions of one request id: with its first eight characters there can be some. */
const mostDecisions = 5;
/** Of each thing that the text can name, so many of the newest events. */
const mostSeen = 10;

async function decisionsOf(options: AdminOptions, actor: Actor, q: string): Promise<Found['decisions']> {
  const { activity } = options;
  // Pages show the first eight in two groups.
  const id = q.replace(/^([0-9a-f]{4})[ -]([0-9a-f]{4})$/i, '$1$2');
  if (activity === undefined || !/^[A-Za-z0-9._~+/=:@-]{8,128}$/.test(id)) return [];
  // What is read out and typed in may come in capitals.
  const requestId = /^[0-9a-f-]+$/i.test(id) ? id.toLowerCase() : id;
  const { events } = await activity.query(visibleTo(actor, { requestId }), mostDecisions);
  return Promise.all(
    events.map(async (event) => {
      const now = await explainedNow(options, actor, event);
      return { event: viewEvent(event), ...(now && { now }) };
    }),
  );
}

async function explainedNow(options: AdminOptions, actor: Actor, event: HeldEvent) {
  const answer = await options.judgeAgain(event);
  if (answer === undefined) return undefined;
  const steps = (answer.steps ?? []).filter((step) => mayHear(actor, step));
  return viewAnswer(answer, steps);
}

/** A bot that has a record, was asked for lately, or belongs to who asks. */
function botOf({ policy, recentBots }: AdminOptions, actor: Actor, q: string): Found['bot'] {
  const scope = `bot:${q}` as const;
  if (!isBotId(q) || !mayManage(actor, scope)) return undefined;
  const stored = policy().policy?.scopes.get(scope);
  if (stored === undefined && !recentBots.has(q) && !actor.ownedBots.has(q)) return undefined;
  return { scope, enabled: stored?.enabled ?? false, ranges: stored?.whitelist.size ?? 0 };
}

/** The newest events in which the text stands for something. */
async function seenAs(options: AdminOptions, actor: Actor, q: string): Promise<Found['seen']> {
  const { activity, shownAddress, shownPerson } = options;
  if (activity === undefined) return [];
  const places = readPlaces(q, shownAddress);
  const hashed = shownPerson(q);
  const people = [q, ...(hashed === undefined || hashed === q ? [] : [hashed])];
  const asked: readonly (readonly [Found['seen'][number]['as'], Filter])[] = [
    ...('message' in places ? [] : [['address', places] as const]),
    ...people.map((subject) => ['subject', { subject }] as const),
    ...people.map((contact) => ['contact', { contact }] as const),
    ['conversation', { conversation: q }],
    ...(isBotId(q) ? [['bot', { bot: q }] as const] : []),
  ];
  const seen = await Promise.all(
    asked.map(async ([as, filter]) => {
      const { events, next } = await activity.query(visibleTo(actor, filter), mostSeen);
      const [value = recordedAs(options, q)] = Object.values(filter).filter((one) => typeof one === 'string');
      return { as, value, events: events.map(viewEvent), ...(next && { more: true }) };
    }),
  );
  return seen.filter(({ events }) => events.length > 0);
}

/** An IPv4 address or a network as the record has it. */
function recordedAs(options: AdminOptions, q: string): string {
  const isOne = areShortened(options) && parseAddress(q) !== undefined;
  return (isOne ? networkAt(options.shownAddress(q)) : undefined) ?? q;
}

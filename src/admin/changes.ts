import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../policy/reason.ts';
import type { Change } from '../changes/change.ts';
import type { Plan } from '../changes/plan.ts';
import type { Store } from '../policy-store/store.ts';
import { actorOf, mayManage } from './actor.ts';
import type { Actor } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import { changeSearch } from './change-search.ts';
import type { ChangeSearch } from './change-search.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { ChangesQuery, NoBody, RevisionParams, WriteQuery } from './schemas.ts';
import { managedScope, sendNotYours } from './scope.ts';
import { viewChange, viewSettings } from './views.ts';
import { write } from './write.ts';

/** Entries of the log can be long, so a page has fewer of them than of ranges. */
const DEFAULT_LIMIT = 100;
/** Entries read from the store at once. */
const PAGE = 100;

export function changeRoutes(app: AdminApp, options: AdminOptions): void {
  const { store, editor } = options;

  app.get('/changes', listSchema, async (request, reply) => {
    const { scope: wanted, after: before, limit = DEFAULT_LIMIT } = request.query;
    const scoped = wanted === undefined ? undefined : managedScope(request, reply, wanted);
    if (scoped?.ok === false) return scoped.reply;
    const search = changeSearch(request.query);
    if (!('matches' in search)) {
      return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors: search });
    }
    const read = (query: Query) => visible(store, actorOf(request), scoped?.scope, query);
    const { found, next } = await searched(store, search, read, before, limit);
    return { changes: found.map(viewChange), ...(next === undefined ? {} : { next: String(next) }) };
  });

  app.get('/changes/:revision', readSchema, async (request, reply) => {
    const found = await readable(store, actorOf(request), reply, request.params.revision);
    return found.ok ? viewChange(cutTo(MOST_RANGES, found.change)) : found.reply;
  });

  app.post('/changes/:revision/revert', revertSchema, async (request, reply) => {
    const found = await readable(store, actorOf(request), reply, request.params.revision);
    if (!found.ok) return found.reply;
    const { scope, revision } = found.change;
    return write(options, request, reply, {
      scope: scope as Scope,
      plan: () => revertPlan(options, found.change),
      edit: (asked) => editor.revert(found.change, asked),
      fields: (done) => ({
        scope,
        reverts: revision,
        ...viewSettings(done.settings),
        ranges: done.ranges,
        added: done.change?.addedCount ?? 0,
        removed: done.change?.removedCount ?? 0,
      }),
    });
  });
}

/** A revocation is lifted elsewhere, and locks nobody out. */
async function revertPlan({ editor }: AdminOptions, change: Change): Promise<Plan | undefined> {
  const planned = change.scope === 'revocations' ? undefined : await editor.planRevert(change);
  return planned?.ok === true ? planned.plan : undefined;
}

const listSchema = {
  schema: {
    summary: 'The change log, newest first',
    querystring: ChangesQuery,
    response: { 200: ApiAnswers.changes },
  },
};
const readSchema = {
  schema: {
    summary: 'One change with up to 1000 ranges on each side',
    params: RevisionParams,
    response: { 200: ApiAnswers.change },
  },
};
/** No body at all is an empty one. */
const preValidation = async (request: FastifyRequest): Promise<void> => {
  request.body ??= {};
};
const revertSchema = {
  preValidation,
  schema: {
    summary: 'Undo a change by a new one',
    params: RevisionParams,
    querystring: WriteQuery,
    body: NoBody,
    response: { 200: ApiAnswers.revert },
  },
};

/** Ranges of one change that are shown; an import may have had any number. */
const MOST_RANGES = 1_000;

function cutTo(most: number, change: Change): Change {
  if (change.removed.length <= most && change.added.length <= most) return change;
  const [removed, added] = [change.removed.slice(0, most), change.added.slice(0, most)];
  return { ...change, removed, added, truncated: true };
}

/** Changes looked at by one call, and long ones read whole for it: a longer search goes on with `next`. */
const MOST_SEEN = 5_000;
const MOST_WHOLE = 20;

/** The newest changes that a search asks for, and where the next page starts. */
async function searched(
  store: Store,
  search: ChangeSearch,
  read: (query: Query) => Promise<readonly Change[]>,
  start: number | undefined,
  limit: number,
): Promise<{ readonly found: readonly Change[]; readonly next?: number }> {
  const found: Change[] = [];
  let [before, seen, whole] = [start, 0, 0];
  for (;;) {
    const size = Math.max(limit, PAGE) + 1;
    const page = await read({ ...(before === undefined ? {} : { before }), limit: size });
    for (const change of page) {
      if (found.length === limit || seen >= MOST_SEEN || whole >= MOST_WHOLE) {
        return before === undefined ? { found } : { found, next: before };
      }
      if (search.isBefore(change)) return { found };
      seen += 1;
      before = change.revision;
      const readWhole = async (): Promise<Change> => {
        whole += 1;
        return (await store.changeAt(change.revision)) ?? change;
      };
      if (await search.matches(change, readWhole)) found.push(change);
    }
    if (page.length < size) return { found };
  }
}

interface Query {
  readonly before?: number;
  readonly limit: number;
}

/** An owner's log is made of their bots' logs: the whole one may be any longer. */
async function visible(
  store: Store,
  actor: Actor,
  scope: Scope | undefined,
  query: Query,
): Promise<readonly Change[]> {
  if (scope !== undefined) return store.changes({ ...query, scope });
  if (actor.superAdmin) return store.changes(query);
  const found: Change[] = [];
  for (const bot of actor.ownedBots) found.push(...(await store.changes({ ...query, scope: `bot:${bot}` })));
  return found.sort((a, b) => b.revision - a.revision).slice(0, query.limit);
}

/** A change that who asks may see, or what they were answered. */
type Readable =
  { readonly ok: true; readonly change: Change } | { readonly ok: false; readonly reply: FastifyReply };

export async function readable(
  store: Store,
  actor: Actor,
  reply: FastifyReply,
  text: string,
): Promise<Readable> {
  const change = /^[1-9][0-9]{0,14}$/.test(text) ? await store.changeAt(Number(text)) : undefined;
  if (change === undefined) {
    return { ok: false, reply: sendProblem(reply, 'not-found', 'The log has no such change.') };
  }
  return mayManage(actor, change.scope) ? { ok: true, change } : { ok: false, reply: sendNotYours(reply) };
}

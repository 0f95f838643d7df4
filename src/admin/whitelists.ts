import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../policy/reason.ts';
import type { ScopeRecord } from '../changes/change.ts';
import { actorOf, mayManage } from './actor.ts';
import type { Actor } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import { inForceFor, inheritedFrom } from './in-force.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { DEFAULT_LIMIT, isLater, pageByKey } from './paging.ts';
import { sendProblem } from './problem.ts';
import { rangePage } from './range-page.ts';
import { usesAsked } from './range-use.ts';
import { RangesQuery, WhitelistsQuery } from './list-schemas.ts';
import { ScopeParams, SettingsBody, WriteQuery } from './schemas.ts';
import { managedScope } from './scope.ts';
import { viewSettings } from './views.ts';
import { write } from './write.ts';

export function whitelistRoutes(app: AdminApp, options: AdminOptions): void {
  listRoute(app, options);
  readRoute(app, options);
}

function listRoute(app: AdminApp, options: AdminOptions): void {
  const { store } = options;
  app.get('/whitelists', listSchema, async (request) => {
    const { q = '', after, limit = DEFAULT_LIMIT } = request.query;
    const { revision, scopes } = await store.scopes();
    const found = visible(actorOf(request), scopes, options.constantBots()).filter((record) =>
      isFound(record, q),
    );
    const page = pageByKey(found, (record) => record.scope, { after, limit });
    const above = inheritedFrom(scopes, options.defaults());
    const whitelists = page.items.map((record) => ({
      scope: record.scope,
      ...viewSettings(record),
      ranges: record.ranges,
      inForce: inForceFor(record, above),
    }));
    return { revision, whitelists, ...(page.next === undefined ? {} : { next: page.next }) };
  });
}

function readRoute(app: AdminApp, options: AdminOptions): void {
  const { store } = options;
  app.get('/whitelists/:scope', readSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    const uses = await usesAsked(options, request, reply, scope);
    if (uses === 'answered') return reply;
    const { revision, record, ranges } = await store.scope(scope);
    const page = await rangePage(ranges, request.query, { useOf: uses, nowMs: options.now() });
    if (page === undefined) return sendBadCursor(reply);
    const isBot = scope !== 'platform';
    const { scopes } = isBot ? await store.scopes() : { scopes: [] };
    const inherited = isBot ? inheritedFrom(scopes, options.defaults()) : undefined;
    const known = scopes.some((one) => one.scope === scope) || hasSeen(options, request, scope);
    return reply.header('etag', `"${revision}"`).send({
      revision,
      scope,
      ...viewSettings(record),
      ...(inherited === undefined ? {} : { inherited, known }),
      total: ranges.length,
      ...(uses !== undefined && { useKnown: true }),
      ranges: [...page.items],
      ...(page.next === undefined ? {} : { next: page.next }),
    });
  });
}

/** The toggle and the settings of a scope. */
export function settingsRoute(app: AdminApp, options: AdminOptions): void {
  app.patch('/whitelists/:scope', patchSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    return write(options, request, reply, {
      scope,
      plan: () => ({ settings: request.body }),
      edit: (asked) => options.editor.patch(scope, request.body, asked),
      fields: (done) => ({ scope, ...viewSettings(done.settings), ranges: done.ranges }),
    });
  });
}

const listSchema = {
  schema: {
    summary: 'Every whitelist',
    querystring: WhitelistsQuery,
    response: { 200: ApiAnswers.whitelists },
  },
};
const readSchema = {
  schema: {
    summary: 'One whitelist',
    params: ScopeParams,
    querystring: RangesQuery,
    response: { 200: ApiAnswers.whitelist },
  },
};
const patchSchema = {
  schema: {
    summary: 'Toggle and settings',
    params: ScopeParams,
    querystring: WriteQuery,
    body: SettingsBody,
    response: { 200: ApiAnswers.settings },
  },
};

/** A bot that a request named lately, that a route names, or that belongs to who asks. */
function hasSeen({ recentBots, constantBots }: AdminOptions, request: FastifyRequest, scope: Scope): boolean {
  const bot = scope.slice('bot:'.length);
  return recentBots.has(bot) || constantBots().includes(bot) || actorOf(request).ownedBots.has(bot);
}

function sendBadCursor(reply: FastifyReply): FastifyReply {
  const errors = [{ field: 'after', message: 'is not the next of a page' }];
  return sendProblem(reply, 'malformed', 'The query cannot be read.', { errors });
}

function isFound(record: ScopeRecord, q: string): boolean {
  return record.scope.toLowerCase().includes(q.trim().toLowerCase());
}

/** What an actor manages, sorted; an owner's bots, and those that routes name, are there before anything was stored. */
function visible(
  actor: Actor,
  scopes: readonly ScopeRecord[],
  constantBots: readonly string[],
): readonly ScopeRecord[] {
  const stored = scopes.filter((record) => mayManage(actor, record.scope));
  const names = new Set(stored.map((record) => record.scope));
  const bots = new Set([...actor.ownedBots, ...(actor.superAdmin ? constantBots : [])]);
  const unstored = [...bots].flatMap((bot): ScopeRecord[] => {
    const scope = `bot:${bot}` as const;
    return names.has(scope) ? [] : [{ scope, enabled: false, revision: 0, ranges: 0 }];
  });
  return [...stored, ...unstored].sort((a, b) => (isLater(a.scope, b.scope) ? 1 : -1));
}

import type { FastifyReply } from 'fastify';
import type { Change } from '../changes/change.ts';
import { before, differenceOf, stateOf, type ScopeState } from '../changes/restore.ts';
import type { Store } from '../policy-store/store.ts';
import { readInstant } from '../policy/expiry.ts';
import type { Scope } from '../policy/reason.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendProblem } from './problem.ts';
import { CompareQuery, RestoreBody } from './restore-schemas.ts';
import { ScopeParams, WriteQuery } from './schemas.ts';
import { managedScope } from './scope.ts';
import { viewSettings, viewSide } from './views.ts';
import { write } from './write.ts';

/** Ranges of a comparison that are shown on each side; all are counted. */
const SHOWN = 1_000;
const PAGE = 100;

/** One list at two revisions, and back to how it was at a time. */
export function restoreRoutes(app: AdminApp, options: AdminOptions): void {
  compareRoute(app, options);
  restoreRoute(app, options);
}

function compareRoute(app: AdminApp, options: AdminOptions): void {
  app.get('/whitelists/:scope/compare', compareSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { from, to } = request.query;
    const [old, next] = await Promise.all(
      [from, to].map((revision) => scopeAt(options.store, scoped.scope, ofRevision(revision))),
    );
    if (old === undefined || next === undefined) return sendForgotten(reply);
    const { removed, added, settings } = differenceOf(old, next);
    return {
      ...{ scope: scoped.scope, removedCount: removed.length, addedCount: added.length },
      before: viewSide(settings?.before, removed.slice(0, SHOWN)),
      after: viewSide(settings?.after, added.slice(0, SHOWN)),
    };
  });
}

function restoreRoute(app: AdminApp, options: AdminOptions): void {
  app.post('/whitelists/:scope/restore', restoreSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    const found = await stateAt(options, reply, scope, request.body.at);
    if (!found.ok) return found.reply;
    const { state } = found;
    return write(options, request, reply, {
      scope,
      plan: async () => differenceOf(stateOf(await options.store.scope(scope)), state),
      edit: (asked) => options.editor.restore(scope, state, asked),
      fields: (done) => ({
        scope,
        ...viewSettings(done.settings),
        ranges: done.ranges,
        added: done.change?.addedCount ?? 0,
        removed: done.change?.removedCount ?? 0,
      }),
    });
  });
}

type StateAt =
  { readonly ok: true; readonly state: ScopeState } | { readonly ok: false; readonly reply: FastifyReply };

/** A scope as it was at a time (RFC 3339), or what who asks was answered. */
export async function stateAt(
  { store, now }: AdminOptions,
  reply: FastifyReply,
  scope: Scope,
  at: string,
): Promise<StateAt> {
  const atMs = readInstant(at);
  if (atMs === undefined || atMs > now()) {
    const errors = [{ field: 'at', message: 'must be a past time with its offset (RFC 3339)' }];
    return { ok: false, reply: sendProblem(reply, 'invalid', 'A value cannot be.', { errors }) };
  }
  const state = await scopeAt(store, scope, (change) => Date.parse(change.at) > atMs);
  return state === undefined ? { ok: false, reply: sendForgotten(reply) } : { ok: true, state };
}

const ofRevision =
  (most: number) =>
  (change: Change): boolean =>
    change.revision > most;

/** A scope as it was before the changes that are later; undefined where the log does not reach back so far. */
async function scopeAt(
  store: Store,
  scope: Scope,
  isLater: (change: Change) => boolean,
): Promise<ScopeState | undefined> {
  let state = stateOf(await store.scope(scope));
  for (let last: number | undefined; ;) {
    const page = await store.changes({ scope, limit: PAGE, ...(last !== undefined && { before: last }) });
    for (const { revision, ...entry } of page) {
      last = revision;
      if (!isLater({ revision, ...entry })) return state;
      const whole = await store.changeAt(revision);
      if (whole === undefined) return undefined;
      state = before(state, whole);
    }
    // Before its first change a list is empty; what is not was changed before the log begins.
    if (page.length < PAGE) return state.ranges.size === 0 && !state.settings.enabled ? state : undefined;
  }
}

function sendForgotten(reply: FastifyReply): FastifyReply {
  return sendProblem(
    reply,
    'not-found',
    'The change log does not reach back so far, or its lists are not kept any more.',
  );
}

const compareSchema = {
  schema: {
    summary: 'What two revisions of a list differ in',
    params: ScopeParams,
    querystring: CompareQuery,
    response: { 200: ApiAnswers.comparison },
  },
};
const restoreSchema = {
  schema: {
    summary: 'Bring a list and its settings back to how they were at a time, as a new change',
    params: ScopeParams,
    querystring: WriteQuery,
    body: RestoreBody,
    response: { 200: ApiAnswers.restored },
  },
};

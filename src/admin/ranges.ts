import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scope } from '../policy/reason.ts';
import type { MemberError } from './problem.ts';
import { sendProblem } from './problem.ts';
import type { Outcome, Preview } from '../policy-store/edit.ts';
import { conditionsOf } from './conditions.ts';
import { Answers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { sendRefusal } from './problem.ts';
import { ImportBody, ImportQuery, RangeBody, RangeParams, ScopeParams } from './schemas.ts';
import { managedScope } from './scope.ts';
import { write } from './write.ts';

/** 100,000 ranges with notes have about 15 MB. */
const IMPORT_LIMIT_BYTES = 32 * 1024 * 1024;

const fields = (done: Extract<Outcome, { ok: true }>): object => done.range ?? {};

export function rangeRoutes(app: AdminApp, options: AdminOptions): void {
  const { editor } = options;

  app.post('/whitelists/:scope/ranges', addSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.addRange(scoped.scope, request.body, asked);
    return write(options, request, reply, { edit, fields, status: 201 });
  });

  app.put('/whitelists/:scope/ranges/:id', putSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.putRange(scoped.scope, request.params.id, request.body, asked);
    return write(options, request, reply, { edit, fields });
  });

  app.delete('/whitelists/:scope/ranges/:id', deleteSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.removeRange(scoped.scope, request.params.id, asked);
    return write(options, request, reply, { edit, fields });
  });

  const bodyLimit = options.importLimitBytes ?? IMPORT_LIMIT_BYTES;
  app.post('/whitelists/:scope/import', { ...importSchema, bodyLimit }, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    const { ranges: entries, replace = false } = request.body;
    const dryRun = request.query.dryRun === 'true' || request.query.dryRun === '1';
    if (dryRun) return preview(options, request, reply, scope, { entries, replace });
    const edit: Edit = (asked) => editor.importRanges(scope, { entries, replace }, asked);
    return write(options, request, reply, {
      edit,
      fields: (done) => ({ scope, ranges: done.ranges, ...countsOf(done) }),
    });
  });
}

type Edit = Parameters<typeof write>[3]['edit'];

const addSchema = {
  schema: { summary: 'Add a range', params: ScopeParams, body: RangeBody, response: { 201: Answers.range } },
};
const putSchema = {
  schema: {
    summary: 'Change a range',
    params: RangeParams,
    body: RangeBody,
    response: { 200: Answers.range },
  },
};
const deleteSchema = {
  schema: { summary: 'Remove a range', params: RangeParams, response: { 200: Answers.range } },
};
const importSchema = {
  schema: {
    summary: 'Add many ranges, or replace the list: all of it or nothing',
    params: ScopeParams,
    querystring: ImportQuery,
    body: ImportBody,
    response: { 200: Answers.import },
  },
};

/** How many ranges of each kind a dry run shows; it counts all of them. */
const SHOWN = 100;

async function preview(
  options: AdminOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  scope: Scope,
  wanted: { readonly entries: readonly unknown[]; readonly replace: boolean },
): Promise<FastifyReply> {
  const conditions = conditionsOf(options, request);
  if (!conditions.ok) {
    return sendProblem(reply, 'malformed', 'A header cannot be read.', { errors: [conditions.error] });
  }
  const found = await options.editor.previewImport(scope, wanted, conditions.asked);
  if (!found.ok) return sendRefusal(reply, found.refusal);
  const errors: readonly MemberError[] = found.errors;
  return reply.send({
    dryRun: true,
    scope,
    revision: found.revision,
    ...counts(found),
    errors,
    preview: {
      added: found.added.slice(0, SHOWN).map(content),
      removed: found.removed.slice(0, SHOWN),
      updated: found.updated.slice(0, SHOWN),
      present: found.present.slice(0, SHOWN),
    },
  });
}

/** What is not stored yet has no id and no author. */
function content({ start, end, note, expiresAt }: Preview['added'][number]): object {
  return { start, end, note, expiresAt };
}

function counts(preview: Preview): object {
  const { added, removed, updated, present } = preview;
  return { added: added.length, removed: removed.length, updated: updated.length, present: present.length };
}

function countsOf(done: Extract<Outcome, { ok: true }>): object {
  if (done.preview !== undefined) return counts(done.preview);
  return { added: done.change?.addedCount ?? 0, removed: done.change?.removedCount ?? 0 };
}

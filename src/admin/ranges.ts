import type { EditResult } from '../changes/plan.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { RangeBody, RangeParams, ScopeParams, WriteQuery } from './schemas.ts';
import { managedScope } from './scope.ts';
import { write } from './write.ts';

const fields = (done: Extract<EditResult, { ok: true }>): object => done.range ?? {};

export function rangeRoutes(app: AdminApp, options: AdminOptions): void {
  const { editor } = options;

  app.post('/whitelists/:scope/ranges', addSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.addRange(scoped.scope, request.body, asked);
    const plan = () => ({ add: [request.body] });
    return write(options, request, reply, { scope: scoped.scope, plan, edit, fields, status: 201 });
  });

  app.put('/whitelists/:scope/ranges/:id', putSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.putRange(scoped.scope, request.params.id, request.body, asked);
    const plan = () => ({ put: [{ id: request.params.id, range: request.body }] });
    return write(options, request, reply, { scope: scoped.scope, plan, edit, fields });
  });

  app.delete('/whitelists/:scope/ranges/:id', deleteSchema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const edit: Edit = (asked) => editor.removeRange(scoped.scope, request.params.id, asked);
    const plan = () => ({ remove: [request.params.id] });
    return write(options, request, reply, { scope: scoped.scope, plan, edit, fields });
  });
}

type Edit = Parameters<typeof write>[3]['edit'];

const addSchema = {
  schema: {
    summary: 'Add a range',
    params: ScopeParams,
    querystring: WriteQuery,
    body: RangeBody,
    response: { 201: ApiAnswers.range },
  },
};
const putSchema = {
  schema: {
    summary: 'Change a range',
    params: RangeParams,
    querystring: WriteQuery,
    body: RangeBody,
    response: { 200: ApiAnswers.range },
  },
};
const deleteSchema = {
  schema: {
    summary: 'Remove a range',
    params: RangeParams,
    querystring: WriteQuery,
    response: { 200: ApiAnswers.range },
  },
};

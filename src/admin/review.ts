import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { ReviewBody, ScopeParams } from './schemas.ts';
import { managedScope } from './scope.ts';
import { write } from './write.ts';

/** What became of ranges that an admin looked at, as a change with its reason. */
export function reviewRoute(app: AdminApp, options: AdminOptions): void {
  app.post('/whitelists/:scope/review', schema, async (request, reply) => {
    const scoped = managedScope(request, reply, request.params.scope);
    if (!scoped.ok) return scoped.reply;
    const { scope } = scoped;
    return write(options, request, reply, {
      edit: (asked) => options.editor.review(scope, request.body, asked),
      fields: (done) => ({ scope, reviewed: done.change?.removedCount ?? 0, ranges: done.ranges }),
    });
  });
}

const schema = {
  schema: {
    summary: 'Keep, shorten or remove ranges that were looked at, for a reason',
    params: ScopeParams,
    body: ReviewBody,
    response: { 200: ApiAnswers.review },
  },
};

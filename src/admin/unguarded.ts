import type { UnguardedCount } from '../audit/unguarded.ts';
import { actorOf } from './actor.ts';
import { ApiAnswers } from './answers.ts';
import type { AdminApp, AdminOptions } from './options.ts';
import { NoQuery } from './schemas.ts';
import { sendNotYours } from './scope.ts';

/** What passed that no route guards; of no one bot, so that only the super admin sees it. */
export function unguardedRoute(app: AdminApp, { unguarded }: AdminOptions): void {
  app.get('/unguarded', schema, async (request, reply) => {
    if (!actorOf(request).superAdmin) return sendNotYours(reply);
    const { sinceMs, shapes, left, canaries, notSearched, gateways, partial } = await unguarded.all();
    return {
      since: timeOf(sinceMs),
      ...{ gateways, partial },
      shapes: shapes.map(viewCount),
      left,
      canaries: canaries.map(({ canary, action, ...count }) => ({ canary, action, ...viewCount(count) })),
      notSearched: Object.fromEntries(notSearched),
    };
  });
}

const schema = {
  schema: {
    summary: 'What URLs look like that were passed on unguarded, and canaries in them',
    querystring: NoQuery,
    response: { 200: ApiAnswers.unguarded },
  },
};

function viewCount({ method, shape, open, count, firstMs, lastMs }: Readonly<UnguardedCount>) {
  return { method, shape, open, count, firstAt: timeOf(firstMs), lastAt: timeOf(lastMs) };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

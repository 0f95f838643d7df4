import type { AdminApp } from './options.ts';
import { sendProblem } from './problem.ts';

/** Notes the routes of a scope from now on; the answer refuses every other method of theirs with 405. */
export function watchMethods(app: AdminApp): () => void {
  const known = new Map<string, Set<string>>();
  let watching = true;
  app.addHook('onRoute', ({ routePath, method }) => {
    if (!watching) return;
    const methods = known.get(routePath) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    known.set(routePath, methods);
  });
  return () => {
    watching = false;
    for (const [url, methods] of known) refuseOthers(app, url, methods);
  };
}

function refuseOthers(app: AdminApp, url: string, methods: ReadonlySet<string>): void {
  const allow = [...methods].sort().join(', ');
  app.route({
    url,
    method: app.supportedMethods.filter((name) => !methods.has(name)),
    schema: { hide: true },
    // Before the body is read, or found to be missing.
    onRequest: async (_request, reply) =>
      sendProblem(reply, 'method-not-allowed', `This takes ${allow}.`, { headers: { allow } }),
    handler: () => undefined,
  });
}

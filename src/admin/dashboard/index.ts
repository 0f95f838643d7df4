import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import serveFiles from '@fastify/static';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';

export interface DashboardOptions {
  /** Folder of the built files; where vite builds them by default. */
  readonly root?: string;
}

/** Built beside the compiled gateway; from the sources (tests), in the same place. */
const builtRoots = ['../../dashboard', '../../../dist/dashboard'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * The dashboard's own pages, to be mounted at `/_gateway` below the admin plugin, whose content policy holds for
 * them. Files only, nothing of them made for a visitor, so that they need no session; what they show comes from the
 * admin API, which does.
 */
export function createDashboard(options: DashboardOptions = {}): FastifyPluginAsync {
  return async (app) => {
    const root = options.root ?? builtRoots.find((path) => existsSync(path));
    app.addHook('onRequest', async (request, reply) => withSlash(app.prefix, request, reply));
    if (root === undefined || !existsSync(root)) return serveAbsence(app);
    await app.register(serveFiles, {
      root,
      prefix: '/',
      wildcard: false,
      decorateReply: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', cachingOf(path));
      },
    });
  };
}

/** The page's links are relative: `/_gateway` without its slash would have them beside it. */
function withSlash(prefix: string, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  const [path] = (request.raw.url ?? '').split('?');
  return path === prefix ? reply.redirect(`${prefix}/`, 308) : undefined;
}

/** A name with a hash never changes what it means; the page that names them is asked for anew each time. */
function cachingOf(path: string): string {
  return /[/\\]assets[/\\]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

function serveAbsence(app: FastifyInstance): void {
  app.get('/', async (_request, reply) =>
    reply.code(503).type('text/plain; charset=utf-8').send('The dashboard was not built: npm run build.\n'),
  );
}

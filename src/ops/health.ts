import type { FastifyPluginCallback } from 'fastify';

/** Something the gateway depends on, in the state it was last seen. */
export interface Dependency {
  readonly name: string;
  readonly state: 'up' | 'degraded' | 'down' | 'loading';
  /** One plain sentence for operators. */
  readonly detail: string;
}

export interface HealthSources {
  isDraining(): boolean;
  /** True while there is some way to decide: a policy, or keys of an issuer. */
  canDecide(): boolean;
  dependencies(): readonly Dependency[];
}

export interface Readiness {
  readonly ready: boolean;
  readonly status: 'ready' | 'draining' | 'undecided';
  /** True where something is not as it should be: a reason to look, not to take the gateway out. */
  readonly degraded: boolean;
  readonly dependencies: readonly Dependency[];
}

/** Ready unless draining or without any way to decide: a platform does not go dark because its store is away. */
export function readiness(sources: HealthSources): Readiness {
  const dependencies = sources.dependencies();
  const status = sources.isDraining() ? 'draining' : sources.canDecide() ? 'ready' : 'undecided';
  const degraded = dependencies.some(({ state }) => state !== 'up');
  return { ready: status === 'ready', status, degraded, dependencies };
}

/** `/healthz`: the process lives. `/readyz`: send it visitors. */
export const healthPlugin: FastifyPluginCallback<HealthSources> = (fastify, sources, done) => {
  fastify.get('/healthz', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'ok' }),
  );
  fastify.get('/readyz', (_request, reply) => {
    const state = readiness(sources);
    return reply
      .code(state.ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(state);
  });
  done();
};

import type { FastifyPluginCallback } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** One figure that a room keeps by itself, read at scrape. */
export interface Figure {
  /** Without the `gateway_` in front. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  read(): readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** A registry that asks the rooms for their figures when it is scraped, and keeps none of its own. */
export function createRegistry(figures: readonly Figure[]): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gateway_' });
  for (const figure of figures) register(registry, figure);
  return registry;
}

function register(registry: Registry, { name, help, type, labels: labelNames = [], read }: Figure): void {
  const options = { name: `gateway_${name}`, help, labelNames: [...labelNames], registers: [registry] };
  if (type === 'gauge') {
    new Gauge({
      ...options,
      collect() {
        this.reset();
        for (const { labels = {}, value } of read()) this.set(labels, value);
      },
    });
    return;
  }
  new Counter({
    ...options,
    collect() {
      this.reset();
      for (const { labels = {}, value } of read()) this.inc(labels, value);
    },
  });
}

/** `/metrics` in the Prometheus text format. */
export const metricsPlugin: FastifyPluginCallback<{ registry: Registry }> = (fastify, { registry }, done) => {
  fastify.get('/metrics', async (_request, reply) => {
    const body = await registry.metrics();
    return reply.type(registry.contentType).send(body);
  });
  done();
};

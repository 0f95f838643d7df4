import type { FastifyPluginCallback } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

/** One figure that a room keeps by itself, read at scrape. */
export interface Figure {
  /** Without the `gateway_` in front. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labels?: readonly string[];
  /** How the figures of several processes become one; added up unless it says otherwise. */
  readonly together?: 'max';
  read(): readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}

/** A registry that asks the rooms for their figures when it is scraped, and keeps none of its own. */
export function createRegistry(figures: readonly Figure[]): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gateway_' });
  for (const figure of figures) register(registry, figure);
  return registry;
}

function register(registry: Registry, figure: Figure): void {
  const { name, help, type, labels: labelNames = [], together = 'sum', read } = figure;
  const options = { name: `gateway_${name}`, help, labelNames: [...labelNames], registers: [registry] };
  if (type === 'gauge') {
    new Gauge({
      ...options,
      aggregator: together,
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

/** A registry, or several of them summed. */
export interface MetricsSource {
  readonly contentType: string;
  readonly metrics: () => Promise<string>;
}

/** `/metrics` in the Prometheus text format. */
export const metricsPlugin: FastifyPluginCallback<MetricsSource> = (
  fastify,
  { contentType, metrics },
  done,
) => {
  fastify.get('/metrics', async (_request, reply) => reply.type(contentType).send(await metrics()));
  done();
};

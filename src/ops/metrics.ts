import type { FastifyPluginCallback } from 'fastify';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Registry,
  type Histogram,
  type MetricValueWithName,
} from 'prom-client';

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

/** How long things take, in seconds, told as they happen. */
export interface Durations {
  decision(seconds: number): void;
  upstream(seconds: number): void;
  readonly histograms: readonly Histogram[];
}

/** Counts for itself, and tells at a scrape: the library's own histogram costs ten times as much for each. */
function createHistogram(name: string, help: string, bounds: readonly number[]) {
  const counts = new Float64Array(bounds.length + 1);
  let sum = 0;
  const observe = (seconds: number): void => {
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at += 1;
    counts[at] = (counts[at] ?? 0) + 1;
    sum += seconds;
  };
  const metric = { name: `gateway_${name}`, help, type: 'histogram', aggregator: 'sum' } as const;
  const values = (): MetricValueWithName<string>[] => {
    let count = 0;
    const buckets = [...bounds, '+Inf'].map((le, at) => {
      count += counts[at] ?? 0;
      return { metricName: `${metric.name}_bucket`, labels: { le }, value: count };
    });
    const total = { labels: {}, value: count, metricName: `${metric.name}_count` };
    return [...buckets, { labels: {}, value: sum, metricName: `${metric.name}_sum` }, total];
  };
  // All that a registry asks of a metric.
  const histogram = { name: metric.name, get: async () => ({ ...metric, values: values() }) };
  return { observe, histogram: histogram as unknown as Histogram };
}

export function createDurations(): Durations {
  const decision = createHistogram(
    'decision_seconds',
    'From a request to its decision; the first sight of a token waits for its verification.',
    [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.1, 1],
  );
  const upstream = createHistogram(
    'upstream_seconds',
    'From a permitted request to the head of its answer, the wait for a connection and for its body included.',
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
  );
  return {
    decision: decision.observe,
    upstream: upstream.observe,
    histograms: [decision.histogram, upstream.histogram],
  };
}

/** A registry that asks the rooms for their figures when it is scraped; of its own it keeps durations only. */
export function createRegistry(figures: readonly Figure[], { histograms }: Durations): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'gateway_' });
  for (const histogram of histograms) registry.registerMetric(histogram);
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

import type { Verifier } from '../identity/verifier.ts';
import type { Figure } from '../ops/metrics.ts';
import { counter, gauge } from './plain-figures.ts';

/** What tokens cost, and how their keys are. */
export function tokenFigures(verifier: () => Verifier): Figure[] {
  const stats = () => verifier().stats();
  return [
    counter('token_cache_hits_total', 'Tokens known from before.', () => stats().cacheHits),
    counter('token_cache_misses_total', 'Tokens that had to be verified.', () => stats().cacheMisses),
    gauge('token_cache_entries', 'Tokens remembered.', () => stats().cached),
    counter('token_verifications_total', 'Signature checks.', () => stats().verifications),
    counter('token_failures_total', 'Tokens that no key verified.', () => stats().failures),
    refusals(stats),
    counter('key_fetches_total', 'Fetches of key sets.', () => stats().keyFetches),
    counter('key_fetch_failures_total', 'Those that failed.', () => stats().keyFetchFailures),
    keyAge(verifier),
  ];
}

function refusals(stats: () => ReturnType<Verifier['stats']>): Figure {
  return {
    name: 'token_refusals_total',
    type: 'counter',
    help: 'Tokens that proved nothing, by cause, each time that one was presented.',
    labels: ['cause'],
    read: () => [...stats().refused].map(([cause, value]) => ({ labels: { cause }, value })),
  };
}

function keyAge(verifier: () => Verifier): Figure {
  return {
    name: 'key_age_seconds',
    type: 'gauge',
    help: 'Since a key source was last read well; absent before the first time.',
    labels: ['issuer', 'source'],
    together: 'max',
    read: () =>
      verifier()
        .status()
        .flatMap(({ issuer, source, ageSeconds }) =>
          ageSeconds === undefined ? [] : [{ labels: { issuer, source }, value: ageSeconds }],
        ),
  };
}

import type { Figure } from '../ops/metrics.ts';

type Read = () => number;

/** A figure of one value; of the policy's, the highest of all workers counts, of others their sum. */
function one(name: string, type: Figure['type'], help: string, read: Read): Figure {
  const together = name.startsWith('policy_') ? { together: 'max' as const } : {};
  return { name, type, help, ...together, read: () => [{ value: read() }] };
}

export const gauge = (name: string, help: string, read: Read): Figure => one(name, 'gauge', help, read);
export const counter = (name: string, help: string, read: Read): Figure => one(name, 'counter', help, read);

import { clockFaults } from './clock-faults.ts';
import type { Experiment } from './experiment.ts';
import { failoverFaults } from './failover.ts';
import { fleetFaults } from './fleet.ts';
import { keyFaults } from './key-faults.ts';
import { platformFaults } from './platform-faults.ts';
import { processFaults } from './process-faults.ts';
import { redisFaults } from './redis-faults.ts';

export const experiments: readonly Experiment[] = [
  ...platformFaults,
  ...processFaults,
  ...keyFaults,
  ...redisFaults,
  ...failoverFaults,
  ...clockFaults,
  ...fleetFaults,
];

import { findingText } from '../../config/index.ts';
import type { readConfig } from '../../config/index.ts';
import { found, good } from './diagnosis.ts';
import type { Diagnosis } from './diagnosis.ts';

/** What the configuration says, before anything is asked. */
export function checkConfiguration({ findings, file }: ReturnType<typeof readConfig>): Diagnosis[] {
  const { mistakes, warnings } = findings;
  const from = file ?? 'flags and environment';
  const bad = mistakes.map((one) =>
    found('configuration', 'bad', findingText(one), {
      shows: 'the gateway does not start; a reload keeps the old configuration',
      mend: 'see config/REFERENCE.md, then check-config',
    }),
  );
  const look = warnings.map((one): Diagnosis => ({
    area: 'configuration',
    health: 'look',
    what: findingText(one),
  }));
  return [...(bad.length === 0 ? [good('configuration', `${from} can be used`)] : bad), ...look];
}

import { compilePhrases, type PhraseMachine } from '../../reading/phrase-machine.ts';

/** A phrase of a conversation that was made for this: whoever is shown it by an unguarded URL was shown a transcript. */
export interface CanaryOptions {
  /** For the log, the metrics and the dashboard; the phrase itself is in none of them. */
  readonly name: string;
  readonly phrase: string;
  /** `refuse`: the answer is cut before the phrase is passed on. */
  readonly action: 'alarm' | 'refuse';
}

/** All canaries, ready to be looked for. */
export interface Canaries {
  readonly machine: PhraseMachine;
  /** By the machine's numbers. */
  readonly all: readonly Pick<CanaryOptions, 'name' | 'action'>[];
  /** True where some are refused: then what may be the beginning of one is held back. */
  readonly holdsBack: boolean;
}

/** Undefined where there are none: then nothing is looked at. */
export function compileCanaries(options: readonly CanaryOptions[]): Canaries | undefined {
  if (options.length === 0) return undefined;
  return {
    machine: compilePhrases(options.map(({ phrase }) => phrase)),
    all: options.map(({ name, action }) => ({ name, action })),
    holdsBack: options.some(({ action }) => action === 'refuse'),
  };
}

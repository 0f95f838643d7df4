import type { Findings, Path } from '../findings.ts';
import type { Config } from '../schema/schema.ts';

/** What a rule may ask and say. */
export interface RuleContext {
  readonly config: Config;
  readonly findings: Findings;
  /** The spelling that a secret came by: `[…, 'secret']` → `[…, 'secretFile']`. */
  asWritten(path: Path): Path;
  /** True if somebody set it; false for a default. */
  given(path: Path): boolean;
}

/** A rule over several keys. It is asked only where nothing at or below `reads` is wrong already. */
export interface Rule {
  readonly reads: readonly (keyof Config)[];
  check(asked: RuleContext): void;
}

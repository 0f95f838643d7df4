export { findingText } from './findings.ts';
export type { Finding } from './findings.ts';
export { loadConfig, readConfig } from './load.ts';
export type { LoadedConfig, LoadOptions } from './load.ts';
export { needRestart } from './reload.ts';
export type { Config, ReloadSettings, StartOptions } from './schema/schema.ts';
export { sessionOptionsOf } from './session-options.ts';
export { shownConfig } from './shown.ts';
export type { Environment } from './sources/environment.ts';
export { flagOptions } from './sources/flags.ts';
export { packFacts } from './sources/pack-file.ts';

import type { Environment } from './sources/environment.ts';

/** The environment of this process: the one place that reads it. */
export function processEnvironment(): Environment {
  return process.env;
}
export { nearest } from './nearest.ts';

export { findingText } from './findings.ts';
export type { Finding } from './findings.ts';
export { loadConfig, readConfig } from './load.ts';
export type { Loaded, LoadOptions } from './load.ts';
export type { Config } from './schema/schema.ts';

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/index.ts';
import type { Config, Finding, LoadedConfig } from '../../src/config/index.ts';

/** What a load is given; `beside` are files in the configuration's folder. */
export interface Given {
  readonly file?: string;
  readonly env?: Record<string, string>;
  readonly argv?: string[];
  readonly beside?: Record<string, string | Uint8Array>;
}

/** The least that loads. */
export const least = ['--upstream-url', 'http://127.0.0.1:3000', '--routes', '[{path: /t/:botId}]'];

/** Loads in a folder of the test's own. */
export function load(dir: string, { file, env = {}, argv = least, beside = {} }: Given): LoadedConfig {
  mkdirSync(join(dir, 'config'), { recursive: true });
  for (const [name, content] of Object.entries(beside)) writeFileSync(join(dir, 'config', name), content);
  if (file !== undefined) writeFileSync(join(dir, 'config', 'gateway.yaml'), file);
  return loadConfig({ argv, env, cwd: dir });
}

/** The configuration, where there is no mistake. */
export function good(dir: string, given: Given): Config {
  const loaded = load(dir, given);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.config;
}

export const mistakes = (loaded: LoadedConfig): readonly Finding[] => (loaded.ok ? [] : loaded.mistakes);
export const lines = (findings: readonly Finding[]): string[] =>
  findings.map((one) => `${one.path} | ${one.message}`);

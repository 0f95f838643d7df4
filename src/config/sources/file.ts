import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { pathText } from '../findings.ts';
import type { Findings } from '../findings.ts';
import { inputRoot } from '../schema/input.ts';
import { knownOnly } from './known.ts';
import { isBranch } from './layer.ts';
import type { Layer, SettingOrigin } from './layer.ts';
import { readYaml } from './yaml.ts';

/** The configuration file, where there is one. */
export const DEFAULT_FILE = 'config/gateway.yaml';

const empty: Layer = { tree: {}, origins: new Map() };

/** The file named by `--config` or `TGW_CONFIG`, else the default one if it exists. Absolute. */
export function findFile(named: string | undefined, cwd: string): string | undefined {
  if (named !== undefined) return resolve(cwd, named);
  const usual = resolve(cwd, DEFAULT_FILE);
  return existsSync(usual) ? usual : undefined;
}

const shown = (file: string, cwd: string): string => {
  const short = relative(cwd, file);
  return short === '' || short.startsWith('..') ? file : short;
};

function textOf(file: string, findings: Findings): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.mistake([], `the configuration file cannot be read: ${why}`, `file ${file}`);
    return undefined;
  }
}

/** What the file says; everything that is wrong with it goes to `findings`. */
export function fileLayer(file: string, cwd: string, findings: Findings): Layer {
  const text = textOf(file, findings);
  if (text === undefined) return empty;
  const name = `file ${shown(file, cwd)}`;
  const yaml = readYaml(text);
  // The first one: the rest of a text that is broken once only follows from it.
  for (const { message, line, column } of yaml.errors.slice(0, 1))
    findings.mistake([], message, `${name}:${line}:${column}`);
  if (yaml.errors.length > 0) return { ...empty, broken: true };
  if ((yaml.tree ?? null) === null) return empty;
  if (!isBranch(yaml.tree)) {
    findings.mistake([], 'the file must hold keys and values', name);
    return empty;
  }
  const origins = new Map<string, SettingOrigin>();
  const folder = dirname(file);
  yaml.places((path, line, column) => origins.set(pathText(path), { text: `${name}:${line}:${column}`, folder }));
  const known = knownOnly(inputRoot, yaml.tree, [], findings, origins);
  return { tree: isBranch(known) ? known : {}, origins };
}

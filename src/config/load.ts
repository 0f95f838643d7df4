import { resolve } from 'node:path';
import { alertRules } from './checks/alert-rules.ts';
import { canaryRules } from './checks/canary-rules.ts';
import { doorRules } from './checks/door-rules.ts';
import { identityRules } from './checks/identity-rules.ts';
import { eachRoute, routeRules } from './checks/route-rules.ts';
import { pageRules } from './checks/page-rules.ts';
import type { RuleContext } from './checks/rule.ts';
import { checkShape } from './checks/shape.ts';
import { lookupRules } from './checks/lookup-rules.ts';
import { sessionRules } from './checks/session-rules.ts';
import { storeRules } from './checks/store-rules.ts';
import { checkValues } from './checks/values.ts';
import { createFindings, pathText } from './findings.ts';
import type { Finding, Findings, Path } from './findings.ts';
import { absolutePaths, readMaterial } from './material.ts';
import { inputRoot } from './schema/input.ts';
import type { Config } from './schema/schema.ts';
import { environmentLayer } from './sources/environment.ts';
import type { Environment } from './sources/environment.ts';
import { fileLayer, findFile } from './sources/file.ts';
import { flagLayer } from './sources/flags.ts';
import { holds, isBranch, originIn } from './sources/layer.ts';
import type { Branch, Layer } from './sources/layer.ts';
import { merge, withoutUnset } from './sources/merge.ts';
import { withPack } from './sources/pack.ts';

export interface LoadOptions {
  /** Flags only: without the program's name and the command's. */
  readonly argv: readonly string[];
  readonly env: Environment;
  readonly cwd: string;
  /** Flags that the command reads itself, named where an unknown one is near them. */
  readonly otherFlags?: readonly string[];
}

/** Everything that could be read, right or wrong. */
export interface Read {
  /** Trust only keys for which `findings.wrong` is false. */
  readonly config: Config;
  readonly findings: Findings;
  /** Absolute; undefined where there is none. */
  readonly file: string | undefined;
  /** Where the value at this path was said; undefined: it is a default. */
  readonly originOf: (path: Path) => string | undefined;
}

export type LoadedConfig = {
  readonly warnings: readonly Finding[];
  readonly file: string | undefined;
} & (
  | { readonly ok: true; readonly config: Config; readonly originOf: Read['originOf'] }
  | { readonly ok: false; readonly mistakes: readonly Finding[] }
);

/** Every layer that was read so far, highest first: who is asked where a key was said. */
type Layers = Layer[];

function readLayers(options: LoadOptions, layers: Layers, findings: Findings): string | undefined {
  const { env, cwd } = options;
  const flags = flagLayer(options.argv, cwd, findings, options.otherFlags ?? []);
  const named = flags.file ?? (env['TGW_CONFIG'] === '' ? undefined : env['TGW_CONFIG']);
  const file = findFile(named, cwd);
  layers.push(flags, environmentLayer(env, cwd, findings));
  if (file !== undefined) layers.push(fileLayer(file, cwd, findings));
  return file;
}

function merged(layers: Layers, findings: Findings): Branch {
  const own = layers.reduceRight<Branch>((lower, { tree }) => merge(inputRoot, tree, lower), {});
  const pack = withPack(own, findings);
  // First: it has nothing but what no other layer says.
  if (pack !== undefined) layers.unshift(pack.layer);
  const set = withoutUnset(inputRoot, pack?.tree ?? own);
  return isBranch(set) ? set : {};
}

function withDefaults(tree: Branch, cwd: string): Branch {
  const { store = {}, routes = [] } = tree;
  const unnamed = isBranch(store) && store['file'] === undefined && store['redis'] === undefined;
  return { ...tree, routes, store: unnamed ? { file: resolve(cwd, 'data') } : store };
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
}

/** Reads all sources, and says of everything that is wrong where and why. */
export function readConfig(options: LoadOptions): Read {
  const layers: Layers = [];
  const originOf = (path: Path): string | undefined => originIn(layers, path)?.text;
  const findings = createFindings(originOf);
  const file = readLayers(options, layers, findings);
  const mistakes = layers.some(({ broken }) => broken === true) ? [...findings.mistakes] : undefined;
  const raw = merged(layers, findings);
  const found = absolutePaths(raw, (path) => originIn(layers, path), options.cwd);
  const tree: Branch = structuredClone(withDefaults(found, options.cwd));
  if (raw['routes'] === undefined && !findings.wrong(['routes'])) {
    findings.mistake(['routes'], 'is required: without a route nothing would be guarded');
  }
  checkShape(tree, findings);
  const { value, writtenAt } = readMaterial(tree, findings);
  checkValues(value, findings, writtenAt);
  const asked: RuleContext = {
    config: value as object as Config,
    findings,
    asWritten: (path) => writtenAt.get(pathText(path)) ?? path,
    given: (path) => originOf(path) !== undefined,
  };
  const rules = [...doorRules, ...routeRules, ...identityRules, ...sessionRules, ...lookupRules, ...storeRules, ...pageRules, ...canaryRules, ...alertRules];
  eachRoute.check(asked);
  const fit = rules.filter(({ reads }) => !reads.some((name) => findings.wrong([name])));
  fit.forEach((rule) => rule.check(asked));
  // Of what stands in a file that is broken nothing can be missed.
  const reported = mistakes === undefined ? findings : { ...findings, mistakes, warnings: [] };
  const saidAt = (path: Path): string | undefined => {
    const written = asked.asWritten(path);
    return layers.some(({ tree }) => holds(tree, written)) ? originOf(written) : undefined;
  };
  return { config: freeze(asked.config), findings: reported, file, originOf: saidAt };
}

/** The configuration of this process, or every mistake in it. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { config, findings, file, originOf } = readConfig(options);
  const { mistakes, warnings } = findings;
  return mistakes.length === 0 ? { ok: true, config, originOf, warnings, file } : { ok: false, mistakes, warnings, file };
}

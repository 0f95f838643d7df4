import { nearest } from '../nearest.ts';
import type { Findings } from '../findings.ts';
import { pathText } from '../findings.ts';
import { keys } from '../schema/keys.ts';
import { knownOnly } from './known.ts';
import { withValue } from './layer.ts';
import type { Branch, Layer, SettingOrigin } from './layer.ts';
import { textValue } from './text-value.ts';

/** Names under our prefix that are no configuration key: the file's, and the command line's own. */
export const OTHER_NAMES = ['TGW_CONFIG', 'TGW_GATEWAY_URL'];

export type Environment = Readonly<Record<string, string | undefined>>;

function warnUnknown(env: Environment, findings: Findings): void {
  const known = new Set([...keys.map((key) => key.env), ...OTHER_NAMES]);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('TGW_') || known.has(name)) continue;
    const near = nearest(name.slice(4), [...known].map((other) => other.slice(4)));
    const hint = near === undefined ? '' : `; the nearest known one is TGW_${near}`;
    findings.warn([], `unknown name, ignored${hint}`, `environment ${name}`);
  }
}

/** What the environment says. A variable that is set to nothing counts as not set. */
export function environmentLayer(env: Environment, cwd: string, findings: Findings): Layer {
  let tree: Branch = {};
  const origins = new Map<string, SettingOrigin>();
  for (const key of keys) {
    const text = env[key.env];
    if (text === undefined) continue;
    const origin = { text: `environment ${key.env}`, folder: cwd };
    if (text === '') {
      findings.warn(key.path, 'set to nothing, ignored', origin.text);
      continue;
    }
    const value = textValue(key, text, findings, origin.text);
    if (value === undefined) continue;
    origins.set(pathText(key.path), origin);
    const everywhere = { get: () => origin };
    tree = withValue(tree, key.path, knownOnly(key.node, value, key.path, findings, everywhere));
  }
  warnUnknown(env, findings);
  return { tree, origins };
}

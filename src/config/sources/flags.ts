import { parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';
import type { Findings } from '../findings.ts';
import { pathText } from '../findings.ts';
import { keys } from '../schema/keys.ts';
import type { Key } from '../schema/keys.ts';
import { knownOnly } from './known.ts';
import { withValue } from './layer.ts';
import type { Branch, Layer, SettingOrigin } from './layer.ts';
import { textValue } from './text-value.ts';

/** A flag as it was given: without its dashes; no value where none was. */
interface Given {
  readonly name: string;
  readonly value: string | undefined;
}

export interface FlagLayer extends Layer {
  /** `--config` */
  readonly file?: string;
}

const byFlag = new Map(keys.map((key) => [key.flag, key]));

/** Every flag of the configuration, as `node:util` parseArgs takes them. */
export const flagOptions = {
  ...Object.fromEntries(keys.map((key) => [key.flag, { type: key.boolean ? 'boolean' : 'string' } as const])),
  config: { type: 'string' } as const,
};

/** Flags with their values. A boolean may be `--x`, `--x=false`, `--x false` or `--no-x`. */
function read(argv: readonly string[], findings: Findings): Given[] {
  const { tokens } = parseArgs({ args: [...argv], options: flagOptions, strict: false, tokens: true, allowPositionals: true });
  const given: Given[] = [];
  let last: { name: string; open: boolean } | undefined;
  for (const token of tokens) {
    if (token.kind === 'option') {
      const takesNext = token.value === undefined && byFlag.get(token.name)?.boolean !== false;
      const swallowed = token.inlineValue === false && token.value?.startsWith('--') === true;
      given.push({ name: token.rawName.slice(token.rawName.startsWith('--') ? 2 : 1), value: swallowed ? '' : token.value });
      last = { name: token.name, open: takesNext };
    } else if (token.kind === 'positional') {
      const before = given.at(-1);
      if (last?.open === true && before !== undefined) given[given.length - 1] = { ...before, value: token.value };
      else findings.mistake([], `unexpected argument "${token.value}"`, 'command line');
      last = undefined;
    }
  }
  return given;
}

function keyFor(given: Given): { key: Key; text: string | undefined } | undefined {
  const key = byFlag.get(given.name);
  if (key !== undefined) return { key, text: given.value ?? (key.boolean ? 'true' : undefined) };
  const negated = given.name.startsWith('no-') ? byFlag.get(given.name.slice(3)) : undefined;
  return negated?.boolean === true && given.value === undefined ? { key: negated, text: 'false' } : undefined;
}

function refuseUnknown(name: string, others: readonly string[], findings: Findings): void {
  const near = nearest(name, [...others, 'config', ...byFlag.keys()]);
  const hint = near === undefined ? '' : `; the nearest known one is --${near}`;
  findings.mistake([], `unknown flag --${name}${hint}`, 'command line');
}

/** What the flags say. `others`: flags that a command has of its own, as candidates for the nearest one. */
export function flagLayer(argv: readonly string[], cwd: string, findings: Findings, others: readonly string[]): FlagLayer {
  let tree: Branch = {};
  let file: string | undefined;
  const origins = new Map<string, SettingOrigin>();
  // Parents first, so that `--store '{…}'` does not undo `--store-file`.
  const given = read(argv, findings).map((flag) => ({ flag, found: keyFor(flag) }));
  const depth = (entry: (typeof given)[number]): number => entry.found?.key.path.length ?? 0;
  for (const { flag, found } of given.sort((a, b) => depth(a) - depth(b))) {
    const origin = { text: `flag --${flag.name}`, folder: cwd };
    const text = flag.name === 'config' ? flag.value : found?.text;
    if (flag.name !== 'config' && found === undefined) refuseUnknown(flag.name, others, findings);
    else if (text === undefined || text === '') findings.mistake(found?.key.path ?? [], 'needs a value', origin.text);
    else if (found === undefined) file = text;
    else {
      const { key } = found;
      const value = textValue(key, text, findings, origin.text);
      if (value === undefined) continue;
      origins.set(pathText(key.path), origin);
      tree = withValue(tree, key.path, knownOnly(key.node, value, key.path, findings, { get: () => origin }));
    }
  }
  return { tree, origins, ...(file === undefined ? {} : { file }) };
}

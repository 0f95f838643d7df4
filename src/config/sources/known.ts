import { nearest } from '../nearest.ts';
import type { Findings, Path } from '../findings.ts';
import type { InputNode } from '../schema/input.ts';
import { keys } from '../schema/keys.ts';
import { childOf } from '../schema/kinds.ts';
import { isBranch } from './layer.ts';
import type { SettingOrigin, Tree } from './layer.ts';
import { pathText } from '../findings.ts';

function unknownSentence(name: string, node: InputNode): string {
  const siblings = Object.keys(node.properties ?? {});
  const near = nearest(name, siblings);
  if (near !== undefined) return `unknown key; the nearest known one is "${near}"`;
  const elsewhere = keys.find(({ path }) => path.at(-1) === name) ?? keys.find(({ flag }) => flag === nearest(name, [flag]));
  if (elsewhere !== undefined) return `unknown key; the nearest known one is "${elsewhere.name}"`;
  return `unknown key; known here: ${siblings.join(', ')}`;
}

/** The tree without keys that nobody reads; each of those is a mistake. */
export function knownOnly(
  node: InputNode,
  tree: Tree,
  path: Path,
  findings: Findings,
  origins: { get(path: string): SettingOrigin | undefined },
): Tree {
  if (Array.isArray(tree)) {
    const items = node.items;
    if (items === undefined) return tree;
    return tree.map((item: Tree, index) => knownOnly(items, item, [...path, index], findings, origins));
  }
  if (tree === true && node.switchable === true) return {};
  if (!isBranch(tree)) return typeof tree === 'string' && node.shorthand !== undefined ? { [node.shorthand]: tree } : tree;
  const hasKeys = node.properties !== undefined;
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]): [string, Tree][] => {
      const below = [...path, name];
      const child = childOf(node, name);
      if (child?.switchable === true && value === false) return [];
      if (child !== undefined) return [[name, knownOnly(child, value, below, findings, origins)]];
      if (!hasKeys) return [[name, value]];
      findings.mistake(below, unknownSentence(name, node), origins.get(pathText(below))?.text);
      return [];
    }),
  );
}

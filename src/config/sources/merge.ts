import type { InputNode } from '../schema/input.ts';
import { childOf } from '../schema/kinds.ts';
import { isBranch } from './layer.ts';
import type { Branch, Tree } from './layer.ts';

const given = (tree: Branch, name: string): boolean => (tree[name] ?? null) !== null;

/** Alternatives that the upper source leaves behind by choosing another: `store.redis` over a file's `store.file`. */
function outvoted(node: InputNode, upper: Branch, lower: Branch): Branch {
  const choices = node.alternatives ?? [];
  if (!choices.some((name) => given(upper, name))) return lower;
  return Object.fromEntries(Object.entries(lower).filter(([name]) => !choices.includes(name) || given(upper, name)));
}

/** Objects key by key; lists and single values as a whole. */
export function merge(node: InputNode, upper: Branch, lower: Branch): Branch {
  const merged: Record<string, Tree> = { ...outvoted(node, upper, lower) };
  for (const [name, value] of Object.entries(upper)) {
    const below = merged[name];
    const child = childOf(node, name);
    merged[name] =
      child !== undefined && isBranch(value) && isBranch(below) ? merge(child, value, below) : value;
  }
  return merged;
}

/** Without the nulls that stand for "not set". */
export function withoutUnset(node: InputNode, tree: Tree): Tree {
  if (Array.isArray(tree)) {
    const items = node.items;
    return items === undefined ? tree : tree.map((item: Tree) => withoutUnset(items, item));
  }
  if (!isBranch(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]): [string, Tree][] => {
      const child = childOf(node, name);
      if (child === undefined) return [[name, value]];
      return value === null && child.optional === true ? [] : [[name, withoutUnset(child, value)]];
    }),
  );
}

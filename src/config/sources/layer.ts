import type { Path } from '../findings.ts';
import { pathText } from '../findings.ts';

export type Tree = null | boolean | number | string | readonly Tree[] | { readonly [key: string]: Tree };
export type Branch = { readonly [key: string]: Tree };

export interface SettingOrigin {
  /** For people. */
  readonly text: string;
  /** Relative paths that are said here start in this folder. */
  readonly folder: string;
}

/** What one source says. Higher layers win. */
export interface Layer {
  readonly tree: Branch;
  readonly origins: { get(path: string): SettingOrigin | undefined };
  /** True where it could not be read at all: what it lacks, then, is not known. */
  readonly broken?: true;
}

export function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

/** A copy of the tree with this value at the path; what stands in the way of the path is replaced. */
export function withValue(tree: Branch, path: readonly string[], value: Tree): Branch {
  const [head, ...rest] = path;
  if (head === undefined) return tree;
  if (rest.length === 0) return { ...tree, [head]: value };
  const below = tree[head];
  return { ...tree, [head]: withValue(isBranch(below) ? below : {}, rest, value) };
}

/** True if the tree has a value at exactly this path. */
export function holds(tree: Tree | undefined, path: Path): boolean {
  let at: Tree | undefined = tree;
  for (const segment of path) {
    if (Array.isArray(at) && typeof segment === 'number') at = at[segment];
    else at = isBranch(at) && Object.hasOwn(at, segment) ? at[segment] : undefined;
  }
  return at !== undefined;
}

/** Where the value at this path was said, or else the nearest value above it. Highest layer first. */
export function originIn(layers: readonly Layer[], path: Path): SettingOrigin | undefined {
  for (let length = path.length; length > 0; length--) {
    const layer = layers.find(({ tree }) => holds(tree, path.slice(0, length)));
    if (layer === undefined) continue;
    for (let above = length; above > 0; above--) {
      const origin = layer.origins.get(pathText(path.slice(0, above)));
      if (origin !== undefined) return origin;
    }
  }
  return undefined;
}

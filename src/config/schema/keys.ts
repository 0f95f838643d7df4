import { inputRoot, allows } from './input.ts';
import type { InputNode } from './input.ts';

/** A key as operators may set it: by path in the file, by environment name, by flag. */
export interface Key {
  readonly path: readonly string[];
  /** `upstream.timeoutMs` */
  readonly name: string;
  /** `TGW_UPSTREAM_TIMEOUT_MS` */
  readonly env: string;
  /** `upstream-timeout-ms`, without the dashes in front. */
  readonly flag: string;
  readonly node: InputNode;
  /** True where values are read as YAML flow. */
  readonly structured: boolean;
  readonly boolean: boolean;
}

const words = (segment: string): string => segment.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();

function keyOf(path: readonly string[], node: InputNode): Key {
  const flag = path.map(words).join('-');
  return {
    path,
    name: path.join('.'),
    env: `TGW_${flag.replaceAll('-', '_').toUpperCase()}`,
    flag,
    node,
    structured: allows(node, 'object') || allows(node, 'array'),
    boolean: allows(node, 'boolean'),
  };
}

function keysBelow(node: InputNode, path: readonly string[]): Key[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const below = [...path, name];
    return [keyOf(below, child), ...keysBelow(child, below)];
  });
}

/** Every key, parents before their children; entries of lists have none of their own. */
export const keys: readonly Key[] = keysBelow(inputRoot, []);

import type { InputNode } from '../schema/input.ts';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
};

const count = new Intl.NumberFormat('en-US');

function oneKind(kind: string, node: InputNode): string {
  if (kind === 'array') return node.items?.properties === undefined ? 'list of text' : 'list of objects';
  if (kind === 'string' && node.enum !== undefined) {
    return node.enum
      .filter((value) => value !== null)
      .map((value) => `\`${String(value)}\``)
      .join(', ');
  }
  const numbers =
    node.minimum !== undefined && node.maximum !== undefined
      ? ` from ${count.format(node.minimum)} to ${count.format(node.maximum)}`
      : '';
  if (kind === 'string' && node.path === true) return 'path';
  return `${kinds[kind] ?? kind}${kind === 'integer' ? numbers : ''}`;
}

/** What a key takes, in words. */
export function kindText(node: InputNode): string {
  const all = typeof node.type === 'string' ? [node.type] : (node.type ?? []);
  const shown = all.filter((kind) => !(kind === 'null' && node.optional === true));
  return shown.map((kind) => oneKind(kind, node)).join(' or ');
}

/** True for an object whose keys have entries of their own. */
export function isSection(node: InputNode): boolean {
  return node.properties !== undefined;
}

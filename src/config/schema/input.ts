import type { SchemaNode } from './kinds.ts';
import { schemaRoot } from './schema.ts';

/** A key of the input that holds a file's name or Base64 in place of the content itself. */
export interface Variant {
  readonly of: string;
  readonly how: 'file' | 'base64';
}

/** A node of what operators write, beside what the program reads: secrets have up to three spellings. */
export interface InputNode extends SchemaNode {
  readonly properties?: Readonly<Record<string, InputNode>>;
  readonly items?: InputNode;
  readonly variant?: Variant;
  /** null says that it is not set. */
  readonly optional?: boolean;
  readonly additionalProperties?: boolean | InputNode;
}

const types = (node: SchemaNode): readonly string[] =>
  node.type === undefined ? [] : typeof node.type === 'string' ? [node.type] : node.type;

/** True if the node may be of this JSON type. */
export function allows(node: SchemaNode, type: string): boolean {
  return types(node).includes(type);
}

function orNull(node: InputNode): InputNode {
  if (allows(node, 'null')) return node;
  const open = { ...node, type: [...types(node), 'null'], optional: true };
  return node.enum === undefined ? open : { ...open, enum: [...node.enum, null] };
}

function variants(name: string, node: SchemaNode): [string, InputNode][] {
  if (node.material === undefined) return [];
  const about = (what: string, extra: object): InputNode => ({
    type: ['string', 'null'],
    minLength: 1,
    optional: true,
    description: what,
    ...(node.reload === undefined ? {} : { reload: node.reload }),
    ...extra,
  });
  const file = about(`\`${name}\` from a file: its bytes, one trailing newline stripped.`, {
    path: true,
    variant: { of: name, how: 'file' },
  });
  const base64 = about(`\`${name}\` as Base64 of its bytes.`, { secret: true, variant: { of: name, how: 'base64' } });
  return node.material === 'bytes'
    ? [
        [`${name}File`, file],
        [`${name}Base64`, base64],
      ]
    : [[`${name}File`, file]];
}

function inputObject(node: SchemaNode): InputNode {
  const required = new Set(node.required ?? []);
  const reload = node.reload === undefined ? {} : { reload: node.reload };
  // A section without a key in it ("public:") is a section left out.
  const entries = Object.entries(node.properties ?? {}).flatMap(([name, child]): [string, InputNode][] => {
    const own = inputNode({ ...reload, ...child });
    const needed = required.has(name) && child.properties === undefined;
    return [[name, needed ? own : orNull(own)], ...variants(name, { ...reload, ...child })];
  });
  const properties = Object.fromEntries(entries);
  const needed = [...required].filter((name) => properties[name]?.default === undefined);
  return { ...node, properties, required: needed, additionalProperties: false };
}

/** The same node as operators write it. */
function inputNode(node: SchemaNode): InputNode {
  if (node.properties !== undefined) return inputObject(node);
  const { additionalProperties: each } = node;
  if (typeof each === 'object') return { ...node, additionalProperties: inputNode(each) };
  if (node.items === undefined) return { ...node, ...(node.material === undefined ? {} : { minLength: 1 }) };
  return { ...node, items: inputNode(node.items) };
}

/** What operators write: every key that a file, an environment name or a flag may set. */
export const inputRoot: InputNode = inputNode(schemaRoot);

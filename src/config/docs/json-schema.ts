import { inputRoot } from '../schema/input.ts';
import type { InputNode } from '../schema/input.ts';
import { keys } from '../schema/keys.ts';

const names = new Map(keys.map((key) => [key.name, key]));

/** The words of JSON Schema among a node's notes, in the order in which they are written. */
const words = ['type', 'description', 'enum', 'minimum', 'maximum', 'minLength', 'minItems', 'pattern', 'default'] as const;

function written(path: string, node: InputNode): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const word of words) if (node[word] !== undefined) made[word] = node[word];
  if (node.shorthand !== undefined) made['type'] = [node.type ?? [], 'string'].flat();
  if (node.switchable === true) made['type'] = [node.type ?? [], 'boolean'].flat();
  const key = names.get(path);
  if (key !== undefined) Object.assign(made, { 'x-env': key.env, 'x-flag': `--${key.flag}` });
  if (node.reload === true) made['x-reload'] = true;
  if (node.secret === true) made['x-secret'] = true;
  if (node.items !== undefined) made['items'] = written(`${path}[]`, node.items);
  if (typeof node.additionalProperties === 'object')
    made['additionalProperties'] = written(`${path}.*`, node.additionalProperties);
  if (node.properties === undefined) return made;
  const properties = Object.entries(node.properties).map(([name, child]): [string, unknown] => [
    name,
    written(path === '' ? name : `${path}.${name}`, child),
  ]);
  const required = node.required ?? [];
  return {
    ...made,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    properties: Object.fromEntries(properties),
  };
}

/** config/gateway.schema.json: for editors, and for whoever generates the file. */
export function jsonSchema(): string {
  const head = { $schema: 'http://json-schema.org/draft-07/schema#', title: 'transcript gateway: configuration' };
  // Required keys may come from the environment or flags: a file alone need not have them.
  const { required: _, ...root } = written('', inputRoot);
  return `${JSON.stringify({ ...head, ...root }, undefined, 2)}\n`;
}

import { childOf, type SchemaNode } from './schema/kinds.ts';
import { schemaRoot } from './schema/schema.ts';
import type { Config } from './schema/schema.ts';

const HIDDEN = '(secret)';

function shown(node: SchemaNode, value: unknown): unknown {
  if (typeof value === 'string' && node.format === 'redis-url') return value.replace(/\/\/[^@/]*@/, `//${HIDDEN}@`);
  if (typeof value === 'string' && node.format === 'webhook-url') return `${new URL(value).origin}/${HIDDEN}`;
  if (node.secret === true) return HIDDEN;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  const { items, properties } = node;
  const each = childOf(node, '');
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return items === undefined ? list : list.map((item) => shown(items, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  if (each !== undefined)
    return Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, shown(each, one)]));
  if (properties === undefined) return value;
  const known = Object.entries(properties).filter(([name]) => fields[name] !== undefined);
  return Object.fromEntries(known.map(([name, child]) => [name, shown(child, fields[name])]));
}

/** The configuration in force, in the order of the schema and without its secrets. */
export function shownConfig(config: Config): unknown {
  return shown(schemaRoot, config);
}

import type { Findings, Path } from '../findings.ts';
import { pathText } from '../findings.ts';
import type { ConfigValue } from '../material.ts';
import type { SchemaNode } from '../schema/kinds.ts';
import { schemaRoot } from '../schema/schema.ts';
import { formats } from './formats.ts';

function leaf(node: SchemaNode, value: string | Uint8Array, path: Path, findings: Findings): void {
  if (node.format === undefined || findings.wrong(path)) return;
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
  const wrong = formats[node.format](text);
  if (wrong !== undefined) findings.mistake(path, wrong);
}

function walk(
  node: SchemaNode,
  value: ConfigValue | undefined,
  path: Path,
  context: { findings: Findings; writtenAt: ReadonlyMap<string, Path> },
): void {
  if (typeof value === 'string' || value instanceof Uint8Array) {
    leaf(node, value, context.writtenAt.get(pathText(path)) ?? path, context.findings);
  } else if (Array.isArray(value)) {
    const items = node.items;
    if (items !== undefined) value.forEach((item: ConfigValue, index) => walk(items, item, [...path, index], context));
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, child] of Object.entries(node.properties ?? {})) {
      if (name in value) walk(child, (value as Record<string, ConfigValue>)[name], [...path, name], context);
    }
  }
}

/** URLs, addresses, keys, certificates: what a JSON Schema cannot say of a single value. */
export function checkValues(value: ConfigValue, findings: Findings, writtenAt: ReadonlyMap<string, Path>): void {
  walk(schemaRoot, value, [], { findings, writtenAt });
}

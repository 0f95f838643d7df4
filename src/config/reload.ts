import { isDeepStrictEqual } from 'node:util';
import { pathText } from './findings.ts';
import type { Path } from './findings.ts';
import type { SchemaNode } from './schema/kinds.ts';
import { schemaRoot } from './schema/schema.ts';
import type { Config } from './schema/schema.ts';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? { ...value } : {});

function changed(node: SchemaNode, path: Path, before: unknown, after: unknown): string[] {
  if (node.reload === true || isDeepStrictEqual(before, after)) return [];
  if (node.properties === undefined) return [pathText(path)];
  return Object.entries(node.properties).flatMap(([name, child]) =>
    changed(child, [...path, name], fieldsOf(before)[name], fieldsOf(after)[name]),
  );
}

/** The keys that differ and that a reload does not take: they wait for a restart. */
export function needRestart(before: Config, after: Config): string[] {
  return changed(schemaRoot, [], before, after);
}

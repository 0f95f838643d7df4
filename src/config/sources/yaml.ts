import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, ParsedNode } from 'yaml';
import type { Path } from '../findings.ts';
import type { Tree } from './layer.ts';

/** Aliases may not multiply a small file into a large one. */
const MAX_ALIASES = 100;
const MAX_CHARACTERS = 1_048_576;

export interface YamlText {
  readonly tree?: Tree;
  /** What is wrong with the text itself. */
  readonly errors: readonly { readonly message: string; readonly line: number; readonly column: number }[];
  /** Calls back with every key and entry and where it stands. */
  places(tell: (path: Path, line: number, column: number) => void): void;
}

type At = (offset: number) => { line: number; column: number };

function walk(node: unknown, path: Path, tell: (path: Path, offset: number) => void): void {
  if (isMap(node)) {
    for (const pair of node.items) {
      if (!isScalar(pair.key)) continue;
      const below = [...path, String(pair.key.value)];
      tell(below, pair.key.range?.[0] ?? 0);
      walk(pair.value, below, tell);
    }
  }
  if (isSeq(node)) {
    node.items.forEach((item, index) => {
      const offset = isMap(item) || isSeq(item) || isScalar(item) || isAlias(item) ? item.range?.[0] : undefined;
      tell([...path, index], offset ?? 0);
      walk(item, [...path, index], tell);
    });
  }
}

function treeOf(document: Document.Parsed<ParsedNode>): { tree: Tree } | { why: string } {
  try {
    return { tree: document.toJS({ maxAliasCount: MAX_ALIASES }) as Tree };
  } catch (error) {
    return { why: error instanceof Error ? error.message : 'cannot be read' };
  }
}

/** Reads one YAML 1.2 document: JSON's values only, no duplicate keys, few aliases. */
export function readYaml(text: string): YamlText {
  const none = { errors: [], places: () => undefined };
  if (text.length > MAX_CHARACTERS) {
    return { ...none, errors: [{ message: `longer than ${MAX_CHARACTERS} characters`, line: 1, column: 1 }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, schema: 'core' });
  const at: At = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    message: error.code === 'DUPLICATE_KEY' ? 'the same key twice in one place' : error.message,
    ...at(error.pos[0]),
  }));
  if (errors.length > 0) return { ...none, errors };
  const made = treeOf(document);
  if ('why' in made) return { ...none, errors: [{ message: made.why, line: 1, column: 1 }] };
  return {
    tree: made.tree,
    errors,
    places: (tell) => walk(document.contents, [], (path, offset) => tell(path, at(offset).line, at(offset).column)),
  };
}

import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** One source file, read and parsed. */
export interface Source {
  /** From the project's folder, as `src/policy/decide.ts`. */
  readonly name: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  /** Where its relative imports lead, as `src/…`. */
  readonly imports: readonly string[];
  /** What else it imports: packages and node's own modules. */
  readonly packages: readonly string[];
}

/** Calls `visit` on a node and everything in it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function specifiers(tree: ts.SourceFile): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier !== undefined
    ) {
      if (ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      found.push(node.argument.literal.getText(tree).slice(1, -1));
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument !== undefined && ts.isStringLiteralLike(argument)) found.push(argument.text);
    }
  });
  return found;
}

/** Reads text as the source that stands at `name`. */
export function parseSource(name: string, text: string): Source {
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const all = specifiers(tree);
  const isOwn = (specifier: string) => specifier.startsWith('.');
  return {
    name,
    text,
    tree,
    imports: all.filter(isOwn).map((specifier) => relative('/', resolve('/', dirname(name), specifier))),
    packages: all.filter((specifier) => !isOwn(specifier)),
  };
}

/** Every TypeScript file below a folder of the project. */
export function readSources(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name))
    .filter((name) => !name.includes('node_modules'))
    .map((name) => parseSource(name, readFileSync(join(root, name), 'utf8')));
}

/** Where a node stands, for people: `src/policy/decide.ts:12`. */
export function at(source: Source, node: ts.Node): string {
  return `${source.name}:${source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1}`;
}

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Findings, Path } from './findings.ts';
import { pathText } from './findings.ts';
import type { InputNode, Variant } from './schema/input.ts';
import { inputRoot } from './schema/input.ts';
import { isBranch, withValue } from './sources/layer.ts';
import type { Branch, SettingOrigin, Tree } from './sources/layer.ts';

/** A tree in which secrets may be bytes. */
export type ConfigValue = Tree | Uint8Array | readonly ConfigValue[] | { readonly [key: string]: ConfigValue };

const MAX_BYTES = 1_048_576;

/** Without its one trailing newline. */
function trimmed(bytes: Uint8Array): Uint8Array {
  if (bytes.at(-1) !== 0x0a) return bytes;
  return bytes.subarray(0, bytes.at(-2) === 0x0d ? -2 : -1);
}

function fromFile(file: string): Uint8Array | string {
  try {
    const bytes = readFileSync(file);
    if (bytes.length > MAX_BYTES) return `${file} is longer than ${MAX_BYTES} bytes`;
    return trimmed(bytes);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const plain = { ENOENT: 'no such file', EACCES: 'not allowed to read it', EISDIR: 'it is a folder' }[why] ?? why;
    return `${file} cannot be read: ${plain}`;
  }
}

function fromBase64(text: string): Uint8Array | string {
  const plain = text.replace(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) return 'is not Base64';
  return new Uint8Array(Buffer.from(plain, 'base64'));
}

function bytesOf(variant: Variant, text: string): Uint8Array | string {
  return variant.how === 'file' ? fromFile(text) : fromBase64(text);
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

interface Reader {
  readonly findings: Findings;
  /** Where each piece of content was really said: `upstream.ca` → `upstream.caFile`. */
  readonly writtenAt: Map<string, Path>;
}

function content(node: InputNode, input: InputNode, text: string, path: Path, reader: Reader): ConfigValue | undefined {
  const bytes = input.variant === undefined ? Buffer.from(text, 'utf8') : bytesOf(input.variant, text);
  if (typeof bytes === 'string') reader.findings.mistake(path, bytes);
  else if (bytes.length === 0) reader.findings.mistake(path, 'is empty');
  else if (node.material === 'bytes') return new Uint8Array(bytes);
  else {
    const decoded = asText(bytes);
    if (decoded === undefined) reader.findings.mistake(path, 'is not UTF-8 text');
    return decoded;
  }
  return undefined;
}

/** One object with the content of its files in place of their names. */
function resolveObject(node: InputNode, tree: Branch, path: Path, reader: Reader): ConfigValue {
  const { properties } = node;
  // Keys of the operator's own choice.
  if (properties === undefined) return tree;
  const values: Record<string, ConfigValue> = {};
  for (const [name, value] of Object.entries(tree)) {
    const child: InputNode | undefined = properties[name];
    if (child === undefined) continue;
    const target = child.variant?.of ?? name;
    const owner = properties[target];
    const here = [...path, name];
    if (owner?.material === undefined || typeof value !== 'string') {
      values[name] = resolveValue(child, value, here, reader);
      continue;
    }
    const before = reader.writtenAt.get(pathText([...path, target]));
    if (before !== undefined) {
      reader.findings.mistake(here, `given beside \`${String(before.at(-1))}\`: only one of them may be`);
      continue;
    }
    reader.writtenAt.set(pathText([...path, target]), here);
    const made = content(owner, child, value, here, reader);
    if (made !== undefined) values[target] = made;
  }
  return values;
}

function resolveValue(node: InputNode, tree: Tree, path: Path, reader: Reader): ConfigValue {
  if (Array.isArray(tree)) {
    const items = node.items;
    return items === undefined
      ? tree
      : tree.map((item: Tree, index) => resolveValue(items, item, [...path, index], reader));
  }
  return isBranch(tree) && node.properties !== undefined ? resolveObject(node, tree, path, reader) : tree;
}

/** The tree with every secret and every certificate read; `saidAt` names the spelling that each came by. */
export function readMaterial(tree: Branch, findings: Findings): { value: ConfigValue; writtenAt: ReadonlyMap<string, Path> } {
  const reader: Reader = { findings, writtenAt: new Map() };
  return { value: resolveValue(inputRoot, tree, [], reader), writtenAt: reader.writtenAt };
}

function absolute(node: InputNode, tree: Tree, path: Path, folderOf: (path: Path) => string): Tree {
  if (Array.isArray(tree)) {
    const items = node.items;
    return items === undefined
      ? tree
      : tree.map((item: Tree, index) => absolute(items, item, [...path, index], folderOf));
  }
  if (typeof tree === 'string') return node.path === true ? resolve(folderOf(path), tree) : tree;
  if (!isBranch(tree)) return tree;
  let made: Branch = tree;
  for (const [name, value] of Object.entries(tree)) {
    const child = node.properties?.[name];
    if (child !== undefined) made = withValue(made, [name], absolute(child, value, [...path, name], folderOf));
  }
  return made;
}

/** The tree with absolute paths: from the folder of the file that names them, else from the working directory. */
export function absolutePaths(tree: Branch, originOf: (path: Path) => SettingOrigin | undefined, cwd: string): Branch {
  const made = absolute(inputRoot, tree, [], (path) => originOf(path)?.folder ?? cwd);
  return isBranch(made) ? made : tree;
}

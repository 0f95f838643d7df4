import { stringify } from 'yaml';
import { inputRoot } from '../schema/input.ts';
import type { InputNode } from '../schema/input.ts';

const WIDTH = 100;

const intro = `# yaml-language-server: $schema=./gateway.schema.json
# Generated from src/config/: every key with its default. Copy it to config/gateway.yaml and change what differs.
# Lines that are commented out are examples of keys that have no default. See REFERENCE.md.
`;

function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (`${indent}${line} ${word}`.length > WIDTH && line !== '#') {
      lines.push(indent + line);
      line = '#';
    }
    line = `${line} ${word}`;
  }
  return [...lines, indent + line];
}

function yaml(value: unknown, indent: string, mark: string): string[] {
  const text = stringify(value, { lineWidth: 0, collectionStyle: 'any', defaultStringType: 'PLAIN' }).trimEnd();
  return text.split('\n').map((line) => `${indent}${mark}${line}`);
}

/** `name: value`, or a block below the name. */
function assignment(name: string, value: unknown, indent: string, mark: string): string[] {
  const block = (Array.isArray(value) && value.some((item) => typeof item === 'object')) || isObject(value);
  return block
    ? [`${indent}${mark}${name}:`, ...yaml(value, indent, `${mark}  `)]
    : yaml({ [name]: value }, indent, mark);
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

function key(name: string, node: InputNode, indent: string): string[] {
  const about = comment(node.description ?? '', indent);
  const { default: usual, example } = node;
  if (node.properties !== undefined && example === undefined && usual !== null) {
    const live = usual !== undefined;
    const below = Object.entries(node.properties).flatMap(([child, of]) => key(child, of, `${indent}  `));
    return live ? ['', ...about, `${indent}${name}:`, ...below] : [];
  }
  if (node.variant !== undefined) return [];
  if (node.material !== undefined) return [...about, `${indent}# ${name}File: /run/secrets/${name}`];
  const assigned = usual !== undefined ? assignment(name, usual, indent, '') : [];
  const needed = usual === undefined && node.optional !== true;
  const shown = example === undefined ? [] : assignment(name, example, indent, needed ? '' : '# ');
  return [...about, ...shown, ...assigned];
}

/** config/gateway.example.yaml */
export function exampleFile(): string {
  const keys = Object.entries(inputRoot.properties ?? {});
  const blocks = keys.map(([name, node]) => {
    const lines = key(name, node, '');
    return lines[0] === '' ? lines : ['', ...lines];
  });
  return `${intro}${blocks.flat().join('\n')}\n`;
}

import { inputRoot } from '../schema/input.ts';
import type { InputNode } from '../schema/input.ts';
import { childOf } from '../schema/kinds.ts';
import { keys } from '../schema/keys.ts';
import { isSection, kindText } from './wording.ts';

const intro = `# Configuration reference

<!-- Generated from src/config/. Change the schema there, then run \`npm run docs\`. -->

**Sources.** Flags win over the environment, the environment over the file, the file over the defaults.
The file is YAML: \`--config FILE\` or \`TGW_CONFIG\`, else \`config/gateway.yaml\` if it exists.
Objects are merged key by key over the sources; lists and single values replace each other as a whole. \`null\` unsets an optional key.

**Names.** Every key has an environment name and a flag, given below it. Lists and objects are YAML flow there:
\`TGW_ROUTES='[{path: /t/:botId/:id}]'\`, \`--trusted-proxies-cidrs '[10.0.0.0/8]'\`. Booleans may be \`--x\`, \`--x=false\` or \`--no-x\`.
A variable set to nothing counts as not set. An unknown \`TGW_\` name warns; an unknown key or flag is a mistake.

**Secrets and files.** What has a spelling \`…File\` is read from that file as raw bytes, one trailing newline stripped; \`…Base64\` gives the bytes themselves. Only one spelling may be given.

**Paths.** A relative path in the file starts at the file's own folder, one in the environment or a flag at the working directory.

**Mistakes.** \`transcript-gateway check-config\` says everything that is wrong at once, with path and place, and exits 2; so does a start.

**Reload.** SIGHUP takes the keys marked *reload*; the others need a restart. A configuration with a mistake changes nothing.
`;

const names = new Map(keys.map((key) => [key.name, key]));

function defaultText(node: InputNode): string {
  if (isSection(node)) return node.optional === true && node.default === undefined ? 'not set' : '';
  if (node.default === undefined) return node.optional === true ? 'not set' : '**required**';
  return `default \`${JSON.stringify(node.default)}\``;
}

function facts(path: string, node: InputNode): string {
  const key = names.get(path);
  const parts = [isSection(node) ? '' : kindText(node), defaultText(node)];
  if (key !== undefined && !isSection(node)) parts.push(`\`${key.env}\``, `\`--${key.flag}\``);
  if (node.reload === true && !isSection(node)) parts.push('*reload*');
  if (node.secret === true) parts.push('*secret*');
  return parts.filter((part) => part !== '').join(' · ');
}

function entry(path: string, node: InputNode, depth: number): string {
  const heading = `${'#'.repeat(Math.min(depth + 1, 4))} \`${path}\``;
  const text = [heading, '', node.description ?? '', '', facts(path, node), ''];
  const each = childOf(node, '');
  const below = each ?? (node.items?.properties === undefined ? node : node.items);
  const prefix = below === node ? path : each === undefined ? `${path}[]` : `${path}.<name>`;
  const children = Object.entries(below.properties ?? {}).map(([name, child]) =>
    entry(`${prefix}.${name}`, child, depth + 1),
  );
  return [...text, ...children].join('\n').replace(/\n{3,}/g, '\n\n');
}

/** config/REFERENCE.md */
export function reference(): string {
  const all = Object.entries(inputRoot.properties ?? {}).map(([name, node]) => entry(name, node, 1));
  return `${intro}\n${all.join('\n').replace(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}

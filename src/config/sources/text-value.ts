import type { Findings } from '../findings.ts';
import { allows } from '../schema/input.ts';
import type { Key } from '../schema/keys.ts';
import type { Tree } from './layer.ts';
import { readYaml } from './yaml.ts';

function structured(key: Key, text: string): { value: Tree } | { why: string } {
  const yaml = readYaml(text);
  const first = yaml.errors[0];
  if (first !== undefined) return { why: `is not YAML: ${first.message}` };
  const value = yaml.tree ?? null;
  // A key that takes text or a list: what YAML would make a number is still the text that was given.
  return { value: allows(key.node, 'string') && (typeof value === 'number' || typeof value === 'boolean') ? text : value };
}

/** The value that a flag's or a variable's text means for a key; undefined (and a finding) where it means none. */
export function textValue(key: Key, text: string, findings: Findings, origin: string): Tree | undefined {
  const { node } = key;
  const refuse = (why: string): undefined => {
    findings.mistake(key.path, why, origin);
    return undefined;
  };
  if (text === 'null' && allows(node, 'null')) return null;
  if (key.structured) {
    const read = structured(key, text);
    return 'why' in read ? refuse(read.why) : read.value;
  }
  if (key.boolean) return text === 'true' ? true : text === 'false' ? false : refuse('must be true or false');
  if (!allows(node, 'integer')) return text;
  return /^-?\d{1,15}$/.test(text) ? Number(text) : refuse('must be a whole number in decimal digits');
}

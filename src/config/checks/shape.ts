import { Ajv } from 'ajv';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { ownSchemas } from '../../json-schema.ts';
import type { Findings, Path } from '../findings.ts';
import { inputRoot } from '../schema/input.ts';
import type { InputNode } from '../schema/input.ts';
import { isBranch } from '../sources/layer.ts';
import type { Branch, Tree } from '../sources/layer.ts';

let compiled: ValidateFunction | undefined;

function validator(): ValidateFunction {
  compiled ??= new Ajv({
    ...ownSchemas,
    allErrors: true,
    useDefaults: true,
    validateFormats: false,
    verbose: true,
  }).compile(inputRoot);
  return compiled;
}

function pathOf(pointer: string, tree: Tree): Path {
  let at: Tree | undefined = tree;
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const segment = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const index = Array.isArray(at) ? Number(segment) : segment;
      at = Array.isArray(at) ? at[Number(segment)] : isBranch(at) ? at[segment] : undefined;
      return index;
    });
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  null: 'null',
};

const orList = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

function typeSentence(node: InputNode, value: unknown): string {
  const types = (typeof node.type === 'string' ? [node.type] : (node.type ?? [])).map((type) => kinds[type] ?? type);
  const number = typeof value === 'number' && types.includes('text');
  const got = node.secret === true || typeof value === 'object' ? '' : `, not ${JSON.stringify(value)}`;
  return `must be ${orList(types)}${got}${number ? ' (put it in quotes)' : ''}`;
}

function sentence(error: ErrorObject): string {
  const node = (error.parentSchema ?? {}) as InputNode;
  const limit: unknown = error.params['limit'];
  const shown = node.secret === true ? '' : `, not ${JSON.stringify(error.data)}`;
  const numbers = [node.minimum, node.maximum];
  switch (error.keyword) {
    case 'type':
      return typeSentence(node, error.data);
    case 'enum':
      return `must be one of ${(node.enum ?? []).filter((one) => one !== null).join(', ')}${shown}`;
    case 'minimum':
    case 'maximum':
      return `must be from ${String(numbers[0])} to ${String(numbers[1])}${shown}`;
    case 'minLength':
      return 'must not be empty';
    case 'minItems':
      return `needs at least ${String(limit)} ${limit === 1 ? 'entry' : 'entries'}`;
    case 'pattern':
      return `must match ${node.pattern ?? ''}${shown}`;
    default:
      return error.message ?? 'is not valid';
  }
}

/** Types, ranges and required keys. Fills in the defaults: `tree` is changed. */
export function checkShape(tree: Branch, findings: Findings): void {
  const validate = validator();
  if (validate(tree) === true) return;
  const errors = validate.errors ?? [];
  const ofWrongType = new Set(errors.flatMap(({ keyword, instancePath }) => (keyword === 'type' ? [instancePath] : [])));
  for (const error of errors) {
    if (error.keyword === 'enum' && ofWrongType.has(error.instancePath)) continue;
    const path = pathOf(error.instancePath, tree);
    if (error.keyword === 'required') {
      findings.mistake([...path, String(error.params['missingProperty'])], 'is required');
    } else {
      findings.mistake(path, sentence(error));
    }
  }
}

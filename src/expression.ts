import { compile, TreeInterpreter, type JSONValue } from '@jmespath-community/jmespath';

/**
 * A JMESPath expression (jmespath.site, the community's standard), compiled once, asked of values as they come.
 * A text that is exactly the name of a member is that member: `https://example.com/bots` needs no quotes.
 */
export interface Expression {
  readonly text: string;
  /** What the expression gives; null where it gives nothing, or cannot be asked of this value. Never throws. */
  evaluate(value: unknown): unknown;
  /** As `evaluate`; says why where it cannot be asked. */
  tryOn(value: unknown): { readonly value: unknown } | { readonly failed: string };
}

/** Deeper values are cut off: what reads claims and answers has no need of them. */
const MAX_DEPTH = 32;

/** Compiles an expression. `exactNames: false`: JMESPath only, and a fault is thrown. */
export function compileExpression(text: string, { exactNames = true } = {}): Expression {
  const compiled = tryCompile(text);
  if ('fault' in compiled && !exactNames) throw new Error(compiled.fault);
  const tryOn = (value: unknown): { readonly value: unknown } | { readonly failed: string } => {
    if (exactNames && typeof value === 'object' && value !== null && Object.hasOwn(value, text))
      return { value: (value as Readonly<Record<string, unknown>>)[text] };
    if ('fault' in compiled) return { value: null };
    try {
      return { value: TreeInterpreter.search(compiled.tree, withoutPrototypes(value, MAX_DEPTH)) };
    } catch (error) {
      return { failed: sentence(error) };
    }
  };
  return {
    text,
    tryOn,
    evaluate(value) {
      const result = tryOn(value);
      return 'failed' in result ? null : result.value;
    },
  };
}

/** What is wrong with an expression, as a sentence; undefined where it can be compiled. */
export function expressionFault(text: string): string | undefined {
  const compiled = tryCompile(text);
  if ('fault' in compiled) return compiled.fault;
  return negatesHead(compiled.tree) ? 'in it !a.b means (!a).b, always nothing: write !(a.b)' : undefined;
}

/** JMESPath binds `!` before `.`: a member of what is true or false. */
function negatesHead(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { type, left } = node as { readonly type?: unknown; readonly left?: { readonly type?: unknown } };
  if (type === 'Subexpression' && left?.type === 'NotExpression') return true;
  return Object.values(node).some(negatesHead);
}

type Tree = ReturnType<typeof compile>;

function tryCompile(text: string): { readonly tree: Tree } | { readonly fault: string } {
  try {
    return { tree: compile(text) };
  } catch (error) {
    return { fault: sentence(error) };
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The interpreter reads inherited members too: `constructor` of a plain object is something. A copy has none. */
function withoutPrototypes(value: unknown, depth: number): JSONValue {
  if (typeof value !== 'object' || value === null) return asJson(value);
  if (depth === 0) return null;
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item, depth - 1));
  const copy = Object.create(null) as Record<string, JSONValue>;
  for (const [name, member] of Object.entries(value)) copy[name] = withoutPrototypes(member, depth - 1);
  return copy;
}

function asJson(value: unknown): JSONValue {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

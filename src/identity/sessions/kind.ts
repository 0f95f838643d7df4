import { compileExpression, type Expression } from '../../expression.ts';
import type { Bots } from '../../policy/principal.ts';
import { createGrantRules, type GrantRules } from '../grants.ts';
import { defaultClaims } from '../options.ts';
import type { SessionOptions } from './options.ts';

/** A kind of session as it is used. */
export interface SessionKind {
  readonly name: string;
  readonly options: SessionOptions;
  readonly bots: Bots;
  readonly rules: GrantRules;
  readonly signedIn: Expression;
  readonly claims: readonly (readonly [name: string, expression: Expression])[];
  /** An answer that names nobody, where it is to name somebody, says nothing. */
  readonly namesSubject: boolean;
  readonly introspects: boolean;
  /** True where an expression looks into the body: text in place of JSON is then no answer. */
  readonly expectsJson: boolean;
  /** False where no expression looks into the body: however long it is, it does not matter then. */
  readonly readsBody: boolean;
  /** Unix time in milliseconds. */
  now(): number;
}

/** What the claims are called once the expressions have given them. */
const claimNames = { ...defaultClaims, contact: 'contact' };

/** Compiles a kind; throws where an expression is none. */
export function compileKind(options: SessionOptions, now: () => number): SessionKind {
  const { name, claims } = options;
  const bots = options.bots === null ? 'all' : new Set(options.bots);
  const texts: string[] = [options.signedIn, ...claimTexts(claims)];
  return {
    name,
    options,
    bots,
    rules: createGrantRules({ ...options, claims: claimNames, superAdminRole: null }),
    signedIn: compileOver(options.signedIn),
    claims: Object.entries(claims).flatMap(([claim, text]: [string, string | null]) =>
      text === null ? [] : [[claim, compileOver(text)] as const],
    ),
    namesSubject: claims.subject !== null,
    introspects: options.introspection !== undefined,
    readsBody: options.introspection !== undefined || texts.some(mayReadBody),
    expectsJson: texts.some((text) => /\bbody\s*[.[]/.test(text)),
    now,
  };
}

const claimTexts = ({ subject, bots, contact, conversations }: SessionOptions['claims']): string[] =>
  [subject, bots, contact, conversations].filter((text) => text !== null);

/** By name, or through the whole of what it is asked of. */
const mayReadBody = (text: string): boolean => constantOf(text) === undefined && /\bbody\b|[@*]/.test(text);

const ROOTS = new Set(['status', 'headers', 'body']);

/** An expression over an answer. A text in double quotes is itself: an answer has no member of that name. */
function compileOver(text: string): Expression {
  const constant = constantOf(text);
  if (constant === undefined) return compileExpression(text, { exactNames: false });
  return { text, evaluate: () => constant, tryOn: () => ({ value: constant }) };
}

function constantOf(text: string): string | undefined {
  const constant = /^"[^"\\]*"$/.test(text) ? text.slice(1, -1) : undefined;
  return constant === undefined || ROOTS.has(constant) ? undefined : constant;
}

import ts from 'typescript';
import { at, walk, type Source } from './sources.ts';

/** The rooms of the house from top to bottom; rooms on one line are on one floor and do not know each other. */
const storeys: readonly (readonly string[])[] = [
  ['main'],
  ['app'],
  ['cli'],
  ['config'],
  ['gateway', 'admin', 'ops'],
  ['access'],
  ['lookups'],
  ['identity', 'policy-store', 'audit', 'activity', 'alerts', 'limits', 'reading', 'range-list'],
  ['changes'],
  ['policy', 'errors', 'json-schema', 'json', 'expression'],
];

const pureRooms = new Set(['changes', 'policy', 'reading', 'range-list']);
/** What a pure room may use beside its own floor and those below. */
const purePackages = new Set(['ip-num', '@jmespath-community/jmespath', 'path-to-regexp']);
/** The world outside: clock, chance, network, process. */
const impure =
  /^(process|fetch|setTimeout|setInterval|setImmediate|queueMicrotask|performance|console|crypto|globalThis)$/;

/** The room of a source: its folder in src/, or its own name where it stands in src/ itself. */
export function roomOf(name: string): string {
  const [, first = ''] = name.split('/');
  return first.replace(/\.tsx?$/, '');
}

const storeyOf = (room: string): number => storeys.findIndex((rooms) => rooms.includes(room));

/** Imports that do not go down, and rooms that the house does not have. */
export function crookedImports(source: Source): string[] {
  const from = roomOf(source.name);
  if (storeyOf(from) === -1) return [`${source.name}: the house has no room ${from}`];
  return source.imports
    .filter((name) => name.startsWith('src/') && !name.endsWith('.json'))
    .map(roomOf)
    .filter((to) => to !== from && storeyOf(to) <= storeyOf(from))
    .map((to) => `${source.name}: ${from} imports ${to}`);
}

/** What a pure room uses of the world outside. */
export function impurities(source: Source): string[] {
  if (!pureRooms.has(roomOf(source.name))) return [];
  const found = source.packages
    .filter((name) => !purePackages.has(name))
    .map((name) => `${source.name}: ${name}`);
  walk(source.tree, (node) => {
    if (ts.isIdentifier(node) && impure.test(node.text) && !isName(node))
      found.push(`${at(source, node)}: ${node.text}`);
    const text = ts.isPropertyAccessExpression(node) ? node.getText(source.tree) : '';
    if (text === 'Date.now' || text === 'Math.random') found.push(`${at(source, node)}: ${text}`);
    if (
      ts.isNewExpression(node) &&
      node.expression.getText(source.tree) === 'Date' &&
      !node.arguments?.length
    )
      found.push(`${at(source, node)}: new Date()`);
  });
  return found;
}

/** True where an identifier only names a property, and stands for nothing outside. */
function isName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isBindingElement(parent) || ts.isParameter(parent) || ts.isVariableDeclaration(parent))
    return parent.name === node;
  return ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent);
}

/** True where the environment is handed on whole, as an argument: `main` gives it to config/, which reads it. */
function isHandedOn(source: Source, node: ts.PropertyAccessExpression): boolean {
  const { parent } = node;
  const whole = ts.isPropertyAssignment(parent) || ts.isCallExpression(parent);
  return whole && roomOf(source.name) === 'main';
}

/** Where a source reads the environment; only config/ may. */
export function environmentReads(source: Source): string[] {
  if (roomOf(source.name) === 'config') return [];
  const found: string[] = [];
  walk(source.tree, (node) => {
    const named = ts.isPropertyAccessExpression(node) && node.getText(source.tree) === 'process.env';
    if (named && !isHandedOn(source, node)) found.push(at(source, node));
    if (!ts.isVariableDeclaration(node) || node.initializer?.getText(source.tree) !== 'process') return;
    if (ts.isObjectBindingPattern(node.name) && /\benv\b/.test(node.name.getText(source.tree)))
      found.push(at(source, node));
  });
  return source.packages.includes('node:process') ? [...found, `${source.name}: node:process`] : found;
}

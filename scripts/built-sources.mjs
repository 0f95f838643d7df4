// `node --import ./scripts/built-sources.mjs`: tests that import src/*.ts get what was built of it. So they test what is
// shipped, and their coverage and that of the gateways that they start is of the same code, to be added up exactly.
// The tests themselves come without their types from built-tests.mjs: each process would take seconds to do that anew.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { builtTest, dashboard } from './built-tests.mjs';

const root = new URL('..', import.meta.url).href;
const sources = new URL('src/', root).href;
const pages = new URL(dashboard, root).href;
const asTests = [new URL('test/', root).href, pages];

/** Resolves as the next one does, then leads from a source to what was built of it. */
export async function resolve(specifier, context, nextResolve) {
  const result = await nextResolve(specifier, context);
  const path = result.url.split('?')[0];
  if (!path.startsWith(sources) || path.startsWith(pages) || !path.endsWith('.ts')) return result;
  const built = `${root}dist/${path.slice(sources.length, -'.ts'.length)}.js`;
  return { ...result, url: built, format: 'module', shortCircuit: true };
}

export async function load(url, context, nextLoad) {
  const path = url.split('?')[0];
  if (!asTests.some((from) => path.startsWith(from)) || !path.endsWith('.ts')) return nextLoad(url, context);
  const file = builtTest(path.slice(root.length));
  return { format: 'module', source: readFileSync(file, 'utf8'), shortCircuit: true };
}

// The test runner need not load a compiler into each test, then.
process.env.TAP_TYPE_STRIP_ONLY = '1';
if (!process.env.BUILT_SOURCES_REGISTERED) register(import.meta.url);
